# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig Clip: a video of an animal becomes the rigged animal that moves like it."""

import bpy

from ..addon import properties, recipe, rig_clip, session
from ..addon.importers import weights
from .rig import ACTION_OPTIONS, JobOperator


class GALATEA_OT_rig_clip(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.rig_clip"
    bl_label = "Rig Clip"
    bl_description = (
        "Make a rigged animal from a video of it: a mesh with armature and colors, an action that moves it as in the "
        "video, and the camera. Blender stays usable meanwhile; the result is one undo step"
    )
    bl_options = ACTION_OPTIONS

    filepath: bpy.props.StringProperty(
        name="Clip", subtype="FILE_PATH", description="Video, or folder of its frames", options={"SKIP_SAVE"}
    )
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    filter_movie: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if context.scene.galatea.clip.clip:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.galatea.clip
        if self.filepath:
            settings.clip = self.filepath
        problem = rig_clip.look(settings.clip).problem
        if problem:
            self.report({"ERROR"}, problem)
            return {"CANCELLED"}
        params = properties.clip_params(settings)
        return self.run(lambda: rig_clip.create_job(session.get().queue, params))


class OfClipRig:
    """For operators on a rig that came from a clip."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return clip_rig(context) is not None


class GALATEA_OT_show_clip(OfClipRig, bpy.types.Operator):
    bl_idname = "galatea.show_clip"
    bl_label = "Look Through Its Camera"
    bl_description = "See the rig through the clip's camera, with the clip behind it"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        armature = clip_rig(context)
        if rig_clip.camera_of(armature) is None:
            self.report({"WARNING"}, "The camera of the clip is not here any more")
            return {"CANCELLED"}
        rig_clip.show(context, armature)
        return {"FINISHED"}


class GALATEA_OT_rerun_clip(OfClipRig, bpy.types.Operator):
    bl_idname = "galatea.rerun_clip"
    bl_label = "Use These Settings"
    bl_description = "Take the clip and settings of this rig into the panel, to solve it again"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        properties.set_clip(context.scene.galatea.clip, recipe.read(clip_rig(context))["params"])
        return {"FINISHED"}


def clip_rig(context: bpy.types.Context) -> bpy.types.Object | None:
    """The armature from a clip that the active object is, follows or hangs on."""
    active = context.view_layer.objects.active
    if active is not None and active.type == "MESH":
        active = weights.bound_armature(active)
    elif active is not None and active.type == "CAMERA":
        active = active.parent
    made = recipe.read(active)
    return active if made is not None and made["capability"] == "rig_clip" else None


CLASSES = (GALATEA_OT_rig_clip, GALATEA_OT_show_clip, GALATEA_OT_rerun_clip)
