# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What score distillation can change: the texture of a mesh, a mesh of signed distances with its colors, splats."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import torch

from ..isosurface.extract import closed, extract
from ..raster.camera import Camera, orbit
from ..reconstruction import refine
from ..reconstruction.coarse import bending
from ..reconstruction.field import redistanced
from ..reconstruction.render import edges, vertex_normals
from ..reconstruction.views import View as Posed
from ..shading.pbr import Material
from ..splats import fit as splat_fit
from ..splats.draw import Draw
from ..texturing.appearance import START, material_of
from ..texturing.field import Field
from ..texturing.fit import Observations, displayed, observe
from ..texturing.lit import radiance
from ..texturing.painter import Shot
from ..texturing.solid import Solid
from ..texturing.views import control, render
from .distil import Shown


@dataclasses.dataclass(frozen=True)
class Orbit:
    """Cameras around the origin, a batch of them evenly around it, turned at random."""

    distance: float
    fov: float
    """Radians across the picture."""
    size: int
    """Pixels along a side."""
    batch: int = 2
    elevation: tuple[float, float] = (math.radians(-10.0), math.radians(45.0))

    def draw(self, generator: torch.Generator) -> list[tuple[float, float, Camera]]:
        """Azimuth, elevation and camera, radians."""
        turn, *heights = torch.rand(1 + self.batch, generator=generator).tolist()
        low, high = self.elevation
        found = []
        for number, height in enumerate(heights):
            azimuth = math.remainder(2.0 * math.pi * (turn + number / self.batch), 2.0 * math.pi)
            rise = low + (high - low) * height
            found.append((azimuth, rise, orbit(azimuth, rise, self.distance, self.fov, self.size)))
        return found


class Textured:
    """The base color of a mesh under known lights, with the light control that belongs to each picture.

    Roughness, metal and bumps stay what they are: a score cannot tell them from color by so few pictures.
    """

    def __init__(
        self, solid: Solid, shots: Sequence[Shot], finest: int = 32, rate: float = 0.03, batch: int = 2
    ) -> None:
        self.field = Field(solid, finest, start=START)
        self._rate, self._batch = rate, batch
        self._shots = list(shots)
        self._seen: list[Observations] = []
        self._canvas, self._controls = [], []
        with torch.no_grad():
            for shot in shots:
                canvas = render(shot.view, shot.light, self.field)
                self._canvas.append(canvas)
                self._seen.append(observe(shot.view, shot.light, canvas, most=len(shot.view.points.pixel)))
                self._controls.append(control(shot.view, shot.light))

    def material(self, position: torch.Tensor, normal: torch.Tensor) -> Material:
        """Of points (N, 3) with unit normals (N, 3): a texture function."""
        raw = self.field.raw(position, normal)
        return material_of(torch.cat((raw[:, :3], self.field.start[3:].expand(len(raw), -1)), dim=1), normal)

    def groups(self) -> list[dict]:
        return [{"params": list(self.field.parameters()), "lr": self._rate}]

    def show(self, step: int, generator: torch.Generator) -> Shown:
        chosen = torch.randperm(len(self._shots), generator=generator)[: self._batch].tolist()
        shots = [self._shots[index] for index in chosen]
        return Shown(
            torch.stack([self._picture(index) for index in chosen]),
            tuple(shot.place.azimuth for shot in shots), tuple(shot.place.elevation for shot in shots),
            torch.stack([_rows(shot.view.camera) for shot in shots]),
            torch.stack([self._controls[index] for index in chosen]),
        )  # fmt: skip

    def _picture(self, index: int) -> torch.Tensor:
        seen, canvas = self._seen[index], self._canvas[index]
        colours = displayed(radiance(self.material(seen.position, seen.normal), seen.lit)).clamp(0.0, 1.0)
        pixel = self._shots[index].view.points.pixel
        return canvas.flatten(1).index_copy(1, pixel, colours.T).reshape(canvas.shape)


