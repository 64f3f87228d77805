# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mesh itself is rendered and its signed distances moved until it looks like the pictures.

The losses are those of Voleti et al., "SV3D", ECCV 2024, and Xu et al., "InstantMesh", 2024, as far as they need no
trained network: squared error, a pyramid of differences for what LPIPS does there, masks, smooth normals and albedo,
and light that explains the brightness.
"""

from __future__ import annotations

import dataclasses
import typing

import torch

from ..isosurface.extract import Grid, Mesh, closed, extract
from ..shading import display
from .coarse import Field, bending, turned
from .field import look_up, redistanced
from .light import estimate, shine
from .render import Hits, edges, smooth_outline, trace, vertex_normals
from .views import View


@dataclasses.dataclass(frozen=True)
class Settings:
    steps: int = 80
    views: int = 2
    """Rendered in each step."""
    distance_rate: float = 0.03
    """Adam's, in cells."""
    albedo_rate: float = 0.02
    light_rate: float = 0.01
    pyramid: float = 0.5
    mask: float = 1.0
    normal: float = 0.02
    smoothness: float = 0.01
    albedo: float = 0.05
    light: float = 0.05
    given_normal: float = 0.5
    """Weight of 1 - cos between the surface's normals and those that come with the pictures."""
    renew: int = 20
    """Steps after which distances are measured anew."""
    levels: int = 3
    """Of the pyramid of differences."""


@dataclasses.dataclass(frozen=True)
class Model:
    grid: Grid
    distances: torch.Tensor
    """(X, Y, Z) in world units."""
    albedo: torch.Tensor
    """(X * Y * Z, 3) linear, near the surface."""
    light: torch.Tensor
    """(9, 3), see :mod:`.light`."""

    def mesh(self) -> Mesh:
        return extract(closed(self.distances, self.grid.cell), self.grid)


def start(grid: Grid, coarse_grid: Grid, coarse: Field) -> Model:
    """The coarse field on a finer grid, its colours parted into light and albedo."""
    values = torch.cat((coarse.distances.reshape(-1, 1), coarse.colours), dim=1)
    values = look_up(values, coarse_grid, grid.points())
    distances = values[:, 0].reshape(grid.shape)
    mesh = extract(closed(distances, grid.cell), grid)
    normals = vertex_normals(mesh.vertices, mesh.triangles)
    colours = display.decode(look_up(values[:, 1:], grid, mesh.vertices).clamp(0.0, 1.0))
    light = estimate(colours, normals)
    slope = torch.stack(torch.gradient(distances, spacing=grid.cell), dim=-1).reshape(-1, 3)
    directions = torch.nn.functional.normalize(slope, dim=-1)
    albedo = display.decode(values[:, 1:].clamp(0.0, 1.0)) / shine(light, directions)
    return Model(grid, distances, albedo, light)


def fit(
    model: Model,
    views: list[View],
    settings: Settings,
    generator: torch.Generator,
    on_step: typing.Callable[[float, Model], None] = lambda fraction, model: None,
    done: float = 0.0,
) -> Model:
    """The model whose pictures are like the views'. ``on_step`` is told the done fraction and the model so far;
    ``done`` is where a stopped fit goes on."""
    grid = model.grid
    cells = (model.distances / grid.cell).clone().requires_grad_()
    albedo = model.albedo.clone().requires_grad_()
    light = model.light.clone().requires_grad_()
    groups = [
        {"params": [cells], "lr": settings.distance_rate},
        {"params": [albedo], "lr": settings.albedo_rate},
        {"params": [light], "lr": settings.light_rate},
    ]
    rates = [group["lr"] for group in groups]
    optimizer = torch.optim.Adam(groups, betas=(0.9, 0.95), eps=1e-12, fused=True)
    order = torch.zeros(0, dtype=torch.long)
    for step in range(round(done * settings.steps), settings.steps):
        done = step / settings.steps
        if len(order) < settings.views:
            order = torch.cat((order, torch.randperm(len(views), generator=generator)))
        chosen, order = order[: settings.views], order[settings.views :]
        mesh = extract(closed(cells, 1.0), grid)
        loss = _loss(mesh, grid, albedo, light, [views[i] for i in chosen.tolist()], settings, generator)
        loss = loss + settings.smoothness * bending(cells)
        optimizer.zero_grad()
        loss.backward()
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * 0.2**done
        optimizer.step()
        with torch.no_grad():
            albedo.clamp_(0.0, 1.5)
            if (step + 1) % settings.renew == 0:
                cells.copy_(redistanced(cells, 1.0))
        on_step((step + 1) / settings.steps, Model(grid, cells.detach() * grid.cell, albedo.detach(), light.detach()))
    return Model(grid, cells.detach() * grid.cell, albedo.detach(), light.detach())


