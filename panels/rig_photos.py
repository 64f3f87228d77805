# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel of photos, below Rig."""

from pathlib import Path

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import recipe, rig_moving, rig_photos, session
from .result import draw_report, overlap
from .rig import Side
from .text import duration, paragraph
from .texture import draw_painting

PHOTOS, THUMBNAIL = 2, 3.0
"""Columns of photos in the panel, and the size of each picture in lines."""


class GALATEA_PT_rig_photos(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_rig_photos"
    bl_label = "From Photos"
    bl_parent_id = "GALATEA_PT_rig"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 5

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = context.scene.galatea.photos
        layout.prop(settings, "folder", text="", placeholder="Folder of photos")
        found = rig_photos.look(settings.folder)
        draw_found(layout, context, found, bool(settings.folder))
        if not found.problem:
            draw_photos(layout, rig_photos.listed(settings.folder))
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "template")
        column.prop(settings, "texture_size")
        row = layout.row()
        row.scale_y = 1.5
        again = made_of(context, settings.folder)
        row.operator("galatea.rig_photos", text="Solve Again" if again else "Rig Photos", icon="OUTLINER_OB_ARMATURE")
        running = draw_painting(layout, "rig_photos", "photo_masks")
        if running is None and not found.problem:
            layout.label(text=iface("About {}").format(duration(rig_photos.estimate(found.photos))), icon="TIME")
        armature = rig_moving.active(context, "rig_photos")
        if armature is not None:
            draw_result(layout, context, armature)


def draw_found(layout: bpy.types.UILayout, context: bpy.types.Context, found: rig_photos.Found, chosen: bool) -> None:
    """What a glance at the folder says; without a chosen one, what to do first."""
    if found.problem:
        paragraph(layout.box(), context, found.problem, icon="ERROR" if chosen else "INFO", alert=chosen)
        return
    text = iface("{} photos").format(found.photos)
    if found.masks:
        text = iface("{} photos, {} with masks").format(found.photos, found.masks)
    layout.label(text=text, icon="CHECKMARK", translate=False)
    if found.warning:
        paragraph(layout, context, found.warning, icon="ERROR")


def draw_photos(layout: bpy.types.UILayout, photos: list[rig_photos.Listed]) -> None:
    """Each photo with its mask beside it and a button that opens that."""
    grid = layout.grid_flow(row_major=True, columns=PHOTOS, even_columns=True, even_rows=True, align=True)
    thumbnails = session.get().thumbnails
    for photo in photos:
        cell = grid.column(align=True)
        row = cell.row(align=True)
        for path in (photo.path, photo.mask):
            icon = thumbnails.file(path) if path is not None else 0
            if icon:
                row.template_icon(icon_value=icon, scale=THUMBNAIL)
        if photo.mask is not None:
            cell.operator("galatea.edit_photo_mask", text=photo.path.name, icon="MOD_MASK").photo = photo.path.name
        else:
            cell.label(text=photo.path.name, translate=False)
    if any(photo.mask is None for photo in photos):
        layout.operator("galatea.find_photo_masks", icon="MOD_MASK")


def made_of(context: bpy.types.Context, folder: str) -> bool:
    """Whether the active rig was made of this folder."""
    armature = rig_moving.active(context, "rig_photos")
    if armature is None:
        return False
    return Path(recipe.read(armature)["params"]["folder"]) == Path(bpy.path.abspath(folder))


def draw_result(layout: bpy.types.UILayout, context: bpy.types.Context, armature: bpy.types.Object) -> None:
    """How well the outlines agree, and buttons that go through the photos."""
    report = recipe.read(armature)["report"]
    bones = iface("{} bones, {} photos").format(report["bones"], report["photos"])
    lines = [(bones, "BONE_DATA"), overlap(report)]
    camera = context.scene.camera
    if camera is not None and rig_photos.NUMBER in camera:
        lines.append((camera.name, "IMAGE_DATA"))
    draw_report(layout, context, lines, report["seconds"], report["warnings"], "ERROR")
    row = layout.row(align=True)
    row.operator("galatea.show_photo", text="Previous Photo", icon="TRIA_LEFT").step = -1
    row.operator("galatea.show_photo", text="Next Photo", icon="TRIA_RIGHT").step = 1
    layout.operator("galatea.rerun_photos", icon="FILE_REFRESH")


CLASSES = (GALATEA_PT_rig_photos,)
