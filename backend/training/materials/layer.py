# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every material works with: where it is evaluated, and what it answers."""

from __future__ import annotations

import dataclasses

import torch

STEP = 0.012
"""Distance in object units to the neighbours whose heights give the slope: about a pixel of a 128 px picture, so that
relief finer than a pixel does not turn into sparkle."""


@dataclasses.dataclass(frozen=True)
class Points:
    """Points of a surface in the object's space (its box is [-1, 1], Z up, the front looks to -Y)."""

    position: torch.Tensor
    """(N, 3) float32."""
    normal: torch.Tensor
    """(N, 3) smooth unit normal."""
    part: torch.Tensor | None = None
    """(N,) integer part of the object (body, handle, ...); each part of wood has its own grain."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """The material at N points: what shading needs."""

    albedo: torch.Tensor
    """(N, 3) linear Rec.709 base colour; of metals the specular colour."""
    roughness: torch.Tensor
    """(N,) perceptual roughness in [0.05, 1] (alpha is its square)."""
    metallic: torch.Tensor
    """(N,) in [0, 1]."""
    normal: torch.Tensor
    """(N, 3) unit normal in object space, bumped."""


@dataclasses.dataclass(frozen=True)
class Place:
    """N points followed by two neighbours of each along the surface, M = 3 N rows in all.

    A material computes its relief for all M rows, its colours for the first N (``here``).
    """

    position: torch.Tensor
    """(M, 3) object space, where solid textures are looked up (parts may be shifted)."""
    normal: torch.Tensor
    """(M, 3) smooth unit normal; neighbours have that of their point."""
    world: torch.Tensor
    """(M, 3) unshifted position, for what depends on up and down (moss, dust, gradients)."""
    count: int
    """N."""

    def here(self, values: torch.Tensor) -> torch.Tensor:
        """The rows of the N points themselves."""
        return values[: self.count]


@dataclasses.dataclass(frozen=True)
class Layer:
    """What a material function answers."""

    albedo: torch.Tensor
    """(N, 3) linear."""
    roughness: torch.Tensor
    """(N,)."""
    metallic: torch.Tensor
    """(N,)."""
    height: torch.Tensor
    """(M,) displacement along the normal in object units."""


def layer(
    place: Place,
    albedo: torch.Tensor,
    roughness: torch.Tensor | float,
    height: torch.Tensor | float = 0.0,
    metallic: torch.Tensor | float = 0.0,
) -> Layer:
    """A layer from tensors or constants; a colour (3,) covers all points."""
    here = place.position[: place.count, 0]
    return Layer(
        albedo.expand(place.count, 3),
        _filled(roughness, here),
        _filled(metallic, here),
        _filled(height, place.position[:, 0]),
    )


def _filled(value: torch.Tensor | float, like: torch.Tensor) -> torch.Tensor:
    return value if isinstance(value, torch.Tensor) else torch.full_like(like, value)


def surround(points: Points, shift: torch.Tensor | None = None) -> Place:
    """The place for N points: themselves and neighbours ``STEP`` away along two tangents."""
    tangent, bitangent = tangents(points.normal)
    world = torch.cat([points.position, points.position + STEP * tangent, points.position + STEP * bitangent])
    position = world if shift is None else world + shift.repeat(3, 1)
    return Place(position, points.normal.repeat(3, 1), world, len(points.position))


def bumped(normal: torch.Tensor, height: torch.Tensor, steepest: float = 1.6) -> torch.Tensor:
    """(N, 3) normal of the surface displaced by height (3 N,): Blinn, "Simulation of wrinkled surfaces", SIGGRAPH 1978.

    The slope is limited to ``steepest``: beyond, the normal would turn away from every camera.
    """
    here, right, up = height.view(3, -1)
    tangent, bitangent = tangents(normal)
    slope = torch.stack([right - here, up - here], dim=-1) / STEP
    size = slope.norm(dim=-1, keepdim=True)
    slope = slope * (steepest * torch.tanh(size / steepest) / size.clamp_min(1e-6))
    return torch.nn.functional.normalize(normal - slope[:, :1] * tangent - slope[:, 1:] * bitangent, dim=-1)


def tangents(normal: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Unit vectors perpendicular to unit normals (N, 3): Duff et al., "Building an orthonormal basis, revisited"."""
    x, y, z = normal.unbind(-1)
    sign = torch.where(z < 0, -1.0, 1.0)
    a = -1 / (sign + z)
    b = x * y * a
    return (
        torch.stack([1 + sign * x * x * a, sign * b, -sign * x], dim=-1),
        torch.stack([b, sign + y * y * a, -y], dim=-1),
    )


def smoothstep(low: float, high: float, value: torch.Tensor) -> torch.Tensor:
    """0 below low, 1 above high, smooth between (low > high falls)."""
    t = ((value - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def mix(a: torch.Tensor, b: torch.Tensor, amount: torch.Tensor) -> torch.Tensor:
    """a where amount is 0, b where it is 1; amount (N,) also mixes colours (N, 3) or (3,)."""
    if max(a.dim(), b.dim()) == 2 or b.shape == (3,) or a.shape == (3,):
        amount = amount[:, None]
    return a + (b - a) * amount


def blend(place: Place, below: Layer, above: Layer, cover: torch.Tensor) -> Layer:
    """One layer over another; cover (M,) in [0, 1]."""
    here = place.here(cover)
    return Layer(
        mix(below.albedo, above.albedo, here),
        mix(below.roughness, above.roughness, here),
        mix(below.metallic, above.metallic, here),
        mix(below.height, above.height, cover),
    )
