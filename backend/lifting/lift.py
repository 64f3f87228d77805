# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a picture of one object to its surface, with the lifter."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from scipy import ndimage
from torch.nn import functional

from ..isosurface.extract import Grid, closed, extract
from .frustum import CELLS, FINE, PICTURE, REACH, TANGENT, places_of, unprojected
from .network import Lifted, Lifter

DETAIL = 2 * CELLS
HALF = 0.5
"""Part of a cell that is inside, on the surface."""
GREY = 0.5
"""Display-encoded color behind the object."""
RIM = 0.9
"""Coverage below which a pixel shows some of what is behind the object."""
EDGE = 5
"""Pixels along a side around each that have to be covered."""
SIDE = 0.5
"""Of the way from the nearest to the farthest surface: where the colors of the back begin."""

LOOKS = tuple((turned, *shift) for turned in (False, True) for shift in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)))
"""Whether a picture is mirrored, and by how many cells it is moved down and to the right: the network is asked about
all of them, and what it says is averaged. Its mistakes differ, what it knows does not."""
SOLID = 0.3
"""Added to the logits of what is solid. An average of answers that disagree is thinner than each of them."""


@dataclasses.dataclass(frozen=True)
class Surface:
    """Z up and the viewer towards -Y; half the picture's side is one unit in the middle of the object."""

    vertices: torch.Tensor
    """(V, 3)"""
    triangles: torch.Tensor
    """(T, 3) int64, counter-clockwise seen from outside."""
    colours: torch.Tensor
    """(V, 3) display-encoded sRGB."""


@torch.no_grad()
def lift(
    network: Lifter, picture: np.ndarray, tangent: float = TANGENT, level: bool = False, detail: int = DETAIL
) -> Surface:
    """The surface of what a picture shows. Raises ``isosurface.EmptySurface``.

    Args:
        picture: (S, S, 4) float32 in [0, 1], display-encoded sRGB and straight alpha, the object in the middle with its
            longer side over FILL of the picture's.
        tangent: of half the angle that the picture spans.
        level: as if the viewer did not look down, whatever the network says.
        detail: samples along each side of the grid whose surface is taken.
    """
    given = tensor_of(picture, network)
    found = looked_at_often(network, resized(given, PICTURE))
    if level:
        found = dataclasses.replace(found, elevation=torch.zeros_like(found.elevation))
    return surface_of(found, given, tangent, detail)


def surface_of(found: Lifted, given: torch.Tensor, tangent: float, detail: int) -> Surface:
    """The surface of what was said (N = 1) of a picture (1, 4, S, S) with straight alpha, as :func:`lift` has it."""
    field = solid_of(found, resized(given, PICTURE)[:, 3:])
    fine = refined(field, given[:, 3:], detail)
    distances = closed(HALF - fine.permute(1, 2, 0).flip(2), 1e-3)  # along u, w, and up
    mesh = extract(distances, Grid(torch.zeros(3, device=given.device), 1.0, (detail, detail, detail)))
    x, y, z = mesh.vertices.unbind(-1)
    places = places_of(torch.stack((x, detail - 1 - z, y), dim=-1), detail)
    colours = colours_at(found, field, given, places)
    vertices = unprojected(places, tangent, float(found.elevation))
    return Surface(vertices, mesh.triangles, colours)


def tensor_of(picture: np.ndarray, network: Lifter) -> torch.Tensor:
    """(1, 4, S, S) of a picture (S, S, 4), where the network is."""
    assert picture.ndim == 3 and picture.shape[0] == picture.shape[1] and picture.shape[2] == 4, picture.shape
    return torch.from_numpy(picture).permute(2, 0, 1)[None].to(next(network.parameters()).device)


def looked_at_often(network: Lifter, picture: torch.Tensor) -> Lifted:
    """What the network says of a picture (1, 4, PICTURE, PICTURE), the average over :data:`LOOKS`."""
    said = network(2.0 * torch.cat([moved(picture, *look, FINE) for look in LOOKS]) - 1.0)
    solid, albedo, azimuth = [], [], []
    for number, (mirrored, down, right) in enumerate(LOOKS):
        back = mirrored, -down, -right if not mirrored else right
        solid.append(moved(said.solid[number].permute(2, 0, 1), *back))
        albedo.append(moved(said.albedo[number], *back))
        azimuth.append(said.azimuth[number] * said.azimuth.new_tensor((-1.0 if mirrored else 1.0, 1.0)))
    return Lifted(
        torch.stack(solid).mean(0).permute(1, 2, 0)[None] + SOLID, torch.stack(albedo).mean(0)[None],
        said.elevation.mean(0, keepdim=True), torch.stack(azimuth).mean(0)[None],
    )  # fmt: skip


def moved(values: torch.Tensor, mirrored: bool, down: int, right: int, step: int = 1) -> torch.Tensor:
    """Values (..., H, W) mirrored if so, and then moved by so many steps; what leaves at one side enters at the other,
    where a picture is empty."""
    return (values.flip(-1) if mirrored else values).roll((step * down, step * right), (-2, -1))


