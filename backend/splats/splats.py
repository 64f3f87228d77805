# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Splats in memory."""

from __future__ import annotations

import dataclasses

import torch

from .ply import HARMONICS, Table


@dataclasses.dataclass(frozen=True)
class Splats:
    """N anisotropic Gaussians (Kerbl et al., "3D Gaussian Splatting", 2023), in world space, Z up."""

    position: torch.Tensor
    """(N, 3)"""
    scale: torch.Tensor
    """(N, 3) standard deviations along the own axes, in world units."""
    rotation: torch.Tensor
    """(N, 4) unit quaternions w, x, y, z: own axes to world."""
    opacity: torch.Tensor
    """(N,) 0 to 1."""
    harmonics: torch.Tensor
    """(N, K, 3) coefficients of display-encoded sRGB less one half, K = 1, 4, 9 or 16."""

    def __post_init__(self) -> None:
        count = len(self.position)
        assert self.position.shape == (count, 3), self.position.shape
        assert self.scale.shape == (count, 3), self.scale.shape
        assert self.rotation.shape == (count, 4), self.rotation.shape
        assert self.opacity.shape == (count,), self.opacity.shape
        assert self.harmonics.shape[::2] == (count, 3) and self.harmonics.shape[1] in HARMONICS, self.harmonics.shape

    def __len__(self) -> int:
        return len(self.position)

    def __getitem__(self, index: torch.Tensor | slice) -> Splats:
        return Splats(**{field.name: getattr(self, field.name)[index] for field in dataclasses.fields(self)})


def from_table(table: Table, device: torch.device | str = "cpu") -> Splats:
    return Splats(**{name: torch.from_numpy(value).to(device) for name, value in vars(table).items()})


def to_table(splats: Splats) -> Table:
    return Table(**{name: value.detach().cpu().float().numpy() for name, value in vars(splats).items()})


def rotation_matrices(quaternion: torch.Tensor) -> torch.Tensor:
    """(N, 3, 3) of quaternions (N, 4) w, x, y, z, which need no unit length."""
    w, x, y, z = torch.nn.functional.normalize(quaternion, dim=-1).unbind(-1)
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(rows, dim=-1).reshape(-1, 3, 3)


def covariances(splats: Splats) -> torch.Tensor:
    """(N, 3, 3) in world space."""
    axes = rotation_matrices(splats.rotation) * splats.scale[:, None]
    return axes @ axes.transpose(1, 2)
