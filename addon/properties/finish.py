# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What *Finish* asks the artist."""

import bpy

from .maps import RESOLUTIONS


class GalateaFinishSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``FinishParams``, but for those in FINISH_OPTIONS; a test
    compares them."""

    faces: bpy.props.IntProperty(
        name="Faces",
        default=20_000,
        min=0,
        soft_min=50,
        max=2_000_000,
        description="At most so many triangles; 0 keeps all",
    )
    smallest_part: bpy.props.FloatProperty(
        name="Smallest Part",
        default=0.01,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        description="Loose parts with less surface than this share of the largest one's are thrown away",
    )
    largest_hole: bpy.props.FloatProperty(
        name="Largest Hole",
        default=1.0,
        min=0.0,
        max=100.0,
        description="Holes whose border is at most so many times the mesh's size are closed; 0 leaves them",
    )
    height: bpy.props.FloatProperty(
        name="Height", default=0.0, min=0.0, unit="LENGTH", description="How tall the result is; 0 keeps the size"
    )
    origin_to_base: bpy.props.BoolProperty(
        name="Origin at Base", default=True, description="The origin goes below the middle, onto the ground"
    )
    resolution: bpy.props.EnumProperty(
        name="Resolution", items=RESOLUTIONS, default="2048", description="Size of the maps"
    )
    quads: bpy.props.BoolProperty(
        name="Join to Quads", default=False, description="Pairs of flat triangles become quads: easier to edit by hand"
    )
    mark_asset: bpy.props.BoolProperty(
        name="Mark as Asset", default=False, description="Put the result into the Asset Browser"
    )


FINISH_OPTIONS = ("quads", "mark_asset")
"""What matters to Blender's side alone."""


def finish_params(settings: GalateaFinishSettings) -> dict:
    """The settings as the parameters of a job."""
    names = GalateaFinishSettings.__annotations__.keys() - set(FINISH_OPTIONS)
    return {name: getattr(settings, name) for name in sorted(names)} | {"resolution": int(settings.resolution)}


def finish_options(settings: GalateaFinishSettings) -> dict:
    """The settings that are no parameters."""
    return {name: getattr(settings, name) for name in FINISH_OPTIONS}


def set_finish(settings: GalateaFinishSettings, values: dict) -> None:
    """Parameters and options back into the settings."""
    for name in GalateaFinishSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, str(values[name]) if name == "resolution" else values[name])