def resized(picture: torch.Tensor, size: int) -> torch.Tensor:
    """(N, 4, size, size) over GREY, from pictures (N, 4, S, S) with straight alpha. Colors do not bleed over edges."""
    alpha = picture[:, 3:]
    over = torch.cat((picture[:, :3] * alpha + GREY * (1.0 - alpha), alpha), dim=1)
    return functional.interpolate(over, (size, size), mode="bilinear", antialias=True, align_corners=False).clamp(0, 1)


def solid_of(found: Lifted, alpha: torch.Tensor) -> torch.Tensor:
    """(CELLS, CELLS, CELLS) along v, u, w in [0, 1]: which part of each cell is inside, if its row is in the outline.

    Where the picture (1, 1, S, S) shows the object, the likeliest cells are raised above HALF until the row is as thick
    as the network expects: where it cannot tell the depth, no cell of a row need be likely by itself.
    """
    field = found.solid[0].sigmoid()
    share = functional.adaptive_avg_pool2d(alpha, CELLS)
    expected = field.sum(dim=-1).round().long().clamp(1, CELLS - 1)
    ranked = field.sort(dim=-1, descending=True).values
    ends = torch.stack((expected - 1, expected), dim=-1)
    level = ranked.gather(-1, ends).mean(dim=-1)[None, None]
    # Neighbouring rows agree, or the surface would be as rough as the network is unsure.
    inside = (share > 0).to(level.dtype)
    level = functional.avg_pool2d(level * inside, 3, 1, 1) / functional.avg_pool2d(inside, 3, 1, 1).clamp_min(1e-6)
    return (field + (HALF - level[0, 0].clamp_max(HALF))[..., None]).clamp_max(1.0)


def refined(field: torch.Tensor, alpha: torch.Tensor, cells: int) -> torch.Tensor:
    """The field on a grid of ``cells`` along each side, cut by the outline of the picture (1, 1, S, S)."""
    fine = functional.interpolate(field[None, None], (cells, cells, cells), mode="trilinear", align_corners=False)
    share = functional.interpolate(alpha, (cells, cells), mode="bilinear", antialias=True, align_corners=False)
    return fine[0, 0] * (2.0 * share[0, 0]).clamp(0.0, 1.0)[..., None]


def colours_at(found: Lifted, field: torch.Tensor, picture: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """(V, 3) display-encoded: in front the picture's structure with the network's base colors, behind those alone.

    Args:
        field: (CELLS, CELLS, CELLS) along v, u, w in [0, 1]: what is inside.
        picture: (1, 4, S, S) with straight alpha.
        places: (V, 3) of the frustum.
    """
    alpha = picture[:, 3:]
    blurred = resized(picture, CELLS // 2)
    light = functional.adaptive_avg_pool2d(found.albedo[:, :3], CELLS // 2) / blurred[:, :3].clamp_min(0.05)
    wide = functional.interpolate(light, picture.shape[-2:], mode="bilinear", align_corners=False)
    shown = (picture[:, :3] * wide).clamp(0, 1)
    # The last pixels before the edge have some of the background, too.
    front = _read(filled(shown, functional.avg_pool2d(alpha, EDGE, 1, EDGE // 2)), places)
    back = _read(filled(found.albedo[:, 3:], functional.adaptive_avg_pool2d(alpha, CELLS)), places)
    inside = (field > HALF).to(field.dtype)
    depth = torch.arange(CELLS, device=field.device)
    first = torch.where(inside > 0, depth, CELLS).amin(dim=-1).to(field.dtype)
    last = torch.where(inside > 0, depth, -1).amax(dim=-1).to(field.dtype)
    # Next to the outline a row of cells may be empty: take what its neighbours say.
    first = -functional.max_pool2d(-first[None, None], 3, 1, 1)
    last = functional.max_pool2d(last[None, None], 3, 1, 1)
    ends = _read(torch.cat((first, last), dim=1), places)
    own = (places[:, 2] + REACH) * CELLS / (2.0 * REACH) - 0.5
    part = ((own - ends[:, 0]) / (ends[:, 1] - ends[:, 0]).clamp_min(1.0)).clamp(0, 1)
    behind = torch.sigmoid((part - SIDE) * 12.0)[:, None]
    return front + (back - front) * behind


def filled(colours: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Colors (1, 3, S, S), and where alpha (1, 1, S, S) is not whole those of the nearest place where it is: the
    background would show at the edge, and a surface may go beyond the outline."""
    part = alpha[0, 0] < RIM * alpha.amax()
    nearest = ndimage.distance_transform_edt(part.cpu().numpy(), return_distances=False, return_indices=True)
    rows, columns = torch.from_numpy(nearest).to(colours.device).long()
    return colours[:, :, rows, columns]


def _read(maps: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """(V, C) of maps (1, C, H, W) in front of places (V, 3), bilinear."""
    grid = places[None, None, :, :2]
    return functional.grid_sample(maps, grid, mode="bilinear", padding_mode="border", align_corners=False)[0, :, 0].T
