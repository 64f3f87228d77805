# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig, Place Skeleton, Bind, Re-run, and the look at the mesh that comes before them."""

from collections.abc import Callable

import bpy

from ..addon import checks, findings, jobs, properties, recipe, rig, rig_moving, session
from ..addon.export import mesh as mesh_export
from ..addon.importers import weights
from ..backend import protocol

ACTION_OPTIONS = {"REGISTER"}
"""No UNDO: the import is the undo step (addon/rig.py), and it comes later when a window is open."""


class JobOperator:
    """What the operators share that start a job on meshes."""

    bl_options = ACTION_OPTIONS

    wait: bpy.props.BoolProperty(
        name="Wait",
        description="Return when the result is in the scene, instead of at once. Always so without a window",
        options={"SKIP_SAVE", "HIDDEN"},
    )
    fix_problems: bpy.props.BoolProperty(
        name="Fix Problems",
        description="Fix what would stop the job, as the buttons in the panel do, instead of complaining",
        options={"SKIP_SAVE", "HIDDEN"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        problem = session.get().problem
        if problem:
            cls.poll_message_set(problem)
        return not problem

    def examine(self, context, objects) -> list[mesh_export.Arrays] | None:
        """The gate: exported meshes, or None after reporting what is wrong."""
        parts, problems = look(context, objects)
        if self.fix_problems:
            fixable = [problem for problem in problems if problem.severity == checks.BLOCKS and problem.fix]
            for problem in fixable:
                fix(context, problem, objects)
            if fixable:
                parts, problems = look(context, objects)
        show_problems(context, objects, problems)
        blocking = [problem.message for problem in problems if problem.severity == checks.BLOCKS]
        if blocking:
            self.report({"ERROR"}, " ".join(blocking))
            return None
        return parts

    def run(self, create: Callable[[], jobs.Job]) -> set[str]:
        """Create and submit a job, and wait where nothing else can be done."""
        queue = session.get().queue
        try:
            job = create()
            twin = queue.twin(job)
            if twin is not None:
                queue.delete(job)
                state = twin.state.value.lower()
                message = f"{twin.title} is {state} already, with this mesh and these settings: nothing new to start"
                self.report({"WARNING"}, message)
                return {"CANCELLED"}
            if not (bpy.app.background or self.wait):
                queue.submit(job)
                return {"FINISHED"}
            end = queue.run_blocking(job, on_progress=StagePrinter() if bpy.app.background else None)
        except OSError as error:
            hint = "Free some space, or choose another data folder in the preferences."
            self.report({"ERROR"}, f"The job cannot be written to {queue.folder}: {error.strerror}. {hint}")
            return {"CANCELLED"}
        if isinstance(end, protocol.Error):
            self.report({"ERROR"}, f"{end.message} {end.hint}".strip())
            return {"CANCELLED"}
        if job.problem:
            self.report({"ERROR"}, job.problem)
            return {"CANCELLED"}
        if isinstance(end, protocol.Cancelled):
            self.report({"WARNING"}, "Cancelled")
            return {"CANCELLED"}
        return {"FINISHED"}


class FromDisk(JobOperator):
    """What the operators share that start a job on files: the panel's, else those that a file browser asks for."""

    @classmethod
    def chosen(cls, context: bpy.types.Context) -> str:
        """What the panel says."""
        raise NotImplementedError

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if self.chosen(context):
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}


class OfRig:
    """For operators on a rig that a certain capability made."""

    capability = ""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return rig_moving.active(context, cls.capability) is not None


class StagePrinter:
    """For the terminal: a line for each new stage."""

    def __init__(self) -> None:
        self.stage = ""

    def __call__(self, job: jobs.Job) -> None:
        if job.stage != self.stage:
            self.stage = job.stage
            print(f"galatea: {job.fraction:4.0%} {job.stage}", flush=True)


def look(context, objects) -> tuple[list[mesh_export.Arrays] | None, list[checks.Problem]]:
    """All the checks; the geometry is only read when nothing else stops the job."""
    problems = checks.quick(context, objects)
    if any(problem.severity == checks.BLOCKS for problem in problems):
        return None, problems
    parts = [mesh_export.arrays(context, item) for item in objects]
    return parts, problems + checks.deep(objects, parts)


def fix(context, problem: checks.Problem, objects) -> None:
    """Fix one problem on its object, or on all when it is about all of them."""
    for item in objects:
        if problem.object in ("", item.name):
            problem.fix(context, item)


def show_problems(context, objects, problems: list[checks.Problem]) -> None:
    """Remember for the panel what a look at the geometry found."""
    findings.remember(context.window_manager.galatea.rig, objects, problems, checks.quick(context, objects))


class RigMeshes(JobOperator):
    """Shared by Rig and Place Skeleton."""

    bind = True

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        objects = checks.targets(context)
        if not objects:
            cls.poll_message_set(checks.quick(context, objects)[0].message)
        return bool(objects)

    def execute(self, context: bpy.types.Context) -> set[str]:
        objects = checks.targets(context)
        parts = self.examine(context, objects)
        if parts is None:
            return {"CANCELLED"}
        params = properties.rig_params(context.scene.galatea.rig) | {"bind": self.bind}
        return self.run(lambda: rig.create_job(session.get().queue, context, objects, parts, params))


class GALATEA_OT_rig(RigMeshes, bpy.types.Operator):
    bl_idname = "galatea.rig"
    bl_label = "Rig with Galatea"
    bl_description = (
        "Give the selected meshes one armature with named bones and skin weights, found from their shape. "
        "Blender stays usable meanwhile; the result is one undo step"
    )


class GALATEA_OT_place_skeleton(RigMeshes, bpy.types.Operator):
    bl_idname = "galatea.place_skeleton"
    bl_label = "Place Skeleton"
    bl_description = (
        "Only place the bones inside the selected meshes. Move their joints in Edit Mode as you like (X mirror is on), "
        "then press Bind"
    )
    bind = False


class GALATEA_OT_bind(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.bind"
    bl_label = "Bind to Skeleton"
    bl_description = (
        "Compute skin weights for the skeleton as it rests now: after Place Skeleton, or after joints were moved. "
        "Works on any armature; vertex groups that belong to no bone are kept"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        armature, meshes = bind_pair(context)
        if armature is None:
            cls.poll_message_set("Select a mesh and the armature it should follow")
        elif not meshes:
            cls.poll_message_set(f"Select the mesh that should follow {armature.name} as well")
        return bool(meshes)

    def execute(self, context: bpy.types.Context) -> set[str]:
        if context.mode != "OBJECT":  # out of the armature's Edit Mode, where the joints were moved
            bpy.ops.object.mode_set(mode="OBJECT")
        armature, meshes = bind_pair(context)
        if not any(bone.use_deform for bone in armature.data.bones):
            self.report({"ERROR"}, f"{armature.name} has no bone that deforms.")
            return {"CANCELLED"}
        parts = self.examine(context, meshes)
        if parts is None:
            return {"CANCELLED"}
        seed = context.scene.galatea.rig.seed
        return self.run(lambda: rig.create_bind_job(session.get().queue, context, meshes, parts, armature, seed))


def bind_pair(context) -> tuple[bpy.types.Object | None, list[bpy.types.Object]]:
    """The armature and the meshes that Bind means: both selected; or the one that belongs to the other."""
    active = context.view_layer.objects.active
    selected = list(context.selected_objects) + ([active] if active is not None and not active.select_get() else [])
    meshes = [item for item in selected if item.type == "MESH"]
    armatures = [item for item in selected if item.type == "ARMATURE"]
    if active is not None and active.type == "ARMATURE":
        armatures.insert(0, active)
    if not armatures:
        armatures = [armature for item in meshes if (armature := weights.bound_armature(item)) is not None]
    if not armatures and meshes:
        armatures = [
            item
            for item in context.view_layer.objects
            if item.type == "ARMATURE" and meshes[0] in rig.place(context, item)
        ]
    if not armatures:
        return None, []
    return armatures[0], meshes or rig.place(context, armatures[0])


class GALATEA_OT_rerun(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.rerun"
    bl_label = "Re-run Recipe"
    bl_description = (
        "Rig the same meshes again with the settings this armature was made with, and replace it by the result"
    )

    flip: bpy.props.BoolProperty(
        name="Head at Other End",
        description="With the head at the other end than before",
        options={"SKIP_SAVE", "HIDDEN"},
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties) -> str:
        if properties.flip:
            return "Rig the same meshes again as an animal that looks the other way, and replace this armature"
        return cls.bl_description

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        armature = result_armature(context)
        if armature is None:
            cls.poll_message_set("Select an armature that Galatea made, or its mesh")
        elif recipe.read(armature)["capability"] == "rig_sequence":
            cls.poll_message_set("This rig was made from a motion: see Moving Mesh")
            return False
        elif not rig.place(context, armature):
            cls.poll_message_set("The mesh this armature was made for is not here any more")
            return False
        return armature is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        armature = result_armature(context)
        made, objects = recipe.read(armature), rig.place(context, armature)
        parts = self.examine(context, objects)
        if parts is None:
            return {"CANCELLED"}
        queue = session.get().queue
        params = made["params"]
        if self.flip:
            params = params | {"flip": not params.get("flip", False)}
        properties.set_rig_params(context.scene.galatea.rig, params)
        if made["capability"] == "bind":
            seed = made["params"]["seed"]
            return self.run(lambda: rig.create_bind_job(queue, context, objects, parts, armature, seed))
        return self.run(lambda: rig.create_job(queue, context, objects, parts, params))


def result_armature(context) -> bpy.types.Object | None:
    """The armature with a recipe that the active object is, or follows."""
    active = context.view_layer.objects.active
    if active is not None and active.type == "MESH":
        active = weights.bound_armature(active)
    return active if recipe.read(active) is not None else None


class GALATEA_OT_check(bpy.types.Operator):
    bl_idname = "galatea.check"
    bl_label = "Check Mesh for Rigging"
    bl_description = "Look through the geometry of the selected meshes for what could spoil a rig. Changes nothing"
    bl_options = ACTION_OPTIONS

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        objects = checks.targets(context)
        if not objects:
            cls.poll_message_set(checks.quick(context, objects)[0].message)
        return bool(objects)

    def execute(self, context: bpy.types.Context) -> set[str]:
        objects = checks.targets(context)
        _, problems = look(context, objects)
        show_problems(context, objects, problems)
        serious = [problem for problem in problems if problem.severity != checks.INFO]
        found = "1 problem found" if len(serious) == 1 else f"{len(serious)} problems found"
        self.report({"INFO"}, found if serious else "Nothing to complain about")
        return {"FINISHED"}


class GALATEA_OT_fix_problem(bpy.types.Operator):
    bl_idname = "galatea.fix_problem"
    bl_label = "Fix Problem"
    bl_description = "Change the mesh or the object so that this problem is gone. One undo step"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    code: bpy.props.StringProperty(options={"SKIP_SAVE"})
    object: bpy.props.StringProperty(options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        objects = checks.targets(context)
        if not objects:  # hidden and edited objects are not selected
            objects = [item for item in context.view_layer.objects if item.name == self.object]
        problems = checks.quick(context, objects)
        if self.code not in {problem.code for problem in problems}:
            _, problems = look(context, objects)
        wanted = [p for p in problems if p.code == self.code and p.object == self.object and p.fix]
        if not wanted:
            self.report({"INFO"}, "There is nothing left to fix")
            return {"CANCELLED"}
        fix(context, wanted[0], objects)
        findings.forget(context.window_manager.galatea.rig, self.code, self.object)
        return {"FINISHED"}


CLASSES = (
    GALATEA_OT_rig,
    GALATEA_OT_place_skeleton,
    GALATEA_OT_bind,
    GALATEA_OT_rerun,
    GALATEA_OT_check,
    GALATEA_OT_fix_problem,
)
