# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of jobs, newest first."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import jobs, preferences, session, targets
from .text import duration, paragraph

SHOWN = 6
ICONS = {
    jobs.JobState.WAITING: "TIME",
    jobs.JobState.RUNNING: "PLAY",
    jobs.JobState.CANCELLING: "CANCEL",
    jobs.JobState.READY: "IMPORT",
    jobs.JobState.DONE: "CHECKMARK",
    jobs.JobState.FAILED: "ERROR",
    jobs.JobState.CANCELLED: "X",
    jobs.JobState.UNFINISHED: "RECOVER_LAST",
}


def draw_progress(layout: bpy.types.UILayout, job: jobs.Job, cancel: str) -> None:
    """What it does now; bar with the time left, cancel button."""
    column = layout.column(align=True)
    stage = job.stage if job.state is jobs.JobState.RUNNING else job.state.value
    column.label(text=stage or "Starting")
    row = column.row(align=True)
    text = f"{job.fraction:.0%}"
    if job.eta is not None and job.eta >= 1:
        text = iface("{}, {} left").format(text, duration(job.eta))
    row.progress(factor=job.fraction, type="BAR", text=text)
    button = row.operator(cancel, text="", icon="X")
    if cancel == "galatea.cancel_job":
        button.job = job.id


def draw_running(layout: bpy.types.UILayout, *capabilities: str) -> jobs.Job | None:
    """Progress of the first active job of these kinds, if there is one."""
    active = (job for job in session.get().queue.jobs if job.active and job.capability in capabilities)
    if (job := next(active, None)) is not None:
        draw_progress(layout, job, "galatea.cancel_job")
    return job


class GALATEA_PT_jobs(bpy.types.Panel):
    bl_idname = "GALATEA_PT_jobs"
    bl_label = "Jobs"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Galatea"
    bl_order = 20

    def draw(self, context: bpy.types.Context) -> None:
        layout, queue = self.layout, session.get().queue
        newest_first = list(reversed(queue.jobs))
        for job in newest_first[:SHOWN]:
            draw_job(layout, context, job)
        if len(newest_first) > SHOWN:
            layout.label(text=iface("and {} older").format(len(newest_first) - SHOWN), icon="BLANK1")
        if not newest_first:
            layout.label(text="No jobs yet", icon="INFO")
        chosen = preferences.get(context)
        if chosen is not None and (chosen.send_to_cluster or chosen.cluster):
            layout.prop(chosen, "send_to_cluster", text="Send to Cluster", icon="NETWORK_DRIVE", toggle=True)
        row = layout.row(align=True)
        row.operator("galatea.find_jobs", text="Earlier Jobs", icon="RECOVER_LAST")
        row.operator("galatea.open_log", text="Log", icon="TEXT")
        row.operator("galatea.copy_diagnostics", text="", icon="COPYDOWN")


def draw_job(layout: bpy.types.UILayout, context: bpy.types.Context, job: jobs.Job) -> None:
    """One job: what it is, how it stands, what can be done with it."""
    box = layout.box().column(align=True)
    row = box.row(align=True)
    row.label(text=job.title, icon=ICONS[job.state])
    if job.cluster:
        row.label(text="", icon="NETWORK_DRIVE")
    if job.active:
        draw_progress(box, job, "galatea.cancel_job")
        return
    state = row.row()
    state.alignment = "RIGHT"
    state.label(text=job.state.value)
    row.operator("galatea.delete_job", text="", icon="TRASH", emboss=False).job = job.id
    if job.problem:
        paragraph(box, context, job.problem, alert=True)
    if job.state is jobs.JobState.READY:
        if not job.problem and (reason := targets.obstacle(job)):
            paragraph(box, context, reason)
        box.operator("galatea.apply_result", text="Apply", icon="IMPORT").job = job.id
    elif job.state is jobs.JobState.UNFINISHED:
        box.operator("galatea.resume_job", text="Resume", icon="PLAY").job = job.id


CLASSES = (GALATEA_PT_jobs,)
