# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The surface between negative and positive distances: closed, manifold, in its place, differentiable."""

import math

import pytest

torch = pytest.importorskip("torch")

from galatea.backend.isosurface import EmptySurface, cells  # noqa: E402
from galatea.backend.isosurface.extract import Grid, Weights, closed, extract  # noqa: E402


def cube_grid(samples: int, half: float = 1.1) -> Grid:
    return Grid(torch.full((3,), -half), 2 * half / (samples - 1), (samples, samples, samples))


def sphere(grid: Grid, radius: float = 0.8) -> torch.Tensor:
    return (grid.points().norm(dim=-1) - radius).reshape(grid.shape)


def torus(grid: Grid) -> torch.Tensor:
    x, y, z = grid.points().unbind(-1)
    return (((x * x + y * y).sqrt() - 0.7).square() + z * z).sqrt().sub(0.25).reshape(grid.shape)


def volume(mesh) -> float:
    a, b, c = (mesh.vertices[mesh.triangles[:, i]] for i in range(3))
    return float((a * torch.linalg.cross(b, c)).sum() / 6)


def edge_counts(triangles: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How often each directed and each undirected edge occurs."""
    half = torch.cat([triangles[:, [i, (i + 1) % 3]] for i in range(3)])
    directed = torch.unique(half, dim=0, return_counts=True)[1]
    undirected = torch.unique(half.sort(dim=1)[0], dim=0, return_counts=True)[1]
    return directed, undirected


def assert_closed(mesh) -> None:
    directed, undirected = edge_counts(mesh.triangles)
    assert (directed == 1).all() and (undirected == 2).all()


def euler(mesh) -> int:
    return len(mesh.vertices) - len(edge_counts(mesh.triangles)[1]) + len(mesh.triangles)


@pytest.mark.parametrize(
    ("shape", "characteristic", "true_volume"),
    [(sphere, 2, 4 / 3 * math.pi * 0.8**3), (torus, 0, 2 * math.pi**2 * 0.7 * 0.25**2)],
)
def test_known_shapes(shape, characteristic, true_volume):
    errors = []
    for samples in (24, 48):
        grid = cube_grid(samples)
        mesh = extract(shape(grid), grid)
        assert_closed(mesh)
        assert euler(mesh) == characteristic
        errors.append(abs(volume(mesh) / true_volume - 1))
    # Volume above zero means outward normals; the error of a dual method falls with the square of the cell, and the
    # tube is only 5 cells thick at first.
    assert errors[0] < 0.06 and errors[1] < errors[0] / 3


def test_vertices_lie_on_the_sphere():
    grid = cube_grid(40)
    radius = extract(sphere(grid), grid).vertices.norm(dim=1)
    # A mean of crossings lies inside the ball, by about a cell squared over the diameter.
    assert (radius - 0.8).abs().max() < grid.cell**2


@pytest.mark.parametrize("seed", range(4))
def test_noise_is_a_closed_manifold(seed):
    """The hardest case: every configuration of corners occurs, with ambiguous faces on both sides."""
    grid = Grid(torch.zeros(3), 1.0, (14, 11, 12))
    noise = torch.randn(grid.shape, generator=torch.Generator().manual_seed(seed))
    mesh = extract(closed(noise, 0.1), grid)
    assert_closed(mesh)
    # One fan of faces around each vertex: corners counted by faces and by a walk around agree for manifolds.
    assert all(_is_one_fan(mesh.triangles, vertex) for vertex in range(0, len(mesh.vertices), 37))


def _is_one_fan(triangles: torch.Tensor, vertex: int) -> bool:
    around = triangles[(triangles == vertex).any(dim=1)].tolist()
    following = {}
    for corners in around:
        i = corners.index(vertex)
        following[corners[(i + 1) % 3]] = corners[(i + 2) % 3]
    first = at = next(iter(following))
    for _ in range(len(following)):
        at = following.pop(at)
    return at == first and not following and len(around) > 2


def test_loops_without_the_repair_would_pinch():
    """Two cells with a common ambiguous face that one loop passes twice: joining it parts the loop."""
    pinched = [c for c in range(256) if any(cells.pinched_faces(c))]
    assert pinched
    for configuration in pinched:
        for face, bad in enumerate(cells.pinched_faces(configuration)):
            if bad:
                joined = frozenset((face,))
                assert not cells.pinched_faces(configuration, joined)[face]
                assert max(cells.loops(configuration, joined)) == max(cells.loops(configuration)) + 1


def test_gradient_is_that_of_the_volume():
    """d volume / d radius = area, through the distances."""
    grid = cube_grid(32)
    radius = torch.tensor(0.8, requires_grad=True)
    distances = (grid.points().norm(dim=-1) - radius).reshape(grid.shape)
    mesh = extract(distances, grid)
    a, b, c = (mesh.vertices[mesh.triangles[:, i]] for i in range(3))
    ((a * torch.linalg.cross(b, c)).sum() / 6).backward()
    assert float(radius.grad) == pytest.approx(4 * math.pi * 0.8**2, rel=0.02)


def test_gradients_of_distances_and_weights():
    grid = Grid(torch.zeros(3, dtype=torch.float64), 0.5, (5, 5, 5))
    generator = torch.Generator().manual_seed(3)
    start = (grid.points() - 1.02).norm(dim=-1).sub(0.7).reshape(grid.shape)
    parts = [start.clone(), 0.5 + torch.rand(grid.shape, generator=generator, dtype=torch.float64),
             0.5 + torch.rand(*grid.shape, 3, generator=generator, dtype=torch.float64)]  # fmt: skip

    def function(distances, crossings, means):
        return extract(distances, grid, Weights(crossings, means)).vertices.square().sum()

    assert torch.autograd.gradcheck(function, [part.requires_grad_() for part in parts])


def test_weights_move_vertices_and_ones_do_not():
    grid = cube_grid(12)
    distances = sphere(grid)
    plain = extract(distances, grid)
    ones = extract(distances, grid, Weights(torch.ones(grid.shape), torch.ones(*grid.shape, 3)))
    assert torch.allclose(plain.vertices, ones.vertices, atol=1e-6)
    heavy = extract(distances, grid, Weights(torch.ones(grid.shape), torch.rand(*grid.shape, 3) + 0.1))
    assert (plain.vertices - heavy.vertices).norm(dim=1).max() > 0.05 * grid.cell
    assert_closed(heavy)


def test_a_shape_that_leaves_the_grid_is_cut_off():
    grid = cube_grid(16, half=0.6)
    assert_closed(extract(closed(sphere(grid), grid.cell), grid))


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_no_surface(sign):
    with pytest.raises(EmptySurface):
        extract(torch.full((4, 4, 4), sign), Grid(torch.zeros(3), 1.0, (4, 4, 4)))
