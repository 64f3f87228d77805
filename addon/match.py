# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Match Animals, from two meshes to a job and back: what the operators call, and what a script can call.

A match lives on both meshes, as attributes of their vertices: the place on the other mesh, in that one's own
coordinates, and how sure it is. So it is saved with the file, and it survives edits of either mesh.
"""

from __future__ import annotations

from typing import NamedTuple

import bpy
import numpy as np
from mathutils.bvhtree import BVHTree

from . import jobs, recipe, targets, version
from .export import mesh as mesh_export
from .importers.weights import bound_armature

PLACE, SURE = "galatea_match", "galatea_match_sure"
"""Attributes of the vertices; the first is also the custom property of an object that holds its partner."""
KINDS = {PLACE: "FLOAT_VECTOR", SURE: "FLOAT"}


class Surface:
    """A mesh's own surface, in its own coordinates, without modifiers: asked for the nearest places."""

    def __init__(self, mesh: bpy.types.Mesh) -> None:
        self.vertices, self.triangles = mesh_export.surface(mesh, np.eye(4))
        self.loops = np.empty(3 * len(self.triangles), np.int32)
        mesh.loop_triangles.foreach_get("loops", self.loops)
        self.loops = self.loops.reshape(-1, 3)
        self.polygons = np.empty(len(self.triangles), np.int32)
        mesh.loop_triangles.foreach_get("polygon_index", self.polygons)
        self.tree = BVHTree.FromPolygons(self.vertices.tolist(), self.triangles.tolist(), all_triangles=True)

    def nearest(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For points (N, 3): the nearest triangles (N,), and the shares (N, 3) of their corners in the place there."""
        found = [self.tree.find_nearest(point) for point in points.tolist()]
        triangle = np.array([index for _, _, index, _ in found], np.int64)
        places = np.array([tuple(place) for place, _, _, _ in found], np.float64).reshape(-1, 3)
        return triangle, shares(places, self.vertices[self.triangles[triangle]])


def shares(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N, 3) shares of the corners of triangles (N, 3, 3) in points (N, 3) on them; none is negative."""
    sides, inner = triangles[:, 1:] - triangles[:, :1], points - triangles[:, 0]
    gram = np.einsum("nia,nja->nij", sides, sides)
    gram[:, [0, 1], [0, 1]] += 1e-12 * np.trace(gram, axis1=1, axis2=2)[:, None] + 1e-300
    found = np.linalg.solve(gram, np.einsum("nia,na->ni", sides, inner)[..., None])[..., 0]
    corners = np.concatenate([1 - found.sum(axis=1, keepdims=True), found], axis=1).clip(0)
    return corners / corners.sum(axis=1, keepdims=True)


# Out: scene -> job


def pair(context: bpy.types.Context) -> tuple[bpy.types.Object | None, bpy.types.Object | None]:
    """(source, target): the other selected mesh, the active one; armatures stand for their meshes."""
    active = mesh_of(context, context.view_layer.objects.active)
    chosen = [mesh_of(context, item) for item in context.selected_objects]
    others = {item for item in chosen if item is not None and item != active}
    return (others.pop() if len(others) == 1 else None), active


def mesh_of(context: bpy.types.Context, item: bpy.types.Object | None) -> bpy.types.Object | None:
    """The mesh itself, or the one with most faces that follows the armature."""
    if item is None or item.type == "MESH":
        return item
    meshes = [one for one in context.view_layer.objects if one.type == "MESH" and bound_armature(one) == item]
    return max(meshes, key=lambda one: len(one.data.polygons), default=None)


def create_job(
    queue: jobs.Queue,
    source: bpy.types.Object,
    target: bpy.types.Object,
    parts: list[mesh_export.Arrays],
    params: dict,
) -> jobs.Job:
    """A job, not yet submitted. ``parts``: the two meshes, source first; ``params``: fields of ``MatchParams``."""
    objects = [source, target]
    described = targets.describe(objects, [len(part.targets) for part in parts], recipe.inputs(objects, parts))
    described["matrices"] = [[list(row) for row in item.matrix_world] for item in objects]
    job = queue.create("match", f"Match {source.name} and {target.name}", params, described)
    for name, part in zip(("source", "target"), parts, strict=True):
        mesh_export.save(part, job.inputs / f"{name}.npz")
    return job


# Back: job -> scene


def import_result(job: jobs.Job, report: dict) -> bpy.types.Object:
    """Put the match on both meshes, and return the target."""
    source, target = targets.found_objects(job.target)
    with targets.window_with(target) as context:
        if context.mode != "OBJECT":
            raise targets.ImportProblem("Leave the present mode first: results are applied in Object Mode.")
        with np.load(job.output("match"), allow_pickle=False) as data:
            arrays = dict(data)
        inverse = [np.linalg.inv(np.array(matrix, np.float64)) for matrix in job.target["matrices"]]
        for item, other, name, back in (
            (source, target, "source", inverse[1]),
            (target, source, "target", inverse[0]),
        ):
            places = arrays[f"{name}_points"] @ back[:3, :3].T + back[:3, 3]
            write(item, other, places, arrays[f"{name}_sure"])
        made = recipe.make("match", job.params, version.current(), job.target["inputs"], report)
        recipe.store(target.data, made)
        context.view_layer.update()
    return target


def write(item: bpy.types.Object, other: bpy.types.Object, places: np.ndarray, sure: np.ndarray) -> None:
    """Put one half of a match on an object: places (V, 3) in the other one's coordinates, and how sure (V,)."""
    for name, key, values in ((PLACE, "vector", places), (SURE, "value", sure)):
        old = item.data.attributes.get(name)
        if old is not None:
            item.data.attributes.remove(old)
        item.data.attributes.new(name, KINDS[name], "POINT").data.foreach_set(key, values.astype(np.float32).ravel())
    item[PLACE] = other
    item.data.update()


# What others ask of a match


def partner(item: bpy.types.Object | None) -> bpy.types.Object | None:
    """The animal that a mesh is matched with, if that is still there."""
    if item is None or item.type != "MESH":
        return None
    found = [item.data.attributes.get(name) for name in KINDS]
    # Anybody can edit attributes.
    if [(one.data_type, one.domain) for one in found if one] != [(kind, "POINT") for kind in KINDS.values()]:
        return None
    other = item.get(PLACE)
    if not isinstance(other, bpy.types.Object) or other.type != "MESH" or not other.users_scene:
        return None
    # One that was matched with a third animal since then knows nothing of this one any more.
    return other if other.get(PLACE) == item else None


def places(item: bpy.types.Object) -> np.ndarray:
    """(V, 3) of a matched mesh's vertices: the places on its partner, in that one's coordinates."""
    return _values(item, PLACE, "vector", 3)


def sureness(item: bpy.types.Object) -> np.ndarray:
    """(V,) 0..1"""
    return _values(item, SURE, "value", 1)[:, 0]


def _values(item: bpy.types.Object, name: str, key: str, width: int) -> np.ndarray:
    values = np.empty(width * len(item.data.vertices), np.float32)
    item.data.attributes[name].data.foreach_get(key, values)
    return values.reshape(-1, width).astype(np.float64)


class Spot(NamedTuple):
    """A place on a mesh's own surface."""

    corners: np.ndarray
    """(3,) int64: vertices of its triangle."""
    share: np.ndarray
    """(3,) of these."""


def spot_at(context: bpy.types.Context, item: bpy.types.Object, point: np.ndarray) -> Spot | None:
    """The nearest place to a point (3,) of the world, on a mesh as it is seen now; None of one beyond all measure."""
    own = Surface(item.data)
    vertices = _seen(context, item, own.vertices)
    tree = BVHTree.FromPolygons(vertices.tolist(), own.triangles.tolist(), all_triangles=True)
    place, _, triangle, _ = tree.find_nearest(point.tolist())
    if place is None:
        return None
    corners = own.triangles[triangle]
    return Spot(corners, shares(np.array(place)[None], vertices[corners][None])[0])


def spot_of(item: bpy.types.Object, place: np.ndarray) -> Spot:
    """The nearest place to a point (3,) in the mesh's own coordinates, at rest."""
    own = Surface(item.data)
    (triangle,), (share,) = own.nearest(place[None])
    return Spot(own.triangles[triangle], share)


def world_of(context: bpy.types.Context, item: bpy.types.Object, spot: Spot) -> np.ndarray:
    """(3,) where a place of a mesh is seen now."""
    return spot.share @ _seen(context, item, mesh_export.vertex_positions(item.data))[spot.corners]


def counterpart(
    context: bpy.types.Context, item: bpy.types.Object, point: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """For a point (3,) of the world on or near a matched mesh as it is seen now: its place on that mesh (3,), the
    counterpart (3,) on the partner as that is seen now, and how sure that is."""
    own = spot_at(context, item, point)
    there, sure = across(item, own)
    return world_of(context, item, own), world_of(context, partner(item), there), sure


def across(item: bpy.types.Object, spot: Spot) -> tuple[Spot, float]:
    """A place of a matched mesh on its partner, and how sure that is."""
    there = spot_of(partner(item), spot.share @ places(item)[spot.corners])
    return there, float(spot.share @ sureness(item)[spot.corners])


def _seen(context: bpy.types.Context, item: bpy.types.Object, vertices: np.ndarray) -> np.ndarray:
    """(V, 3) world positions of a mesh's own vertices (V, 3) as posed now, where modifiers keep their number."""
    evaluated = item.evaluated_get(context.evaluated_depsgraph_get())
    if len(evaluated.data.vertices) == len(vertices):
        vertices = mesh_export.vertex_positions(evaluated.data)
    matrix = np.array(item.matrix_world)
    return vertices @ matrix[:3, :3].T + matrix[:3, 3]
