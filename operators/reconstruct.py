# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures with cameras to a mesh."""

import bpy

from ..addon import reconstruct, session
from .rig import ACTION_OPTIONS, JobOperator


class GALATEA_OT_reconstruct(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.reconstruct"
    bl_label = "Mesh from Pictures"
    bl_description = (
        "Make a closed mesh with colors from a folder of pictures and their cameras: transforms.json, COLMAP text "
        "files or cameras.npz"
    )
    bl_options = ACTION_OPTIONS

    directory: bpy.props.StringProperty(
        name="Folder", subtype="DIR_PATH", description="Folder that holds the pictures and their cameras"
    )
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    detail: bpy.props.IntProperty(
        name="Detail", default=112, min=16, max=512, description="Cells along the longest side of the object"
    )
    seed: bpy.props.IntProperty(name="Seed", default=0, min=0, description="The same seed gives the same mesh")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        if not self.directory:
            self.report({"ERROR"}, "Choose a folder of pictures with their cameras")
            return {"CANCELLED"}
        params = {"folder": bpy.path.abspath(self.directory), "detail": self.detail, "seed": self.seed}
        return self.run(lambda: reconstruct.create_job(session.get().queue, params))


CLASSES = (GALATEA_OT_reconstruct,)
