# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zero surface of a grid of signed distances: a dual method after Nielson, "Dual Marching Cubes", 2004.

Each cell holds one vertex for every loop in which the surface passes it, and each grid edge that the surface crosses
gives a quad of the four vertices around it. As in Shen et al., "Flexible Isosurface Extraction for Gradient-Based Mesh
Optimization" (FlexiCubes), SIGGRAPH 2023, a vertex is a weighted mean of its loop's crossings, so that gradients reach
the distances and the weights. Two neighbouring loops that share two edges would make the surface non-manifold; here
their common face is cut the other way, which parts both loops, so every result is a closed manifold.
"""

from __future__ import annotations

import dataclasses
import functools

import torch

from . import EmptySurface
from .cells import CORNERS, loops, pinched_faces

RING = ((0, 0), (1, 0), (1, 1), (0, 1))
"""The cells around an edge, counter-clockwise seen against its direction: steps back along the next two axes."""


@dataclasses.dataclass(frozen=True)
class Grid:
    """Samples at ``origin + cell * index``."""

    origin: torch.Tensor
    """(3,)"""
    cell: float
    """Edge length of a cell."""
    shape: tuple[int, int, int]
    """Samples along X, Y, Z."""

    @property
    def size(self) -> int:
        """Number of samples."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    @property
    def strides(self) -> tuple[int, int, int]:
        """Of the row number of a sample: ``index @ strides``."""
        return self.shape[1] * self.shape[2], self.shape[2], 1

    def indices(self, rows: torch.Tensor) -> torch.Tensor:
        """(N, 3) indices of samples given by their row number (N,)."""
        x, y, _ = self.strides
        return torch.stack((rows // x, rows % x // y, rows % y), dim=-1)

    def points(self, rows: torch.Tensor | None = None) -> torch.Tensor:
        """(N, 3) positions of the samples of these rows (N,), or of all."""
        if rows is None:
            rows = torch.arange(self.size, device=self.origin.device)
        return self.origin + self.cell * self.indices(rows).to(self.origin.dtype)


@dataclasses.dataclass(frozen=True)
class Mesh:
    vertices: torch.Tensor
    """(V, 3), differentiable."""
    triangles: torch.Tensor
    """(T, 3) int64, counter-clockwise seen from outside (positive distances). Rows 2 i and 2 i + 1 are quad i's."""


@dataclasses.dataclass(frozen=True)
class Weights:
    """FlexiCubes' freedom. All positive; ones give plain surface nets."""

    crossings: torch.Tensor
    """(X, Y, Z): of each sample, by which the crossings next to it are drawn away from it (alpha)."""
    means: torch.Tensor
    """(X, Y, Z, 3): of the crossing on the edge that leaves each sample along an axis, in the means (beta)."""


def extract(distances: torch.Tensor, grid: Grid, weights: Weights | None = None) -> Mesh:
    """The closed surface between negative (inside) and other distances (X, Y, Z).

    The outermost samples must not be negative: see :func:`closed`. Raises EmptySurface.
    """
    rows, axis, inside_first = _crossed_edges(distances)
    if not len(rows):
        raise EmptySurface
    flat = distances.reshape(-1)
    strides = torch.tensor(grid.strides, device=flat.device)
    crossing, mean_weight = _crossings(flat, grid, weights, rows, axis, strides)
    cell, edge = _cells_around(rows, axis, strides)
    active, index = _numbered(cell.reshape(-1), grid.size)
    loop = _loops_of_cells(distances, active, grid)
    counts = loop.amax(dim=1) + 1
    first = torch.cumsum(counts, 0) - counts
    index = index.reshape(cell.shape)
    vertex = first[index] + loop[index, edge]  # (E, 4)

    vertices = _means(crossing, mean_weight, vertex, int(counts.sum()))
    quads = torch.where(inside_first[:, None], vertex, vertex.flip(1))
    return Mesh(grid.origin + grid.cell * vertices, _split(quads, vertices.detach()))


def closed(distances: torch.Tensor, margin: float) -> torch.Tensor:
    """Distances (X, Y, Z) whose outermost samples are at least ``margin``: what reaches the border is cut off flat."""
    border = torch.ones_like(distances, dtype=torch.bool)
    border[1:-1, 1:-1, 1:-1] = False
    return torch.where(border, distances.clamp_min(margin), distances)


def _crossed_edges(distances: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Lower sample (E,), axis (E,) and whether that sample is inside (E,), of all edges with a change of sign."""
    inside = distances.detach() < 0
    number = torch.arange(inside.numel(), device=inside.device).reshape(inside.shape)
    rows, axes, signs = [], [], []
    for axis in range(3):
        lower = inside.narrow(axis, 0, inside.shape[axis] - 1)
        crossed = lower != inside.narrow(axis, 1, inside.shape[axis] - 1)
        rows.append(number.narrow(axis, 0, inside.shape[axis] - 1)[crossed])
        axes.append(torch.full_like(rows[-1], axis))
        signs.append(lower[crossed])
    return torch.cat(rows), torch.cat(axes), torch.cat(signs)


def _crossings(
    flat: torch.Tensor,
    grid: Grid,
    weights: Weights | None,
    rows: torch.Tensor,
    axis: torch.Tensor,
    strides: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Where edges are crossed (E, 3), in cells from the origin, and the weights (E,) of these points."""
    upper = rows + strides[axis]
    low, high = flat[rows], flat[upper]
    if weights is not None:
        pull = weights.crossings.reshape(-1)
        low, high = low * pull[rows], high * pull[upper]
    fraction = low / (low - high)
    unit = torch.eye(3, dtype=flat.dtype, device=flat.device)[axis]
    crossing = grid.indices(rows).to(flat.dtype) + fraction[:, None] * unit
    mean_weight = None if weights is None else weights.means.reshape(-1)[3 * rows + axis]
    return crossing, mean_weight


def _cells_around(rows: torch.Tensor, axis: torch.Tensor, strides: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The four cells (E, 4) around each edge, by their lower corner's row, and which edge (E, 4) of theirs it is."""
    back = torch.tensor(RING, device=rows.device)
    b, c = strides[(axis + 1) % 3], strides[(axis + 2) % 3]
    cell = rows[:, None] - back[:, 0] * b[:, None] - back[:, 1] * c[:, None]
    return cell, 4 * axis[:, None] + back[:, 0] + 2 * back[:, 1]


def _numbered(values: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The different values in order, and for each value its place among them; all are below ``count``."""
    present = torch.zeros(count, dtype=torch.bool, device=values.device)
    present[values] = True
    return present.nonzero()[:, 0], (torch.cumsum(present, 0) - 1)[values]


@functools.cache
def _tables() -> tuple[torch.Tensor, torch.Tensor]:
    """Loops (256, 12) int64 and pinched faces (256, 6) bool of all configurations."""
    configurations = range(1 << CORNERS)
    return (
        torch.tensor([loops(configuration) for configuration in configurations]),
        torch.tensor([pinched_faces(configuration) for configuration in configurations]),
    )


def _loops_of_cells(distances: torch.Tensor, active: torch.Tensor, grid: Grid) -> torch.Tensor:
    """For each active cell (A,) and edge the number of the loop, (A, 12), with no two loops sharing two edges."""
    x, y, z = grid.strides
    corner = torch.tensor([(c & 1) * x + (c >> 1 & 1) * y + (c >> 2) * z for c in range(CORNERS)], device=active.device)
    inside = distances.detach().reshape(-1)[active[:, None] + corner] < 0
    configuration = (inside.long() << torch.arange(CORNERS, device=active.device)).sum(dim=1)
    table, pinched = (values.to(active.device) for values in _tables())
    loop, suspicious = table[configuration], pinched[configuration]
    place = torch.full((grid.size,), -1, device=active.device)
    place[active] = torch.arange(len(active), device=active.device)
    pairs = []
    for axis in range(3):
        own = suspicious[:, 2 * axis + 1].nonzero()[:, 0]
        other = place[active[own] + grid.strides[axis]]  # active as well: the face between them is crossed
        both = suspicious[other, 2 * axis]
        pairs += [(a, b, axis) for a, b in zip(own[both].tolist(), other[both].tolist(), strict=True)]
    joined: dict[int, frozenset[int]] = {}
    for own, other, axis in pairs:  # few: this happens where two sheets nearly touch
        faces = {own: 2 * axis + 1, other: 2 * axis}
        before = {cell: joined.get(cell, frozenset()) for cell in faces}
        if all(pinched_faces(int(configuration[cell]), before[cell])[face] for cell, face in faces.items()):
            joined |= {cell: before[cell] | {face} for cell, face in faces.items()}
    if joined:
        cells = torch.tensor(list(joined), device=active.device)
        parted = [loops(int(configuration[cell]), faces) for cell, faces in joined.items()]
        loop[cells] = torch.tensor(parted, device=active.device)
    return loop


def _means(crossing: torch.Tensor, weight: torch.Tensor | None, vertex: torch.Tensor, count: int) -> torch.Tensor:
    """Means (V, 3) of the crossings (E, 3) that belong to each vertex (E, 4)."""
    share = torch.ones(len(crossing), dtype=crossing.dtype, device=crossing.device) if weight is None else weight
    weighted = torch.cat((crossing * share[:, None], share[:, None]), dim=1)
    total = crossing.new_zeros(count, 4)
    for corner in range(4):
        total = total.index_add(0, vertex[:, corner], weighted)
    return total[:, :3] / total[:, 3:]


def _split(quads: torch.Tensor, vertices: torch.Tensor) -> torch.Tensor:
    """Triangles (2 Q, 3) of quads (Q, 4), cut along the shorter diagonal."""
    a, b, c, d = (vertices[quads[:, i]] for i in range(4))
    first = (a - c).square().sum(-1) <= (b - d).square().sum(-1)
    along_ac = quads[:, [0, 1, 2, 0, 2, 3]]
    along_bd = quads[:, [0, 1, 3, 1, 2, 3]]
    return torch.where(first[:, None], along_ac, along_bd).reshape(-1, 3)
