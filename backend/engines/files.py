# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders and meshes as files, between the worker and an engine's own process."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import numpy as np

from .contract import Dense, Order

ORDER, PICTURE, DENSE = "order.json", "picture.npy", "dense.npz"
ROUGHNESS = 0.7
"""Engines that know colours alone say nothing of gloss, and nothing of metal."""
SIGN = "galatea-engine "
"""Begins the lines that an engine's process prints for the worker; what libraries print goes to the log."""


def save_order(order: Order, folder: Path) -> None:
    if order.picture is not None:
        np.save(folder / PICTURE, order.picture)
    values = {field.name: getattr(order, field.name) for field in dataclasses.fields(order) if field.name != "picture"}
    values["weights"] = None if order.weights is None else str(order.weights)
    (folder / ORDER).write_text(json.dumps(values), encoding="utf-8")


def load_order(folder: Path) -> Order:
    values = json.loads((folder / ORDER).read_text(encoding="utf-8"))
    values["weights"] = None if values["weights"] is None else Path(values["weights"])
    picture = np.load(folder / PICTURE, allow_pickle=False) if (folder / PICTURE).is_file() else None
    return Order(picture, **values)


def save_dense(dense: Dense, path: Path) -> None:
    """In one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"partial-{path.name}")
    np.savez(
        partial, vertices=dense.vertices, triangles=dense.triangles, colours=dense.colours,
        notes=np.array(dense.notes, dtype=np.str_), taken_for=np.array(dense.taken_for),
    )  # fmt: skip
    os.replace(partial, path)


def load_dense(path: Path) -> Dense:
    with np.load(path, allow_pickle=False) as data:
        notes = tuple(str(note) for note in data["notes"])
        return Dense(data["vertices"], data["triangles"], data["colours"], notes, str(data["taken_for"]))


def save_for_finish(dense: Dense, folder: Path) -> None:
    """``mesh.npz`` as Finish reads it, see :mod:`..capabilities.finish`: the colours become those of corners."""
    from ..finish.steps import vertex_normals
    from ..texturing import maps
    from ..texturing import mesh as texture_mesh

    folder.mkdir(parents=True, exist_ok=True)
    normals = vertex_normals(dense.vertices, dense.triangles)[dense.triangles]
    texture_mesh.save(texture_mesh.single(dense.vertices, dense.triangles, normals, None), folder / "mesh.npz")
    with np.load(folder / "mesh.npz", allow_pickle=False) as data:
        arrays = dict(data)
    look = np.empty((len(dense.triangles), 3, 5), np.float32)
    look[..., :3] = maps.decode(dense.colours)[dense.triangles]
    look[..., 3:] = (ROUGHNESS, 0.0)
    np.savez(folder / "mesh.npz", **arrays, corner_look=look)
