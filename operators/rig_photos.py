# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig Photos: photos of one species become a rigged animal; and going through the photos of such a rig."""

import bpy

from ..addon import properties, recipe, rig_photos, session
from ..addon.importers import weights
from .rig import ACTION_OPTIONS, JobOperator


class GALATEA_OT_rig_photos(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.rig_photos"
    bl_label = "Rig Photos"
    bl_description = (
        "Make one rigged animal from a folder of photos of its species: a mesh with armature and colors, a pose and a "
        "camera for each photo. Blender stays usable meanwhile; the result is one undo step"
    )
    bl_options = ACTION_OPTIONS

    directory: bpy.props.StringProperty(
        name="Folder", subtype="DIR_PATH", description="Folder that holds the photos", options={"SKIP_SAVE"}
    )
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if context.scene.galatea.photos.folder:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.galatea.photos
        if self.directory:
            settings.folder = self.directory
        problem = rig_photos.look(settings.folder).problem
        if problem:
            self.report({"ERROR"}, problem)
            return {"CANCELLED"}
        params = properties.photos_params(settings)
        return self.run(lambda: rig_photos.create_job(session.get().queue, params))


class OfPhotoRig:
    """For operators on a rig that came from photos."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return photo_rig(context) is not None


class GALATEA_OT_show_photo(OfPhotoRig, bpy.types.Operator):
    bl_idname = "galatea.show_photo"
    bl_label = "Show Photo"
    bl_description = "Go to the next photo of this rig: its pose, through its camera, with the photo behind it"
    bl_options = {"REGISTER", "UNDO"}

    step: bpy.props.IntProperty(name="Step", default=1, description="Photos forward; negative goes back")
    textured: bpy.props.BoolProperty(
        name="Its Own Colors", default=False, description="Show the colors of that photo, instead of those of all"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        armature = photo_rig(context)
        cameras = rig_photos.cameras_of(armature)
        if not cameras:
            self.report({"WARNING"}, "The cameras of the photos are not here any more")
            return {"CANCELLED"}
        try:
            place = cameras.index(context.scene.camera) + self.step
        except ValueError:  # another camera: begin at the first
            place = 0
        rig_photos.show(context, armature, cameras[place % len(cameras)], self.textured)
        return {"FINISHED"}


class GALATEA_OT_rerun_photos(OfPhotoRig, bpy.types.Operator):
    bl_idname = "galatea.rerun_photos"
    bl_label = "Use These Settings"
    bl_description = "Take the folder and settings of this rig into the panel, to solve it again after a correction"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        properties.set_photos(context.scene.galatea.photos, recipe.read(photo_rig(context))["params"])
        return {"FINISHED"}


def photo_rig(context: bpy.types.Context) -> bpy.types.Object | None:
    """The armature from photos that the active object is, follows or hangs on."""
    active = context.view_layer.objects.active
    if active is not None and active.type == "MESH":
        active = weights.bound_armature(active)
    elif active is not None and active.type == "CAMERA":
        active = active.parent
    made = recipe.read(active)
    return active if made is not None and made["capability"] == "rig_photos" else None


CLASSES = (GALATEA_OT_rig_photos, GALATEA_OT_show_photo, GALATEA_OT_rerun_photos)
