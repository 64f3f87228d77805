# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig Moving Mesh: a mesh that deforms over a range of frames becomes a rig with an action."""

import time

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import checks, properties, recipe, rig_moving, rig_sequence, session
from ..addon.export.sequence import SequenceProblem
from .rig import ACTION_OPTIONS, JobOperator, OfRig

SLICE = 0.1
"""Seconds of reading between two looks at the keyboard."""


class GALATEA_OT_rig_sequence(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.rig_sequence"
    bl_label = "Rig Moving Mesh"
    bl_description = (
        "Find bones in how the active mesh deforms over the frames, by a cache, shape keys or any modifier. Makes a "
        "copy with skin weights, an armature, and an action that moves it the same way. The mesh itself stays as it is"
    )
    bl_options = ACTION_OPTIONS

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        item = context.view_layer.objects.active
        if item is None or item.type != "MESH":
            cls.poll_message_set("Select the mesh that moves. Convert curves, text and metaballs to a mesh first")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if bpy.app.background or self.wait:
            return self.execute(context)
        if not self.begin(context):
            return {"CANCELLED"}
        self.started = time.monotonic()
        self.timer = context.window_manager.event_timer_add(0.01, window=context.window)
        context.window_manager.modal_handler_add(self)
        context.window_manager.progress_begin(0, 100)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        if not self.begin(context):
            return {"CANCELLED"}
        return self.read(context, seconds=None) or {"CANCELLED"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if event.type == "ESC":
            self.give_up(context)
            self.report({"WARNING"}, "Cancelled")
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"RUNNING_MODAL"}  # what the artist changes now would change the sequence
        result = self.read(context, SLICE)
        if result is None:
            return {"RUNNING_MODAL"}
        self.end_modal(context)
        return result

    def cancel(self, context: bpy.types.Context) -> None:
        """The window closes."""
        self.give_up(context)

    def begin(self, context: bpy.types.Context) -> bool:
        """Create the job; False after telling what is wrong."""
        item, frames = context.view_layer.objects.active, rig_sequence.frames_of(context)
        blocking = [
            problem
            for problem in checks.quick(context, [item])
            if problem.severity == checks.BLOCKS and problem.code not in ("linked", "multi_user")
        ]
        if blocking:
            self.report({"ERROR"}, blocking[0].message)
            return False
        if len(frames) < 2:
            self.report({"ERROR"}, "The range has one frame only, so nothing moves in it. Choose a longer range.")
            return False
        params = properties.sequence_params(context.scene.galatea.sequence)
        try:
            self.job, self.reading = rig_sequence.create_job(session.get().queue, context, item, frames, params)
        except OSError as error:
            self.report({"ERROR"}, f"The job cannot be written: {error.strerror}. Free some space on the disk.")
            return False
        return True

    def read(self, context: bpy.types.Context, seconds: float | None) -> set[str] | None:
        """Go on reading for some time, or to the end; None when there is more, else what became of the job."""
        until = None if seconds is None else time.monotonic() + seconds
        try:
            for done in self.reading:
                if until is not None and time.monotonic() > until:
                    self.show(context, done)
                    return None
        except (SequenceProblem, OSError) as problem:
            session.get().queue.delete(self.job)
            self.report({"ERROR"}, str(problem))
            return {"CANCELLED"}
        return self.run(lambda: self.job)

    def show(self, context: bpy.types.Context, done: float) -> None:
        """How far the reading is, in the status bar."""
        left = (time.monotonic() - self.started) / done * (1 - done)
        text = iface("Reading {}: {:.0%}, {:.0f} s left. Esc: cancel").format(self.job.title, done, left)
        context.workspace.status_text_set(text)
        context.window_manager.progress_update(100 * done)

    def give_up(self, context: bpy.types.Context) -> None:
        """Nothing remains: the frame is put back, the folder goes."""
        self.reading.close()
        session.get().queue.delete(self.job)
        self.end_modal(context)

    def end_modal(self, context: bpy.types.Context) -> None:
        context.window_manager.event_timer_remove(self.timer)
        context.window_manager.progress_end()
        context.workspace.status_text_set(None)


class GALATEA_OT_rerun_sequence(OfRig, bpy.types.Operator):
    bl_idname = "galatea.rerun_sequence"
    bl_label = "Use These Settings"
    bl_description = "Take the settings of this rig into the panel, and select the mesh it was made from"
    bl_options = {"REGISTER", "UNDO"}

    capability = "rig_sequence"

    def execute(self, context: bpy.types.Context) -> set[str]:
        made = recipe.read(rig_moving.active(context, self.capability))
        first, last = made["frames"]
        properties.set_sequence(
            context.scene.galatea.sequence,
            made["params"] | {"own_range": True, "frame_start": first, "frame_end": last},
        )
        source = context.view_layer.objects.get(made["inputs"][0]["object"])
        if source is None:
            self.report({"WARNING"}, f"{made['inputs'][0]['object']} is not here any more")
            return {"FINISHED"}
        rig_sequence.targets.select_only(context, source)
        return {"FINISHED"}


CLASSES = (GALATEA_OT_rig_sequence, GALATEA_OT_rerun_sequence)
