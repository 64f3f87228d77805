# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Match a picture with a mesh; click on an animal, or on a picture of one, and see the same point on the others."""

import bpy
import numpy as np
from bpy_extras import view3d_utils

from ..addon import checks, generate, image, match, match_picture, match_points, properties, session
from .rig import ACTION_OPTIONS, JobOperator, look


class GALATEA_OT_match_picture(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.match_picture"
    bl_label = "Match Picture"
    bl_description = (
        "Find out which point of the active animal each pixel of the picture shows. Without a mesh selected a plain "
        "animal is added, so that pictures are matched with one another. Four-legged animals, seen whole"
    )
    bl_options = ACTION_OPTIONS

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        if context.scene.galatea.match_picture.picture is None:
            cls.poll_message_set("Choose a picture of an animal first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.galatea.match_picture
        item, part = subject(context), None
        if item is not None and match_picture.is_plain(item):
            item = None  # what a picture shows of it is known without a look at it
        if item is not None:
            parts, problems = look(context, [item])
            blocking = [problem.message for problem in problems if problem.severity == checks.BLOCKS]
            if blocking:
                self.report({"ERROR"}, " ".join(blocking))
                return {"CANCELLED"}
            part = parts[0]
        params = properties.match_picture_params(settings)
        queue = session.get().queue
        try:
            return self.run(lambda: match_picture.create_job(context, queue, settings.picture, item, part, params))
        except generate.PictureProblem as problem:
            self.report({"ERROR"}, str(problem))
            return {"CANCELLED"}


class GALATEA_OT_open_match_picture(bpy.types.Operator):
    bl_idname = "galatea.open_match_picture"
    bl_label = "Open Picture"
    bl_description = "Show the picture in an Image Editor, beside the 3D view if none is open"
    bl_options = {"REGISTER"}

    picture: bpy.props.StringProperty(name="Picture", description="Name of an image of this file")

    def execute(self, context: bpy.types.Context) -> set[str]:
        found = bpy.data.images.get(self.picture)
        if found is None:
            self.report({"ERROR"}, f"There is no image {self.picture}.")
            return {"CANCELLED"}
        try:
            image.open_beside(context, found, "VIEW")
        except image.NoRoom as problem:
            self.report({"ERROR"}, str(problem))
            return {"CANCELLED"}
        return {"FINISHED"}


class GALATEA_OT_match_point(bpy.types.Operator):
    bl_idname = "galatea.match_point"
    bl_label = "Show Point"
    bl_description = (
        "Click on an animal, or on a picture of it in an Image Editor: a marker shows the point, others its "
        "counterparts. Each click is an undo step. Esc ends"
    )
    bl_options = {"REGISTER", "UNDO"}

    position: bpy.props.FloatVectorProperty(
        name="Position", subtype="TRANSLATION", unit="LENGTH", description="A point on or near this animal"
    )
    picture: bpy.props.StringProperty(
        name="Picture", description="Name of an image: then the point is one of its", options={"SKIP_SAVE"}
    )
    at: bpy.props.FloatVectorProperty(
        name="At", size=2, description="That point in parts of the image's size, from its lower left corner"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.mode != "OBJECT":
            cls.poll_message_set("Go to Object Mode first")
            return False
        if not match_points.known(subject(context)):
            cls.poll_message_set("Select an animal that was matched with another one, or with a picture")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if context.window is None or context.area is None:
            return self.execute(context)
        context.workspace.status_text_set("Click on an animal or its picture: show the counterparts. Esc: end")
        context.window.cursor_modal_set("CROSSHAIR")
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if event.type in {"ESC", "RIGHTMOUSE"}:
            self.end(context)
            return {"CANCELLED"}  # each click was an undo step, and there is nothing to adjust
        if event.type == "LEFTMOUSE" and event.value == "PRESS":
            area = area_under(context, event)
            if area is not None:
                try:
                    self.click(context, area, event)
                except Exception:
                    self.end(context)
                    raise
                return {"RUNNING_MODAL"}
        return {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        self.end(context)

    def end(self, context: bpy.types.Context) -> None:
        if context.window is not None:  # it may have been closed
            context.workspace.status_text_set(None)
            context.window.cursor_modal_restore()

    def click(self, context: bpy.types.Context, area: bpy.types.Area, event: bpy.types.Event) -> None:
        if context.mode != "OBJECT":
            context.workspace.status_text_set("Go to Object Mode first. Esc: end")
            return
        region = next(one for one in area.regions if one.type == "WINDOW")
        place = event.mouse_x - region.x, event.mouse_y - region.y
        if area.type == "IMAGE_EDITOR":
            sure = in_picture(context, area.spaces.active.image, region.view2d.region_to_view(*place))
        else:
            sure = in_view(context, region, area.spaces.active.region_3d, place)
        if sure is None:
            context.workspace.status_text_set("There is no matched animal. Click on one; Esc: end")
            return
        # Not at the end: keys are passed on, and Ctrl-Z would take back what was done before all of the clicks.
        undo_step(self.bl_label)
        for window in context.window_manager.windows:
            for other in window.screen.areas:
                other.tag_redraw()
        context.workspace.status_text_set(f"{sure:.0%} sure. Click: another point. Esc: end")

    def execute(self, context: bpy.types.Context) -> set[str]:
        if self.picture:
            found = bpy.data.images.get(self.picture)
            sure = in_picture(context, found, tuple(self.at)) if found is not None else None
        else:
            sure = match_points.show_of_mesh(context, subject(context), np.array(self.position))
        if sure is None:
            where = f" of {self.picture}" if self.picture else ""
            self.report({"ERROR"}, f"There is no matched animal at this point{where}.")
            return {"CANCELLED"}
        self.report({"INFO"}, f"{sure:.0%} sure")
        return {"FINISHED"}


class GALATEA_OT_clear_match_points(bpy.types.Operator):
    bl_idname = "galatea.clear_match_points"
    bl_label = "Clear Points"
    bl_description = "Remove all markers of Show Point, in the scene and on pictures"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        match_points.clear(context)
        return {"FINISHED"}


def undo_step(name: str) -> None:
    """Make what was changed so far an undo step."""
    bpy.ops.ed.undo_push(message=name)


def subject(context: bpy.types.Context) -> bpy.types.Object | None:
    """The mesh that is active, or that follows the active armature; None when nothing is selected."""
    active = context.view_layer.objects.active
    return match.mesh_of(context, active) if active is not None and active.select_get() else None


def in_picture(context: bpy.types.Context, picture: bpy.types.Image | None, point: tuple[float, float]) -> float | None:
    """Show what a picture shows at a point; returns how sure it is, None beside the animal."""
    found = match_picture.matched_with(context, picture) if picture is not None else []
    return match_points.show_of_picture(context, found[0], picture, point) if found else None


def in_view(
    context: bpy.types.Context, region: bpy.types.Region, view: bpy.types.RegionView3D, place: tuple[int, int]
) -> float | None:
    """Show the point of an animal that is seen at a pixel of a 3D view; returns how sure it is, None beside it."""
    hit, point, _, _, seen, _ = context.scene.ray_cast(
        context.evaluated_depsgraph_get(),
        view3d_utils.region_2d_to_origin_3d(region, view, place),
        view3d_utils.region_2d_to_vector_3d(region, view, place),
    )
    return match_points.show_of_mesh(context, seen, np.array(point)) if hit and match_points.known(seen) else None


def area_under(context: bpy.types.Context, event: bpy.types.Event) -> bpy.types.Area | None:
    """The 3D view or Image Editor whose main part the mouse is over, not its panels."""

    def over(part: bpy.types.Area | bpy.types.Region) -> bool:
        return 0 <= event.mouse_x - part.x < part.width and 0 <= event.mouse_y - part.y < part.height

    for area in context.screen.areas:
        if area.type in {"VIEW_3D", "IMAGE_EDITOR"} and over(area):
            panels = (one for one in area.regions if one.type != "WINDOW" and one.width > 1 and one.height > 1)
            return None if any(map(over, panels)) else area
    return None


CLASSES = (
    GALATEA_OT_match_picture,
    GALATEA_OT_open_match_picture,
    GALATEA_OT_match_point,
    GALATEA_OT_clear_match_points,
)
