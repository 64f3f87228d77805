# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of finishing, one after the other."""

from __future__ import annotations

import contextlib
import time
import typing
from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np

from ..job import Job
from ..mesh.clean import Shape, clean, decimated
from ..texturing import mesh as texture_mesh
from ..texturing.mesh import TextureMesh
from ..texturing.products import write_products
from ..uv.unwrap import unwrap
from . import holes, pictures, place, repair
from .appearance import looks_of
from .check import check

if typing.TYPE_CHECKING:
    from ..capabilities.finish import FinishParams


def all_steps(params: FinishParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """See :func:`..capabilities.finish.finish`."""
    watch = _Watch(job)
    with watch("Reading the mesh", 0.0):
        dense = texture_mesh.load(job.inputs / "mesh.npz")
        look = _corner_look(job)
        notes: list[str] = []
    with watch("Repairing", 0.05):
        shape = repaired(Shape(dense.vertices.astype(np.float64), dense.triangles), params, notes)
    with watch("Reducing faces", 0.15):
        shape = reduced(shape, params.faces, notes)
    with watch("Unwrapping", 0.25):
        corner_uv, charts = unwrap(
            shape.vertices, shape.triangles, params.resolution,
            lambda fraction: job.progress("Unwrapping", 0.25 + 0.25 * fraction),
        )  # fmt: skip
    with watch("Taking over the looks", 0.5):
        light = light_mesh(shape, corner_uv, dense)
        products = write_products(
            light, looks_of(dense, job.inputs, look, pictures.paint_of(job.inputs, dense)), job, params.resolution,
            progress=lambda fraction: job.progress("Taking over the looks", 0.5 + 0.45 * fraction),
        )  # fmt: skip
    with watch("Placing", 0.96):
        world = shape.vertices * dense.scale + dense.center
        vertices, offset, scale = place.placed(world, params.height or None, params.origin_to_base)
        found = check(Shape(vertices, shape.triangles), corner_uv, params.resolution)
        np.savez(
            job.outputs / "mesh.npz", vertices=vertices, triangles=shape.triangles, corner_uv=corner_uv,
            corner_normals=light.corner_normals,
        )  # fmt: skip
    if not found.manifold:
        notes.append(f"{found.open_edges + found.crowded_edges} edges are open or have more than two faces.")
    for note in notes:
        job.log(note, "warning")
    report = {
        **asdict(found), "manifold": found.manifold, "faces_before": len(dense.triangles), "budget": params.faces,
        "charts": charts, "seam_ratio": products.report["seam_ratio"], "offset": offset.tolist(), "scale": scale,
        "notes": notes, "seconds": watch.seconds,
    }  # fmt: skip
    job.progress("Done", 1.0)
    return {"mesh": "out/mesh.npz", **products.files}, report


def repaired(shape: Shape, params: FinishParams, notes: list[str]) -> Shape:
    """Clean, without floaters, manifold, outward, closed; what was done beyond the ordinary goes to ``notes``."""
    shape, floaters = repair.without_floaters(clean(shape.vertices, shape.triangles), params.smallest_part)
    shape, gone = repair.manifold(shape)
    shape, _ = repair.outward(shape)
    closed = left = 0
    if params.largest_hole > 0:
        shape, closed, left = holes.filled(shape, params.largest_hole)
    for count, words in (
        (floaters, "small loose parts were thrown away"), (gone, "faces were in the way of a clean surface and went"),
        (closed, "holes were closed"), (left, "holes are too large to be closed and stay open"),
    ):  # fmt: skip
        if count:
            notes.append(f"{count} {words}.")
    return shape


def reduced(shape: Shape, faces: int, notes: list[str]) -> Shape:
    """At most ``faces`` triangles, if not 0. Collapsing edges may break the surface in places: repaired again."""
    if not faces or len(shape.triangles) <= faces:
        return shape
    light, _ = repair.manifold(decimated(shape, faces))
    light, _ = repair.outward(light)
    light, _, _ = holes.filled(light, 0.2)
    if len(light.triangles) > 1.05 * faces:
        notes.append(f"The mesh could not be reduced further than {len(light.triangles)} faces.")
    return light


def light_mesh(shape: Shape, corner_uv: np.ndarray, dense: TextureMesh) -> TextureMesh:
    """The light mesh, in the dense one's unit space, smooth all over: the dense one's edges go to the normal map."""
    normal = vertex_normals(shape.vertices, shape.triangles)
    made = texture_mesh.single(shape.vertices, shape.triangles, normal[shape.triangles], corner_uv)
    return replace(made, center=dense.center, scale=dense.scale, object_names=dense.object_names[:1])


def vertex_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(V, 3) unit normals of vertices (V, 3): means of the triangles' (F, 3) around them, weighted with their areas."""
    corner = vertices[triangles]
    face_normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    normal = np.zeros_like(vertices)
    for column in range(3):
        np.add.at(normal, triangles[:, column], face_normal)
    return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)


def _corner_look(job: Job) -> np.ndarray | None:
    with np.load(job.inputs / "mesh.npz", allow_pickle=False) as data:
        return data["corner_look"] if "corner_look" in data.files else None


class _Watch:
    """Tells each stage to the job and takes its time."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def __call__(self, stage: str, fraction: float) -> Iterator[None]:
        self._job.progress(stage, fraction)
        begin = time.perf_counter()
        yield
        self.seconds[stage] = round(time.perf_counter() - begin, 2)
