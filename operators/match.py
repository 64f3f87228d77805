# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Match Animals: which point of one animal is which of another one; and what that carries from one to the other."""

import bpy

from ..addon import checks, match, match_pose, match_rig, match_transfer, properties, recipe, session
from .rig import ACTION_OPTIONS, JobOperator, look


class GALATEA_OT_match(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.match"
    bl_label = "Match Animals"
    bl_description = (
        "Find out which point of the selected animal is which point of the active one, in their rest poses. Afterwards "
        "points, textures, vertex groups, rigs and poses go over from one to the other"
    )
    bl_options = ACTION_OPTIONS

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        source, target = match.pair(context)
        if source is None or target is None:
            cls.poll_message_set("Select one animal, then with Shift the one that it should be matched with")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        source, target = match.pair(context)
        parts = []
        for item in (source, target):
            found, problems = look(context, [item])
            blocking = [problem.message for problem in problems if problem.severity == checks.BLOCKS]
            if blocking:
                self.report({"ERROR"}, " ".join(blocking))
                return {"CANCELLED"}
            parts += found
        params = properties.match_params(context.scene.galatea.match)
        return self.run(lambda: match.create_job(session.get().queue, source, target, parts, params))


class OfMatched:
    """For operators on an animal that is matched with another one; the active one takes, the other one gives."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.mode != "OBJECT":
            cls.poll_message_set("Go to Object Mode first")
            return False
        if taker(context) is None:
            cls.poll_message_set("Select an animal that was matched with another one")
            return False
        return True

    def carry(self, work) -> set[str]:
        """Do it, and say in a sentence why it cannot be done."""
        try:
            self.report({"INFO"}, work())
        except match_transfer.TransferProblem as problem:
            self.report({"ERROR"}, str(problem))
            return {"CANCELLED"}
        return {"FINISHED"}


class GALATEA_OT_match_texture(OfMatched, bpy.types.Operator):
    bl_idname = "galatea.match_texture"
    bl_label = "Transfer Texture"
    bl_description = (
        "Paint the other animal's base color into this one's UVs, as a new material; the old one is kept in the file"
    )

    size: bpy.props.IntProperty(
        name="Texture Size", default=1024, min=64, max=8192, subtype="PIXEL", description="Pixels across the texture"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        item = taker(context)
        return self.carry(lambda: match_transfer.texture(context, match.partner(item), item, self.size).name)


class GALATEA_OT_match_groups(OfMatched, bpy.types.Operator):
    bl_idname = "galatea.match_groups"
    bl_label = "Transfer Vertex Groups"
    bl_description = "Give this animal the vertex groups of the other one. Groups of other names stay"

    def execute(self, context: bpy.types.Context) -> set[str]:
        item = taker(context)
        return self.carry(lambda: f"{len(match_transfer.vertex_groups(match.partner(item), item))} vertex groups")


class GALATEA_OT_match_rig(OfMatched, bpy.types.Operator):
    bl_idname = "galatea.match_rig"
    bl_label = "Fit Rig"
    bl_description = (
        "Give this animal a copy of the other one's armature, with bones of the same names moved to where they belong "
        "in it, and the weights"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        item = taker(context)
        return self.carry(lambda: f"{item.name} follows {match_rig.fit(context, match.partner(item), item).name}")


class GALATEA_OT_match_pose(OfMatched, bpy.types.Operator):
    bl_idname = "galatea.match_pose"
    bl_label = "Transfer Pose"
    bl_description = (
        "Pose this animal's armature as the other one's is posed now, or give it its whole action. Bones are paired by "
        "their names, else by the skin they move; other rest poses and proportions are allowed for"
    )

    action: bpy.props.BoolProperty(
        name="Action", default=False, description="Every frame of the present action, as an action of its own"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        item = taker(context)
        other = match.partner(item)
        if self.action:
            return self.carry(lambda: match_pose.transfer_action(context, other, item).name)
        return self.carry(lambda: f"{match_pose.transfer(context, other, item)} bones follow")


def taker(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active animal, if it is matched with another one."""
    item = match.mesh_of(context, context.view_layer.objects.active)
    return item if match.partner(item) is not None else None


def match_recipe(item: bpy.types.Object | None) -> dict | None:
    """What made the match of an animal, found on the one or the other mesh."""
    for one in (item, match.partner(item)):
        made = recipe.read(one.data) if one is not None else None
        if made is not None and made["capability"] == "match":
            return made
    return None


CLASSES = (
    GALATEA_OT_match,
    GALATEA_OT_match_texture,
    GALATEA_OT_match_groups,
    GALATEA_OT_match_rig,
    GALATEA_OT_match_pose,
)