def _loss(
    mesh: Mesh,
    grid: Grid,
    albedo: torch.Tensor,
    light: torch.Tensor,
    views: list[View],
    settings: Settings,
    generator: torch.Generator,
) -> torch.Tensor:
    vertices, triangles = mesh.vertices, mesh.triangles
    normals = vertex_normals(vertices, triangles)
    edge = edges(triangles, len(vertices))
    total = settings.normal * roughness(vertices, triangles, edge[1])
    for view in views:
        shown, hits, own, lit = picture(vertices, triangles, normals, edge, grid, albedo, light, view)
        mask = view.mask[..., None]
        wanted = torch.cat((view.colour * mask, mask), dim=-1)
        # An object covers a part of the picture: without this its size would set the rate.
        share = mask.mean().clamp_min(1e-3) * len(views)
        difference = shown - wanted
        total = total + difference[..., :3].square().mean() / share
        total = total + settings.mask * difference[..., 3].square().mean() / share
        total = total + settings.pyramid * pyramid(difference[..., :3], settings.levels) / share
        if view.normal is not None:
            given = view.normal.reshape(-1, 3)[hits.pixel]
            total = total + settings.given_normal * turned(hits.normal, given) / len(views)
        brightness = display.decode(view.colour).amax(dim=-1).reshape(-1)[hits.pixel]
        even = own.detach().amax(dim=1).mean().clamp_min(1e-3)
        total = total + settings.light * (lit[:, 0] - brightness / even).abs().clamp_max(1.0).mean() / len(views)
        aside = hits.position.detach() + 0.5 * grid.cell * torch.randn(hits.position.shape, generator=generator)
        total = total + settings.albedo * (own - look_up(albedo, grid, aside)).abs().mean() / len(views)
    return total


def picture(
    vertices: torch.Tensor,
    triangles: torch.Tensor,
    normals: torch.Tensor,
    edge: tuple[torch.Tensor, torch.Tensor],
    grid: Grid,
    albedo: torch.Tensor,
    light: torch.Tensor,
    view: View,
) -> tuple[torch.Tensor, Hits, torch.Tensor, torch.Tensor]:
    """(H, W, 4) display-encoded and multiplied by coverage, with the hits, their albedo and their light."""
    hits = trace(vertices, triangles, normals, view.camera)
    own = look_up(albedo, grid, hits.position)
    lit = shine(light, hits.normal)
    colour = display.encode(own * lit)
    image = torch.zeros(view.camera.height * view.camera.width, 4)
    image = image.index_copy(0, hits.pixel, torch.cat((colour, torch.ones_like(colour[:, :1])), dim=1))
    image = image.reshape(view.camera.height, view.camera.width, 4)
    return smooth_outline(image, hits, vertices, triangles, edge, view.camera), hits, own, lit


def pyramid(difference: torch.Tensor, levels: int) -> torch.Tensor:
    """Mean absolute value of a difference of pictures (H, W, C) in bands of detail, coarse ones included."""
    current = difference.permute(2, 0, 1)[None]
    total = difference.new_zeros(())
    for _ in range(levels):
        half = torch.nn.functional.avg_pool2d(current, 2)
        rest = current[..., : 2 * half.shape[-2], : 2 * half.shape[-1]]
        total = total + (rest - half.repeat_interleave(2, -1).repeat_interleave(2, -2)).abs().mean()
        current = half
    return (total + current.abs().mean()) / (levels + 1)


def roughness(vertices: torch.Tensor, triangles: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
    """Mean of 1 - cos between the normals of neighbouring faces (E, 2)."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    normal = torch.nn.functional.normalize(torch.linalg.cross(b - a, c - a), dim=-1, eps=1e-20)
    return (1.0 - (normal[faces[:, 0]] * normal[faces[:, 1]]).sum(-1)).mean()
