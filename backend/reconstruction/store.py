# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stage has found, as arrays in a file, so that a stopped job goes on from there."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import numpy as np
import torch

from ..isosurface.extract import Grid
from ..raster.camera import Camera
from .coarse import Field
from .refine import Model
from .texture import Texture
from .views import View

Arrays = dict[str, np.ndarray]


class Store:
    """One .npz file for each stage. What was made from other parameters or cannot be read is as good as not there."""

    def __init__(self, folder: Path, parameters: dict) -> None:
        self._folder = folder
        self._parameters = json.dumps(parameters, sort_keys=True)

    def load(self, stage: str) -> Arrays | None:
        try:
            with np.load(self._folder / f"{stage}.npz", allow_pickle=False) as data:
                arrays = dict(data)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        return arrays if str(arrays.pop("parameters", "")) == self._parameters else None

    def save(self, stage: str, arrays: Arrays) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f"{stage}.partial.npz"
        np.savez(partial, parameters=np.array(self._parameters), **arrays)
        os.replace(partial, self._folder / f"{stage}.npz")


def views_to_arrays(views: list[View]) -> Arrays:
    arrays = {
        "names": np.array([view.name for view in views]),
        "camera_to_world": np.stack([view.camera.camera_to_world.numpy() for view in views]),
        "lens": np.array([(c.fx, c.fy, c.cx, c.cy, c.width, c.height) for c in (view.camera for view in views)]),
    }
    for number, view in enumerate(views):
        arrays[f"colour{number}"] = (view.colour.clamp(0.0, 1.0) * 255.0).round().byte().numpy()
        arrays[f"mask{number}"] = (view.mask.clamp(0.0, 1.0) * 255.0).round().byte().numpy()
        if view.normal is not None:
            arrays[f"normal{number}"] = (view.normal * 127.0).round().to(torch.int8).numpy()
    return arrays


def views_from_arrays(arrays: Arrays) -> list[View]:
    views = []
    for number, name in enumerate(arrays["names"]):
        fx, fy, cx, cy, width, height = arrays["lens"][number].tolist()
        matrix = torch.from_numpy(arrays["camera_to_world"][number])
        colour, mask = (torch.from_numpy(arrays[f"{kind}{number}"]).float() / 255.0 for kind in ("colour", "mask"))
        normal = arrays.get(f"normal{number}")
        normal = None if normal is None else torch.from_numpy(normal).float() / 127.0
        views.append(View(str(name), Camera(matrix, fx, fy, cx, cy, int(width), int(height)), colour, mask, normal))
    return views


def grid_to_arrays(grid: Grid) -> Arrays:
    return {"origin": grid.origin.numpy(), "cell": np.array(grid.cell), "shape": np.array(grid.shape)}


def grid_from_arrays(arrays: Arrays) -> Grid:
    return Grid(torch.from_numpy(arrays["origin"]), float(arrays["cell"]), tuple(arrays["shape"].tolist()))


def field_to_arrays(grid: Grid, field: Field) -> Arrays:
    return grid_to_arrays(grid) | {"distances": field.distances.numpy(), "colours": field.colours.numpy()}


def field_from_arrays(arrays: Arrays) -> tuple[Grid, Field]:
    return grid_from_arrays(arrays), Field(torch.from_numpy(arrays["distances"]), torch.from_numpy(arrays["colours"]))


def model_to_arrays(model: Model) -> Arrays:
    values = {name: getattr(model, name).numpy() for name in ("distances", "albedo", "light")}
    return grid_to_arrays(model.grid) | values


def model_from_arrays(arrays: Arrays) -> Model:
    values = (torch.from_numpy(arrays[name]) for name in ("distances", "albedo", "light"))
    return Model(grid_from_arrays(arrays), *values)


def texture_to_arrays(texture: Texture) -> Arrays:
    depths = {f"depth{number}": depth.numpy() for number, depth in enumerate(texture.depths)}
    return (
        views_to_arrays(texture.views)
        | grid_to_arrays(texture.grid)
        | depths
        | {"light": texture.light.numpy(), "albedo": texture.albedo.numpy()}
    )


def texture_from_arrays(arrays: Arrays) -> Texture:
    views = views_from_arrays(arrays)
    depths = [torch.from_numpy(arrays[f"depth{number}"]) for number in range(len(views))]
    light, albedo = (torch.from_numpy(arrays[name]) for name in ("light", "albedo"))
    return Texture(views, depths, light, grid_from_arrays(arrays), albedo)
