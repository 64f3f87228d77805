# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig Clip: a video of an animal becomes the rigged animal that moves like it."""

import bpy

from ..addon import properties, recipe, rig_clip, rig_moving, session
from .rig import ACTION_OPTIONS, FromDisk, OfRig


class GALATEA_OT_rig_clip(FromDisk, bpy.types.Operator):
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

    @classmethod
    def chosen(cls, context: bpy.types.Context) -> str:
        return context.scene.galatea.clip.clip

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


class OfClipRig(OfRig):
    capability = "rig_clip"


class GALATEA_OT_show_clip(OfClipRig, bpy.types.Operator):
    bl_idname = "galatea.show_clip"
    bl_label = "Look Through Its Camera"
    bl_description = "See the rig through the clip's camera, with the clip behind it"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        camera = rig_clip.camera_of(rig_moving.active(context, self.capability))
        if camera is None:
            self.report({"WARNING"}, "The camera of the clip is not here any more")
            return {"CANCELLED"}
        rig_moving.look_through(context, camera)
        return {"FINISHED"}


class GALATEA_OT_rerun_clip(OfClipRig, bpy.types.Operator):
    bl_idname = "galatea.rerun_clip"
    bl_label = "Use These Settings"
    bl_description = "Take the clip and settings of this rig into the panel, to solve it again"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        made = recipe.read(rig_moving.active(context, self.capability))
        properties.set_clip(context.scene.galatea.clip, made["params"])
        return {"FINISHED"}


CLASSES = (GALATEA_OT_rig_clip, GALATEA_OT_show_clip, GALATEA_OT_rerun_clip)
