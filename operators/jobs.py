# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancel, apply, resume and delete jobs."""

import bpy

from ..addon import jobs, session


def find(identifier: str) -> jobs.Job | None:
    """A job of the list; without an id the newest one."""
    listed = session.get().queue.jobs
    return next((job for job in reversed(listed) if identifier in ("", job.id)), None)


class JobButton:
    """An operator on one job of the list."""

    bl_options = {"REGISTER", "INTERNAL"}

    job: bpy.props.StringProperty(name="Job", description="Id of the job; empty for the newest", options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        job = find(self.job)
        if job is None:
            self.report({"ERROR"}, "There is no such job")
            return {"CANCELLED"}
        return self.act(session.get().queue, job)


class GALATEA_OT_cancel_job(JobButton, bpy.types.Operator):
    bl_idname = "galatea.cancel_job"
    bl_label = "Cancel Job"
    bl_description = "Stop this job. Nothing in the scene has changed yet"

    def act(self, queue: jobs.Queue, job: jobs.Job) -> set[str]:
        if not job.active:
            self.report({"INFO"}, "This job is not running")
            return {"CANCELLED"}
        queue.cancel(job)
        return {"FINISHED"}


class GALATEA_OT_apply_result(JobButton, bpy.types.Operator):
    bl_idname = "galatea.apply_result"
    bl_label = "Apply Result"
    bl_description = "Take this finished result into the scene now. One undo step"

    def act(self, queue: jobs.Queue, job: jobs.Job) -> set[str]:
        if job.state is not jobs.JobState.READY:
            self.report({"ERROR"}, "This job has no result that waits")
            return {"CANCELLED"}
        if not queue.apply(job):
            self.report({"ERROR"}, job.problem)
            return {"CANCELLED"}
        return {"FINISHED"}


class GALATEA_OT_resume_job(JobButton, bpy.types.Operator):
    bl_idname = "galatea.resume_job"
    bl_label = "Resume Job"
    bl_description = "Go on with this job, which an earlier session of Blender did not finish"

    def act(self, queue: jobs.Queue, job: jobs.Job) -> set[str]:
        if job.state is not jobs.JobState.UNFINISHED:
            self.report({"ERROR"}, "Only an unfinished job of an earlier session can be resumed")
            return {"CANCELLED"}
        queue.resume(job)
        return {"FINISHED"}


class GALATEA_OT_delete_job(JobButton, bpy.types.Operator):
    bl_idname = "galatea.delete_job"
    bl_label = "Delete Job"
    bl_description = "Remove this job from the list, and its files from the disk. What it brought into the scene stays"

    def act(self, queue: jobs.Queue, job: jobs.Job) -> set[str]:
        if job.active:
            self.report({"ERROR"}, "Cancel the job first")
            return {"CANCELLED"}
        queue.delete(job)
        return {"FINISHED"}


class GALATEA_OT_find_jobs(bpy.types.Operator):
    bl_idname = "galatea.find_jobs"
    bl_label = "Find Earlier Jobs"
    bl_description = "List what earlier sessions of Blender left: unfinished jobs, and results that were never applied"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        found = session.get().queue.find_earlier()
        self.report({"INFO"}, "1 job found" if len(found) == 1 else f"{len(found)} jobs found")
        return {"FINISHED"}


CLASSES = (
    GALATEA_OT_cancel_job,
    GALATEA_OT_apply_result,
    GALATEA_OT_resume_job,
    GALATEA_OT_delete_job,
    GALATEA_OT_find_jobs,
)
