# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Markers of a point and its counterparts: empties on meshes, points on pictures, with rings of the same number."""

from __future__ import annotations

import bpy
import blf
import gpu
import numpy as np
from bpy_extras.view3d_utils import location_3d_to_region_2d
from gpu_extras.batch import batch_for_shader

from . import match, match_picture

MARKER, COLLECTION = "Match Point", "Match Points"
POINTS = "galatea_points"
"""Custom property of an image: number, x and y of each marker, from the lower left corner in parts of its size."""
COLORS = ((1.0, 0.35, 0.1), (0.15, 0.75, 1.0), (0.55, 0.9, 0.2), (1.0, 0.3, 0.75), (1.0, 0.85, 0.15), (0.65, 0.5, 1.0))
"""Of rings, in turn; display-encoded."""
RADIUS, SIDES = 9.0, 24
"""Of rings, in pixels at scale 1."""


def known(item: bpy.types.Object | None) -> bool:
    """Whether a mesh is matched with another one or with a picture, and still has a surface."""
    if item is None or item.type != "MESH" or not item.data.polygons:
        return False
    return match.partner(item) is not None or bool(match_picture.pictures(item))


def show_of_mesh(context: bpy.types.Context, item: bpy.types.Object, point: np.ndarray) -> float | None:
    """Mark the point of a matched mesh nearest to one (3,) of the world, and its counterparts; returns how sure the
    surest of these is, None for a point beyond all measure."""
    spot = match.spot_at(context, item, point)
    return None if spot is None else _show(context, item, spot, _next(context))


def show_of_picture(
    context: bpy.types.Context, item: bpy.types.Object, picture: bpy.types.Image, point: tuple[float, float]
) -> float | None:
    """The same of a point of a picture that is matched with a mesh; None beside the animal."""
    found = match_picture.place_at(match_picture.shown(item, picture), point)
    if found is None:
        return None
    place, sure = found
    number = _next(context)
    _show(context, item, match.spot_of(item, place), number, picture)
    _mark(picture, number, point)
    return sure


def _show(
    context: bpy.types.Context,
    item: bpy.types.Object,
    spot: match.Spot,
    number: int,
    clicked: bpy.types.Image | None = None,
) -> float:
    places, sure = [(match.world_of(context, item, spot), item)], [0.0]
    other = match.partner(item)
    if other is not None and other.data.polygons:
        there, certain = match.across(item, spot)
        places.append((match.world_of(context, other, there), other))
        sure.append(certain)
    rest = spot.share @ match.Surface(item.data).vertices[spot.corners]
    for picture in match_picture.pictures(item):
        if picture != clicked:
            point, certain = match_picture.point_at(match_picture.shown(item, picture), rest)
            _mark(picture, number, point)
            sure.append(certain)
    for place, on in places:
        marker = bpy.data.objects.new(f"{MARKER} {number} on {on.name}", None)
        marker.empty_display_size, marker.location = 0.01 * max(on.dimensions), place
        _collection(context).objects.link(marker)
    context.scene.cursor.location = places[-1][0]
    return max(sure)


def clear(context: bpy.types.Context) -> None:
    """Remove all markers, in scenes and on pictures."""
    found = bpy.data.collections.get(COLLECTION)
    if found is not None:
        for item in list(found.objects):
            if item.name.startswith(MARKER):
                bpy.data.objects.remove(item)
        if not found.objects:
            bpy.data.collections.remove(found)
    for picture in bpy.data.images:
        if POINTS in picture:
            del picture[POINTS]


def points_of(picture: bpy.types.Image) -> np.ndarray:
    """(N, 3) number, x and y of the markers on a picture."""
    told = picture.get(POINTS, ())
    if isinstance(told, (str, int, float)) or len(told) % 3:  # somebody edited it
        return np.empty((0, 3))
    return np.array(told, np.float64).reshape(-1, 3)


def draw_on_picture() -> None:
    """Rings around the markers of the picture in this Image Editor, with their numbers. A draw handler."""
    context = bpy.context
    picture = context.space_data.image if context.space_data is not None else None
    if picture is None or POINTS not in picture:
        return
    view = context.region.view2d
    _rings(context, [(int(number), view.view_to_region(x, y, clip=False)) for number, x, y in points_of(picture)])


def draw_in_view() -> None:
    """The same around the markers in this 3D view. A draw handler."""
    context = bpy.context
    found = bpy.data.collections.get(COLLECTION)
    if found is None or context.space_data is None or not context.space_data.overlay.show_overlays:
        return
    rings = []
    for item in found.objects:
        number = _number(item)
        if number and item.visible_get():
            place = location_3d_to_region_2d(context.region, context.region_data, item.matrix_world.translation)
            if place is not None:
                rings.append((number, place))
    _rings(context, rings)


def _rings(context: bpy.types.Context, rings: list[tuple[int, tuple[float, float]]]) -> None:
    """Numbers and places in pixels of the region."""
    scale = context.preferences.system.ui_scale or 1.0
    around = np.linspace(0, 2 * np.pi, SIDES + 1)
    shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    gpu.state.blend_set("ALPHA")
    for number, place in rings:
        middle = np.array(place, float)
        ring = middle + RADIUS * scale * np.stack([np.cos(around), np.sin(around)], axis=1)
        batch = batch_for_shader(shader, "LINE_STRIP", {"pos": [(a, b, 0.0) for a, b in ring]})
        color = COLORS[(number - 1) % len(COLORS)]
        shader.uniform_float("viewportSize", (context.region.width, context.region.height))
        for width, shade in ((6.0, (0.0, 0.0, 0.0, 0.9)), (2.5, (*color, 1.0))):
            shader.uniform_float("lineWidth", width * scale)
            shader.uniform_float("color", shade)
            batch.draw(shader)
        blf.size(0, 13 * scale)
        blf.enable(0, blf.SHADOW)
        blf.shadow(0, 5, 0.0, 0.0, 0.0, 1.0)
        blf.color(0, 1.0, 1.0, 1.0, 1.0)  # not the ring's color, which may be that of the animal
        blf.position(0, *(middle + RADIUS * scale), 0.0)
        blf.draw(0, str(number))
        blf.disable(0, blf.SHADOW)
    gpu.state.blend_set("NONE")


def _mark(picture: bpy.types.Image, number: int, point: tuple[float, float]) -> None:
    picture[POINTS] = [*points_of(picture).ravel().tolist(), float(number), float(point[0]), float(point[1])]


def _next(context: bpy.types.Context) -> int:
    """One more than the greatest number of a marker that there is, in the scene or on a picture."""
    on_pictures = [int(number) for picture in bpy.data.images for number in points_of(picture)[:, 0]]
    return 1 + max([_number(item) for item in _collection(context).objects] + on_pictures, default=0)


def _number(item: bpy.types.Object) -> int:
    """Of a marker; 0 for what the artist put beside them."""
    number = item.name.removeprefix(MARKER).split()[:1]
    return int(number[0]) if item.name.startswith(MARKER) and number and number[0].isdecimal() else 0


def _collection(context: bpy.types.Context) -> bpy.types.Collection:
    found = bpy.data.collections.get(COLLECTION) or bpy.data.collections.new(COLLECTION)
    if found not in context.scene.collection.children_recursive:
        context.scene.collection.children.link(found)
    return found
