# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh object over a range of frames -> arrays for the worker (``in/positions.npy`` and ``in/sequence.npz``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

from .mesh import surface

MOST = 50_000_000
"""Vertices times frames: 600 MB on the disk, and several times that in the worker's memory."""


class SequenceProblem(Exception):
    """The object cannot be read as a sequence: one sentence, and what to do."""


def record(context: bpy.types.Context, item: bpy.types.Object, frames: range, folder: Path) -> Iterator[float]:
    """Write what the object looks like in each of the frames, all modifiers applied, in world space.

    Yields the done part after each frame: whoever is in no hurry waits in between, and closes the iterator to stop. The
    scene's frame is put back in any case. Raises SequenceProblem when the mesh is not the same in all frames.
    """
    scene = context.scene
    before = scene.frame_current, scene.frame_subframe
    positions = None
    try:
        for number, frame in enumerate(frames):
            scene.frame_set(frame)
            vertices, triangles, corners = evaluated(context, item)
            if positions is None:
                if not len(vertices) or not len(triangles):
                    raise SequenceProblem(
                        f"{item.name} has no faces in frame {frame}. Select an object with a surface."
                    )
                if len(vertices) * len(frames) > MOST:
                    raise SequenceProblem(
                        f"{item.name} has too many vertices for {len(frames)} frames. "
                        f"Choose at most {MOST // len(vertices)} frames, or a mesh with fewer vertices."
                    )
                first, first_corners = triangles, corners
                shape = (len(frames), len(vertices), 3)
                positions = np.lib.format.open_memmap(folder / "positions.npy", "w+", np.float32, shape)
            elif len(vertices) != positions.shape[1] or not np.array_equal(corners, first_corners):
                raise SequenceProblem(
                    f"{item.name} has other vertices or faces in frame {frame} than in frame {frames[0]}. Switch off "
                    "what changes them over time (Remesh, Decimate, Build, ...), or choose a range in which they stay."
                )
            positions[number] = vertices
            yield (number + 1) / len(frames)
        positions.flush()
        up = np.array(item.matrix_world.to_3x3().col[2].normalized(), np.float64)
        np.savez(
            folder / "sequence.npz",
            triangles=np.ascontiguousarray(first, np.int32),
            frames=np.array(frames, np.int32),
            up=up,
        )
    finally:
        scene.frame_set(before[0], subframe=before[1])


def evaluated(context: bpy.types.Context, item: bpy.types.Object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """World vertices (V, 3), triangles (T, 3) and the vertex of each face corner (L,) at the scene's frame."""
    there = item.evaluated_get(context.evaluated_depsgraph_get())
    mesh = there.to_mesh()
    vertices, triangles = surface(mesh, there.matrix_world)
    corners = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", corners)
    there.to_mesh_clear()
    return vertices, triangles, corners
