# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes from smooth unions of tapered capsules and ellipsoids: a distance field on a grid, then surface nets."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

ROUND = np.eye(3)


@dataclass(frozen=True)
class Part:
    """A capsule from ``start`` to ``end``; an ellipsoid is one of no length in a stretched space."""

    group: str
    """Parts of one group make one shell of the multi-part variant."""
    start: np.ndarray
    """(3,) float64."""
    end: np.ndarray
    """(3,)"""
    radii: tuple[float, float]
    """At start and end, in the space after ``stretch``."""
    stretch: np.ndarray
    """(3, 3) symmetric; the part is round in stretched coordinates."""
    blend: float
    """Width of the fillet between this part and what was there before."""

    def distance(self, points: np.ndarray) -> np.ndarray:
        """About the signed distance (...) of points (..., 3), negative inside."""
        local = (points - self.start) @ self.stretch
        axis = (self.end - self.start) @ self.stretch
        along = np.clip(local @ axis / max(axis @ axis, 1e-30), 0, 1)
        offset = local - along[..., None] * axis
        reach = np.linalg.norm(offset, axis=-1)
        value = reach - (self.radii[0] + along * (self.radii[1] - self.radii[0]))
        # Divided by the gradient's length, or stretched parts would blend with the wrong width.
        slope = np.linalg.norm(offset @ self.stretch, axis=-1) / np.maximum(reach, 1e-12)
        return value / np.where(reach > 1e-9, slope, 1.0)

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest corner of a box around the part."""
        extent = np.linalg.norm(np.linalg.inv(self.stretch), axis=1)
        ends = np.stack([self.start, self.end])
        return (ends - np.outer(self.radii, extent)).min(axis=0), (ends + np.outer(self.radii, extent)).max(axis=0)


@dataclass
class Sketch:
    """Parts and key joints of an animal that looks along -y, its left at +x, Z up."""

    animal: str
    parts: list[Part] = field(default_factory=list)
    joints: dict[str, np.ndarray] = field(default_factory=dict)

    def limb(self, group: str, points: list, radii: list[float], blend: float = 0.3, flat: tuple | None = None) -> None:
        """Capsules through points (N, 3) with N radii. ``blend`` in units of the radius; ``flat``: (normal, factor)."""
        stretch = ROUND if flat is None else flattening(*flat)
        points = [np.asarray(point, float) for point in points]
        for start, end, first, second in zip(points, points[1:], radii, radii[1:]):
            self.parts.append(Part(group, start, end, (first, second), stretch, blend * min(first, second)))

    def blob(self, group: str, centre, radii, pitch: float = 0.0, blend: float = 0.3) -> None:
        """Ellipsoid with three radii, turned by ``pitch`` degrees about x (positive: the front end up)."""
        turn = rotation_x(pitch)
        centre, radii = np.asarray(centre, float), np.asarray(radii, float)
        self.parts.append(
            Part(group, centre, centre, (1.0, 1.0), turn @ np.diag(1 / radii) @ turn.T, blend * radii.min())
        )

    def both(self, draw) -> None:
        """Draws with side +1, ".L" and with side -1, ".R"."""
        draw(1.0, ".L")
        draw(-1.0, ".R")


def flattening(normal, factor: float) -> np.ndarray:
    """Stretch that makes a part thinner by ``factor`` along ``normal``."""
    normal = np.asarray(normal, float) / np.linalg.norm(normal)
    return np.eye(3) + (1 / factor - 1) * np.outer(normal, normal)


def rotation_x(degrees: float) -> np.ndarray:
    """(3, 3); positive turns the front (-y) up."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, c, s], [0, -s, c]])


def mesh_of(parts: list[Part], vertex_count: int) -> tuple[np.ndarray, np.ndarray]:
    """One closed surface of about ``vertex_count`` vertices: (V, 3) float64, (T, 3) int32."""
    low = np.min([part.bounds()[0] for part in parts], axis=0)
    high = np.max([part.bounds()[1] for part in parts], axis=0)
    longest = (high - low).max()
    pitch = longest / 48
    found = len(surface_nets(*_field(parts, low, high, pitch))[0])
    pitch *= float(np.clip(np.sqrt(found / vertex_count), 0.12, 1.3))
    return surface_nets(*_field(parts, low, high, pitch))


def _field(parts: list[Part], low: np.ndarray, high: np.ndarray, pitch: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Smooth union on a grid: values (X, Y, Z), origin (3,), pitch."""
    origin = low - 3.37 * pitch
    shape = np.ceil((high - origin) / pitch).astype(int) + 4
    values = np.full(shape, 1e3 * pitch)
    for part in parts:
        margin = part.blend + 2.5 * pitch
        first, last = part.bounds()
        start = np.maximum(((first - margin - origin) / pitch).astype(int), 0)
        stop = np.minimum(((last + margin - origin) / pitch).astype(int) + 2, shape)
        box = tuple(slice(a, b) for a, b in zip(start, stop))
        axes = [origin[i] + pitch * np.arange(start[i], stop[i]) for i in range(3)]
        new = part.distance(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1))
        old, width = values[box], max(part.blend, 1e-9)
        fillet = np.maximum(width - np.abs(old - new), 0) ** 2 / (4 * width)
        values[box] = np.minimum(old, new) - fillet
    return values, origin, pitch


def surface_nets(values: np.ndarray, origin: np.ndarray, pitch: float) -> tuple[np.ndarray, np.ndarray]:
    """The zero surface of a field (X, Y, Z), positive on its border: a vertex per cell that it crosses, in the middle
    of the crossings of the cell's edges, and a quad around every crossing. Normals point to positive values."""
    shape = np.array(values.shape)
    total, count = np.zeros((values.size, 3)), np.zeros(values.size)
    quads = []
    for axis in range(3):
        first = np.take(values, range(shape[axis] - 1), axis)
        second = np.take(values, range(1, shape[axis]), axis)
        edge = np.argwhere((first < 0) != (second < 0))
        a, b = first[tuple(edge.T)], second[tuple(edge.T)]
        crossing = edge.astype(float)
        crossing[:, axis] += a / (a - b)
        u, v = np.eye(3, dtype=int)[(axis + 1) % 3], np.eye(3, dtype=int)[(axis + 2) % 3]
        cells = [np.ravel_multi_index(tuple((edge - shift).T), tuple(shape)) for shift in (u + v, v, 0 * u, u)]
        for cell in cells:
            np.add.at(total, cell, crossing)
            np.add.at(count, cell, 1)
        quad = np.stack(cells, axis=1)
        quads.append(np.where((a < 0)[:, None], quad, quad[:, ::-1]))
    quads = np.concatenate(quads)
    used, index = np.unique(quads, return_inverse=True)
    index = index.reshape(-1, 4)
    vertices = origin + pitch * total[used] / count[used, None]
    return vertices, np.concatenate([index[:, [0, 1, 2]], index[:, [0, 2, 3]]]).astype(np.int32)
