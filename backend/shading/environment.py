# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Light from infinitely far away, as a picture of the sphere, and its preparation for shading."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import torch

from . import display
from .prefilter import prefilter
from .sphere import look_up, texel_directions, texel_solid_angles

FOLDER = Path(__file__).resolve().parent / "hdri"
NEIGHBOURS = 3


@dataclasses.dataclass(frozen=True)
class Environment:
    radiance: torch.Tensor
    """(H, 2H, 3) linear Rec.709, laid out as in :mod:`.sphere`."""
    rotation: torch.Tensor = dataclasses.field(default_factory=lambda: torch.eye(3))
    """(3, 3): turns directions of the picture into world directions."""

    def rotated(self, matrix: torch.Tensor) -> Environment:
        """Turned by a further rotation (3, 3) of the world."""
        return dataclasses.replace(self, rotation=matrix.to(self.rotation) @ self.rotation)

    def grey(self) -> Environment:
        """Its luminance alone: what a control picture can tell of the light."""
        value = display.luminance(self.radiance)[..., None].expand(self.radiance.shape)
        return dataclasses.replace(self, radiance=value.contiguous())

    def scaled(self, factor: float) -> Environment:
        return dataclasses.replace(self, radiance=self.radiance * factor)

    def mean(self) -> torch.Tensor:
        """Mean radiance (3,) over the sphere, which is also a white diffuse body's mean over all normals."""
        angles = texel_solid_angles(self.radiance.shape[0], self.radiance.device)[..., None]
        return (self.radiance * angles).sum((0, 1)) / (angles.sum() * self.radiance.shape[1])

    def exposed(self, key: float = 0.6) -> Environment:
        """Scaled so that the mean luminance over the sphere is ``key``."""
        return self.scaled(key / float(display.luminance(self.mean()).clamp_min(1e-9)))

    def to(self, device: torch.device | str) -> Environment:
        return Environment(self.radiance.to(device), self.rotation.to(device))

    def look_up(self, direction: torch.Tensor) -> torch.Tensor:
        """Radiance (N, 3) from world directions (N, 3), for instance for a background."""
        return look_up(self.radiance[None], direction @ self.rotation)


@dataclasses.dataclass(frozen=True)
class Light:
    """An environment prepared for shading, see :func:`prepare`."""

    environment: Environment
    levels: torch.Tensor
    """(L, H, 2H, 3) ever more blurred, not rotated."""
    irradiance: torch.Tensor
    """(1, H, 2H, 3) of unoccluded surfaces by their normal, not rotated."""
    directions: torch.Tensor
    """(D, 3) world directions that visibility is known for."""
    flux: torch.Tensor
    """(D, 3) radiance times solid angle of what each direction stands for; sums to the whole environment's."""

    def rotated(self, matrix: torch.Tensor) -> Light:
        """The same light turned by a further rotation (3, 3) of the world; the directions stay where they are."""
        environment = self.environment.rotated(matrix)
        return dataclasses.replace(self, environment=environment, flux=flux_of(environment, self.directions))

    def scaled(self, factor: float) -> Light:
        """The same light ``factor`` times as bright."""
        environment = self.environment.scaled(factor)
        parts = {name: getattr(self, name) * factor for name in ("levels", "irradiance", "flux")}
        return dataclasses.replace(self, environment=environment, **parts)


def prepare(environment: Environment, directions: torch.Tensor) -> Light:
    """What :func:`.pbr.shade` needs of a light, once for each environment, some milliseconds.

    Args:
        directions: (D, 3) unit, the same that the surface's visibility was computed for.
    """
    directions = directions.to(environment.radiance)
    levels, irradiance = prefilter(environment.radiance)
    return Light(environment, levels, irradiance[None], directions, flux_of(environment, directions))


def flux_of(environment: Environment, directions: torch.Tensor) -> torch.Tensor:
    """Flux (D, 3) of the texels handed to the nearest directions, linear in radiance.

    Each texel's is shared by its three nearest directions with weights that fall to zero at the fourth nearest, so
    that a turning sun moves smoothly from one direction to the next and shadows get soft instead of jumping.
    """
    radiance = environment.radiance
    height = radiance.shape[0]
    texel = (texel_directions(height, radiance.device) @ environment.rotation.to(radiance).T).reshape(-1, 3)
    angles = texel_solid_angles(height, radiance.device)
    near, index = (texel @ directions.T).clamp(-1.0, 1.0).topk(NEIGHBOURS + 1, dim=-1)
    distance = (1.0 - near).sqrt()
    weight = (distance[:, NEIGHBOURS:] - distance[:, :NEIGHBOURS]).clamp_min(1e-9)
    weight = weight / weight.sum(-1, keepdim=True)
    amount = (radiance * angles[..., None]).reshape(-1, 1, 3) * weight[..., None]
    flux = torch.zeros(directions.shape[0], 3, dtype=radiance.dtype, device=radiance.device)
    return flux.index_add(0, index[:, :NEIGHBOURS].reshape(-1), amount.reshape(-1, 3))


def vendored() -> tuple[str, ...]:
    """Names of the high dynamic range photographs that ship with Galatea (CC0, see ``hdri/NOTICE.md``)."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.npz")))


def load(name: str) -> Environment:
    """One of :func:`vendored`, (64, 128, 3)."""
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as archive:
        return Environment(torch.from_numpy(archive["radiance"].astype(np.float32)))
