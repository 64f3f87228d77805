# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A coarse field of signed distances and colours, from the visual hull inwards, by volume rendering.

The hull cannot have hollows. Light that is let through a layer of some thickness around the surface, as in Wang et al.,
"NeuS", NeurIPS 2021, tells which way the surface must move for the
pictures to agree; here both fields are plain grids, and rays meet only the samples near the surface.
"""

from __future__ import annotations

import dataclasses
import typing

import torch

from ..isosurface.extract import Grid
from ..raster.camera import pixel_rays
from ..raster.torch_raster import expand
from .field import look_up, redistanced
from .views import View


@dataclasses.dataclass(frozen=True)
class Settings:
    steps: int = 150
    rays: int = 6144
    """In each step."""
    thickness: tuple[float, float] = (1.2, 0.3)
    """Of the layer that light passes, in cells (the inverse of NeuS' s), at first and at last. Thick at first: only
    what is seen through the surface pulls it inwards."""
    distance_rate: float = 0.1
    """Adam's, in cells."""
    colour_rate: float = 0.05
    mask_weight: float = 1.0
    smoothness: float = 0.3
    """Weight of the squared second differences of the distances, in cells, near the surface, where it is plain. There
    is no term for their slope: in the middle of thin parts it must be zero, and a term that asks for 1 there makes
    waves of them."""
    edge: float = 0.1
    """Difference of display-encoded colours across two cells that halves the smoothness: a surface bends where its
    colour does, and what looks plain is even."""
    veil_rate: float = 0.02
    veil: float = 0.1
    """Weight of the squares of what each picture may add to the colours, see VEIL."""
    volume: float = 0.002
    """Weight of the space inside, in cells, for each cell of the first surface. No shape within the masks is larger
    than the hull, so of those that look alike the smaller is the likelier."""
    normal: float = 1.0
    """Weight of 1 - cos between the surface's normals and those that come with the pictures (Yu et al., "MonoSDF",
    NeurIPS 2022)."""
    renew: int = 10
    """Steps after which distances are measured anew."""


@dataclasses.dataclass(frozen=True)
class Rays:
    origin: torch.Tensor
    """(R, 3)"""
    direction: torch.Tensor
    """(R, 3), one unit long."""
    colour: torch.Tensor
    """(R, 3) display-encoded."""
    mask: torch.Tensor
    """(R,)"""
    place: torch.Tensor
    """(R, 3): the view's number, then 0 to VEIL - 1 down and across its outline."""
    normal: torch.Tensor
    """(R, 3) that the view gives, see View; 0 without any."""
    enter: torch.Tensor
    """(R,) distances along the ray between which it comes near the surface."""
    leave: torch.Tensor
    """(R,)"""

    def chosen(self, rows: torch.Tensor) -> Rays:
        return Rays(*(getattr(self, field.name)[rows] for field in dataclasses.fields(self)))


@dataclasses.dataclass(frozen=True)
class Field:
    distances: torch.Tensor
    """(X, Y, Z) in world units."""
    colours: torch.Tensor
    """(X * Y * Z, 3) display-encoded; they mean something near the surface alone."""


def rays_of(views: list[View], grid: Grid, distances: torch.Tensor) -> Rays:
    """The rays of all pixels that come near the inside of a field of signed distances (X, Y, Z)."""
    parts = []
    for number, view in enumerate(views):
        direction = torch.nn.functional.normalize(pixel_rays(view.camera).reshape(-1, 3), dim=-1)
        origin = view.camera.position.expand(len(direction), 3)
        enter, leave = _spans(distances, grid, origin, direction)
        met = (leave > enter).nonzero()[:, 0]
        rays = Rays(
            origin,
            direction,
            view.colour.reshape(-1, 3),
            view.mask.reshape(-1),
            _places(view, number),
            torch.zeros_like(direction) if view.normal is None else view.normal.reshape(-1, 3),
            enter,
            leave,
        )
        parts.append(rays.chosen(met))
    return Rays(*(torch.cat([getattr(part, field.name) for part in parts]) for field in dataclasses.fields(Rays)))


def _places(view: View, number: int) -> torch.Tensor:
    """(H * W, 3): see Rays."""
    height, width = view.mask.shape
    rows, columns = (view.mask > 0.5).nonzero(as_tuple=True)
    if not len(rows):
        rows, columns = torch.tensor([0, height]), torch.tensor([0, width])
    down, across = (
        ((torch.arange(size) - met.min()) / (met.max() - met.min()).clamp_min(1)).clamp(0.0, 1.0)
        for size, met in ((height, rows), (width, columns))
    )
    down, across = torch.meshgrid((VEIL - 1) * down, (VEIL - 1) * across, indexing="ij")
    return torch.stack((torch.full_like(down, number), down, across), dim=-1).reshape(-1, 3)


def _spans(
    distances: torch.Tensor, grid: Grid, origin: torch.Tensor, direction: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Where rays first and last are within NEAR cells of the inside, (R,) each; nowhere if the last is not beyond."""
    low = grid.origin + 0.01 * grid.cell
    high = grid.origin + grid.cell * (torch.tensor(grid.shape) - 1.01)
    one, two = (low - origin) / direction, (high - origin) / direction
    enter = torch.minimum(one, two).amax(dim=1).clamp_min(0.0)
    leave = torch.maximum(one, two).amin(dim=1)
    step = 2.0 * grid.cell
    near = distances < NEAR * grid.cell
    first, last = torch.full_like(enter, torch.inf), torch.full_like(enter, -torch.inf)
    row, number = expand(((leave - enter) / step).ceil().clamp_min(0.0).long())
    travel = torch.minimum(enter[row] + step * (number + 0.5), leave[row])
    met = near.reshape(-1)[_nearest(grid, origin[row] + travel[:, None] * direction[row])]
    first = first.scatter_reduce(0, row[met], travel[met], "amin")
    last = last.scatter_reduce(0, row[met], travel[met], "amax")
    return torch.maximum(first - step, enter), torch.minimum(last + step, leave)


def _nearest(grid: Grid, points: torch.Tensor) -> torch.Tensor:
    """Row (N,) of the sample nearest to points (N, 3), which must lie within the grid."""
    index = ((points - grid.origin) / grid.cell + 0.5).long()
    x, y, _ = grid.strides
    return index[:, 0] * x + index[:, 1] * y + index[:, 2]


def fit(
    grid: Grid,
    start: Field,
    rays: Rays,
    settings: Settings,
    generator: torch.Generator,
    on_step: typing.Callable[[float, Field], None] = lambda fraction, field: None,
    done: float = 0.0,
) -> Field:
    """The field whose rendering agrees with the rays' colours and masks, from a field that is rather too large.

    ``on_step`` is told the done fraction and the field after each step; ``done`` is where a stopped fit goes on.
    """
    base = start.distances / grid.cell
    change = torch.zeros_like(base, requires_grad=True)
    colours = start.colours.clone().requires_grad_()
    sheets = Grid(torch.zeros(3), 1.0, (int(rays.place[:, 0].max()) + 1, VEIL, VEIL))
    veil = torch.zeros(sheets.size, 3, requires_grad=True)
    rates = (settings.distance_rate, settings.colour_rate, settings.veil_rate)
    optimizer = torch.optim.Adam(
        [{"params": [part], "lr": rate} for part, rate in zip((change, colours, veil), rates, strict=True)],
        betas=(0.9, 0.98),
        eps=1e-12,
        foreach=False,
        fused=True,
    )
    given = bool(rays.normal.any())
    area = (base.abs() < 0.5).sum().clamp_min(1)
    for step in range(round(done * settings.steps), settings.steps):
        done = step / settings.steps
        cells = base + smoothed(change)
        thickness = settings.thickness[0] * (settings.thickness[1] / settings.thickness[0]) ** done
        some = rays.chosen(torch.randint(len(rays.mask), (settings.rays,), generator=generator))
        background = torch.rand(settings.rays, 3, generator=generator)
        values = torch.cat((colours, slopes(cells)), dim=1) if given else colours
        seen, coverage = render(cells, values, grid, some, thickness, generator)
        mask = some.mask[:, None]
        wanted = some.colour * mask + background * (1.0 - mask)
        reflected = coverage[:, None] * look_up(veil, sheets, some.place)
        shown = seen[:, :3] + reflected + background * (1.0 - coverage[:, None])
        loss = torch.nn.functional.smooth_l1_loss(shown, wanted, beta=0.1)
        loss = loss + settings.mask_weight * (coverage - mask[:, 0]).square().mean()
        if given:
            loss = loss + settings.normal * turned(seen[:, 3:], some.normal)
        loss = loss + settings.smoothness * bending(cells, plainness(colours, grid, settings.edge))
        loss = loss + settings.veil * veil.square().mean()
        loss = loss + settings.volume * torch.sigmoid(-2.0 * cells).sum() / area
        optimizer.zero_grad()
        loss.backward()
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * 0.2**done
        optimizer.step()
        with torch.no_grad():
            cells = base + smoothed(change)
            if (step + 1) % settings.renew == 0:
                base = cells = redistanced(cells, 1.0)
                change.zero_()
        field = Field(cells * grid.cell, colours.detach())
        on_step((step + 1) / settings.steps, field)
    return field


def slopes(cells: torch.Tensor) -> torch.Tensor:
    """Of distances (X, Y, Z), (X * Y * Z, 3): the surface's normals, near it."""
    return torch.stack(torch.gradient(cells), dim=-1).reshape(-1, 3)


def turned(normal: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Mean of 1 - cos between normals (R, 3) of any length and those wanted, which count by theirs.

    What is shorter than FAINT counts less: of rays that hardly meet the surface the direction is chance.
    """
    found = torch.nn.functional.normalize(normal, dim=-1, eps=FAINT)
    return (wanted.norm(dim=-1) - (found * wanted).sum(-1)).mean()


def smoothed(change: torch.Tensor) -> torch.Tensor:
    """Values (X, Y, Z) spread over their neighbours, so that a step moves a patch of the surface and not one sample."""
    result = change[None, None]
    for _ in range(2):
        result = torch.nn.functional.avg_pool3d(result, 3, 1, 1)
    return result[0, 0]


def render(
    cells: torch.Tensor,
    shown: torch.Tensor,
    grid: Grid,
    rays: Rays,
    thickness: float,
    generator: torch.Generator,
) -> tuple[torch.Tensor, torch.Tensor]:
    """What rays see (R, C), multiplied by coverage, of values (X * Y * Z, C), and coverage (R,).

    ``cells`` are distances in cells.
    """
    with torch.no_grad():
        ray, number, travel = _samples(cells, grid, rays, thickness, generator)
    points = rays.origin[ray] + travel[:, None] * rays.direction[ray]
    values = look_up(torch.cat((cells.reshape(-1, 1), shown), dim=1), grid, points)
    level = transmission(values[:, 0], thickness)
    joined = (ray[1:] == ray[:-1]) & (number[1:] == number[:-1] + 1)
    optical = torch.where(joined, (level[:-1] - level[1:]).clamp_min(0.0), torch.zeros_like(level[1:]))
    # Double precision: the sums run on over all rays.
    total = torch.cumsum(optical.double(), 0)
    before = total - optical
    ray = ray[:-1]
    first = torch.ones_like(ray, dtype=torch.bool)
    first[1:] = ray[1:] != ray[:-1]
    start = before[first][torch.cumsum(first, 0) - 1]
    passed = torch.exp(start - before).to(optical.dtype)
    weight = passed * (1.0 - torch.exp(-optical))
    mean = 0.5 * (values[:-1, 1:] + values[1:, 1:])
    result = torch.zeros(len(rays.mask), values.shape[1]).index_add(
        0, ray, torch.cat((mean * weight[:, None], weight[:, None]), dim=1)
    )
    return result[:, :-1], result[:, -1]


STEP = 0.75
"""Cells between samples along a ray."""
NEAR = 3.0
"""Cells around the first field's inside where the surface may go."""
REACH = 3.0
"""Thicknesses from the surface beyond which the outside is empty."""
INSIDE = 1.5
"""How much faster light falls off inside."""
VEIL = 8
"""Values each way across a picture of what it adds to the colours: a gloss reflects the sky, and that moves with the
eye. It changes slowly across a picture, so that edges and patterns still have to agree."""
FAINT = 0.1
"""Length of a normal, about the coverage of its ray."""
OPAQUE = 6.0
"""Optical depth behind which nothing is seen."""


def transmission(cells: torch.Tensor, thickness: float) -> torch.Tensor:
    """Logarithm of how much light reaches points of these distances, half of it the surface itself (NeuS' Phi).

    Inside it falls faster than outside: a sheet of two cells must be opaque, or it would be blown up to become so.
    """
    return torch.nn.functional.logsigmoid(torch.where(cells < 0.0, INSIDE * cells, cells) / thickness)


def _samples(
    cells: torch.Tensor, grid: Grid, rays: Rays, thickness: float, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The samples that matter: their ray (S,), in order, their number along it (S,), and their distance (S,)."""
    step = STEP * grid.cell
    row, number = expand(((rays.leave - rays.enter) / step).long())
    jitter = torch.rand(len(rays.mask), generator=generator)
    travel = rays.enter[row] + step * (number + jitter[row])
    value = cells.reshape(-1)[_nearest(grid, rays.origin[row] + travel[:, None] * rays.direction[row])]
    level = transmission(value, thickness)
    fall = torch.zeros_like(level, dtype=torch.float64)
    same = row[1:] == row[:-1]
    fall[1:] = torch.where(same, (level[:-1] - level[1:]).clamp_min(0.0), 0.0)
    total = torch.cumsum(fall, 0)
    begin = torch.ones_like(row, dtype=torch.bool)
    begin[1:] = ~same
    passed = total - fall - total[begin][torch.cumsum(begin, 0) - 1]
    kept = (value < REACH * thickness + STEP) & (passed < OPAQUE)
    return row[kept], number[kept], travel[kept]


def bending(cells: torch.Tensor, weight: torch.Tensor | None = None) -> torch.Tensor:
    """Mean squared second difference of distances (X, Y, Z) in cells, near the surface, weighted (X, Y, Z)."""
    near = (cells.detach().abs() < 2.5).to(cells.dtype)[1:-1, 1:-1, 1:-1]
    middle = cells[1:-1, 1:-1, 1:-1]
    bend = torch.zeros_like(middle)
    for axis in range(3):
        bend = bend + _inner(cells, axis, 2) + _inner(cells, axis, 0) - 2.0 * middle
    square = bend.square() if weight is None else bend.square() * weight[1:-1, 1:-1, 1:-1]
    return (square * near).sum() / near.sum().clamp_min(1.0)


@torch.no_grad()
def plainness(colours: torch.Tensor, grid: Grid, edge: float) -> torch.Tensor:
    """1 (X, Y, Z) where colours (X * Y * Z, 3) are even, 1/2 where they differ by ``edge`` across two cells."""
    values = colours.reshape(*grid.shape, 3)
    squares = sum(torch.gradient(values, spacing=0.5, dim=axis)[0].square().sum(-1) for axis in range(3))
    around = torch.nn.functional.avg_pool3d(squares[None, None], 3, 1, 1)[0, 0]
    return 1.0 / (1.0 + around / edge**2)


def _inner(values: torch.Tensor, axis: int, start: int) -> torch.Tensor:
    """All but the border samples, shifted along an axis: 0 back, 1 not, 2 ahead."""
    for other in range(3):
        first = start if other == axis else 1
        values = values.narrow(other, first, values.shape[other] - 2)
    return values
