# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig Photos: photos of one species become a rigged animal; and going through the photos of such a rig."""

import bpy

from ..addon import image, properties, recipe, rig_moving, rig_photos, session
from .rig import ACTION_OPTIONS, FromDisk, JobOperator, OfRig


class GALATEA_OT_rig_photos(FromDisk, bpy.types.Operator):
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

    @classmethod
    def chosen(cls, context: bpy.types.Context) -> str:
        return context.scene.galatea.photos.folder

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.galatea.photos
        if self.directory:
            settings.folder = self.directory
        problem = rig_photos.look(settings.folder).problem
        if problem:
            self.report({"ERROR"}, problem)
            return {"CANCELLED"}
        if not masks_saved(self, settings.folder):
            return {"CANCELLED"}
        params = properties.photos_params(settings)
        return self.run(lambda: rig_photos.create_job(session.get().queue, params))


class GALATEA_OT_find_photo_masks(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.find_photo_masks"
    bl_label = "Find Masks"
    bl_description = (
        "Look at each photo, and write the outlines that Rig Photos would use into a folder masks beside them, to "
        "be looked at and corrected before. Masks that are there stay as they are"
    )
    bl_options = ACTION_OPTIONS

    def execute(self, context: bpy.types.Context) -> set[str]:
        folder = context.scene.galatea.photos.folder
        problem = rig_photos.look(folder).problem
        if problem:
            self.report({"ERROR"}, problem)
            return {"CANCELLED"}
        return self.run(lambda: rig_photos.create_masks_job(session.get().queue, bpy.path.abspath(folder)))


class GALATEA_OT_edit_photo_mask(bpy.types.Operator):
    bl_idname = "galatea.edit_photo_mask"
    bl_label = "Edit Mask"
    bl_description = (
        "Open the mask of this photo in an Image Editor and paint: white is the animal, black is not. Rig Photos saves "
        "it and solves with it"
    )

    bl_options = {"REGISTER", "UNDO"}  # it adds a picture to the file, as Image > Open does

    photo: bpy.props.StringProperty(name="Photo", description="Name of its file", options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        found = [one for one in rig_photos.listed(context.scene.galatea.photos.folder) if one.path.name == self.photo]
        if not found or found[0].mask is None:
            self.report({"ERROR"}, f"{self.photo} has no mask yet: press Find Masks first.")
            return {"CANCELLED"}
        try:
            rig_photos.edit_mask(context, found[0])
        except image.NoRoom as problem:
            self.report({"ERROR"}, str(problem))
            return {"CANCELLED"}
        except RuntimeError as error:
            self.report({"ERROR"}, f"{found[0].mask.name} cannot be read: {error}")
            return {"CANCELLED"}
        return {"FINISHED"}


def masks_saved(operator: bpy.types.Operator, folder: str) -> bool:
    """Whether all masks are on the disk as they were painted; says so otherwise."""
    try:
        rig_photos.save_masks(folder)
    except RuntimeError as error:
        operator.report({"ERROR"}, f"A painted mask cannot be saved: {error}")
        return False
    return True


class OfPhotoRig(OfRig):
    capability = "rig_photos"


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
        armature = rig_moving.active(context, self.capability)
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
        made = recipe.read(rig_moving.active(context, self.capability))
        properties.set_photos(context.scene.galatea.photos, made["params"])
        return {"FINISHED"}


CLASSES = (
    GALATEA_OT_rig_photos,
    GALATEA_OT_find_photo_masks,
    GALATEA_OT_edit_photo_mask,
    GALATEA_OT_show_photo,
    GALATEA_OT_rerun_photos,
)