class Shaped:
    """Signed distances and base colors on a grid, under one soft light."""

    def __init__(
        self, model: refine.Model, cameras: Orbit, distance_rate: float = 0.02, albedo_rate: float = 0.02,
        smoothness: float = 0.001, renew: int = 20,
    ) -> None:  # fmt: skip
        """
        Args:
            distance_rate: Adam's, in cells; 0 leaves the shape as it is.
            smoothness: weight of the distances' bending.
            renew: steps after which distances are measured anew.
        """
        self._light, self.grid = model.light, model.grid
        self.cells = (model.distances / model.grid.cell).clone().requires_grad_()
        self.albedo = model.albedo.clone().requires_grad_()
        self._cameras = cameras
        self._rates = distance_rate, albedo_rate
        self._smoothness, self._renew = smoothness, renew

    @property
    def model(self) -> refine.Model:
        return refine.Model(self.grid, self.cells.detach() * self.grid.cell, self.albedo.detach(), self._light)

    def groups(self) -> list[dict]:
        return [{"params": [self.cells], "lr": self._rates[0]}, {"params": [self.albedo], "lr": self._rates[1]}]

    def show(self, step: int, generator: torch.Generator) -> Shown:
        with torch.no_grad():
            self.albedo.clamp_(0.0, 1.0)
            if step and step % self._renew == 0:
                self.cells.copy_(redistanced(self.cells, 1.0))
        mesh = extract(closed(self.cells, 1.0), self.grid)
        normals = vertex_normals(mesh.vertices, mesh.triangles)
        edge = edges(mesh.triangles, len(mesh.vertices))
        pictures, places = [], self._cameras.draw(generator)
        for _, _, camera in places:
            posed = Posed("", camera, torch.zeros(0), None)
            made, *_ = refine.picture(
                mesh.vertices, mesh.triangles, normals, edge, self.grid, self.albedo, self._light, posed
            )
            pictures.append(_over(made[..., :3], made[..., 3], generator))
        return dataclasses.replace(
            _shown(torch.stack(pictures), places), penalty=self._smoothness * bending(self.cells)
        )


class Splatted:
    """Splats."""

    def __init__(
        self,
        model: splat_fit.Model,
        cameras: Orbit,
        draw: Draw,
        settings: splat_fit.Settings = splat_fit.Settings(),  # noqa: B008
    ) -> None:
        self._leaves = {name: value.clone().requires_grad_() for name, value in model.values().items()}
        self._spacing, self._cameras, self._draw, self._settings = model.spacing, cameras, draw, settings

    @property
    def model(self) -> splat_fit.Model:
        return splat_fit.Model(**self._leaves, spacing=self._spacing)

    def groups(self) -> list[dict]:
        rates = splat_fit.rates(self._settings, self._spacing)
        return [{"params": [self._leaves[name]], "lr": rate} for name, rate in rates.items()]

    def show(self, step: int, generator: torch.Generator) -> Shown:
        splats, places = self.model.splats(), self._cameras.draw(generator)
        pictures = []
        for _, _, camera in places:
            made = self._draw(splats, camera)
            pictures.append(_over(made.colour, made.alpha, generator))
        return _shown(torch.stack(pictures), places)


def _over(colour: torch.Tensor, alpha: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """(3, H, W) of colors (H, W, 3), times coverage (H, W), over a random gray: no background can be painted."""
    gray = float(torch.rand((), generator=generator))
    return (colour + gray * (1.0 - alpha[..., None])).clamp(0.0, 1.0).permute(2, 0, 1)


def _shown(pictures: torch.Tensor, places: list[tuple[float, float, Camera]]) -> Shown:
    return Shown(
        pictures, tuple(azimuth for azimuth, _, _ in places), tuple(rise for _, rise, _ in places),
        torch.stack([_rows(camera) for _, _, camera in places]),
    )  # fmt: skip


def _rows(camera: Camera) -> torch.Tensor:
    return camera.camera_to_world[:3].reshape(-1).cpu()
