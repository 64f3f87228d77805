# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments blurred by kernels of growing width: one look-up instead of an integral over a lobe.

A blur by a kernel that depends on the angle alone, on a latitude-longitude picture, is a convolution along the rows for
each pair of rows; so it is done exactly, by Fourier series along the azimuth (Driscoll and Healy, "Computing Fourier
transforms and convolutions on the 2-sphere", 1994, use the same symmetry).
"""

from __future__ import annotations

import dataclasses
import functools
import math

import torch

from .microfacet import ggx
from .sphere import texel_solid_angles

LEVELS = (0.0, 0.12, 0.18, 0.25, 0.33, 0.42, 0.53, 0.66, 0.82, 1.0, 1.3)
"""Roughness of the GGX lobe, seen along the normal, that each level is blurred by. The first is the picture itself."""


@dataclasses.dataclass(frozen=True)
class Kernels:
    """Spectra along the azimuth of the kernel from each row to each row."""

    specular: torch.Tensor
    """(L - 1, H, H, H + 1), each normalised to keep the mean."""
    cosine: torch.Tensor
    """(H, H, H + 1) for irradiance: max(cos, 0), which sums to pi."""


def round_kernel(cosine: torch.Tensor, roughness: float) -> torch.Tensor:
    """The lobe of a surface seen along its normal, by the cosine to the mirror direction, not normalised.

    The half vector stands at half the angle; Karis, "Real Shading in Unreal Engine 4", 2013, for the cosine weight.
    """
    alpha = torch.tensor(roughness**2, dtype=cosine.dtype)
    return ggx((0.5 + 0.5 * cosine).clamp_min(0.0).sqrt(), alpha) * cosine.clamp_min(0.0)


def kernels(height: int, device: torch.device) -> Kernels:
    """The kernels for pictures of this height, made on first use and kept (12 MB at 64 rows)."""
    return _kernels(height, torch.device(device))


@functools.lru_cache(maxsize=4)
def _kernels(height: int, device: torch.device) -> Kernels:
    angles = {fine: _angles(height, fine) for fine in (2, 4)}
    specular = []
    for roughness in LEVELS[1:]:
        fine = 4 if roughness < 0.3 else 2  # samples along a texel's side: narrow kernels change within one
        specular.append(_spectrum(round_kernel(angles[fine], roughness), height, fine, 1.0))
    cosine = _spectrum(angles[2].clamp_min(0.0), height, 2, math.pi)
    return Kernels(torch.stack(specular).to(device), cosine.to(device))


def _angles(height: int, fine: int) -> torch.Tensor:
    """Cosines (H, fine H, fine (H + 1)) from each row's texel at azimuth 0 to a finer grid over half the azimuths."""
    row = (torch.arange(height, dtype=torch.float64) + 0.5) * (math.pi / height)
    polar = (torch.arange(fine * height, dtype=torch.float64) + 0.5) * (math.pi / (fine * height))
    azimuth = ((torch.arange(fine * (height + 1), dtype=torch.float64) + 0.5) / fine - 0.5) * (math.pi / height)
    level = row.sin()[:, None, None] * polar.sin()[None, :, None] * azimuth.cos()
    return (level + row.cos()[:, None, None] * polar.cos()[None, :, None]).float()


def _spectrum(values: torch.Tensor, height: int, fine: int, total: float) -> torch.Tensor:
    """Of kernel values on the grid of :func:`_angles`: averaged over each texel, scaled so that rows sum to a total."""
    polar = (torch.arange(fine * height) + 0.5) * (math.pi / (fine * height))
    share = polar.sin().reshape(height, fine)
    share = (share / share.sum(1, keepdim=True)).reshape(1, -1, 1)
    texels = (values * share).reshape(height, height, fine, height + 1, fine).sum(2).mean(-1)
    texels = texels * texel_solid_angles(height)[None]
    around = torch.cat((texels, texels[..., 1:-1].flip(-1)), dim=-1)  # even in azimuth, so the spectrum is real
    return torch.fft.rfft(around * (total / around.sum((1, 2), keepdim=True)), dim=-1).real.contiguous()


def blur(radiance: torch.Tensor, spectrum: torch.Tensor) -> torch.Tensor:
    """Pictures (H, 2H, C) blurred by the spectra (..., H, H, H + 1): (..., H, 2H, C). Linear and differentiable."""
    frequencies = torch.fft.rfft(radiance, dim=1)
    real = torch.einsum("...ijk,jkc->...ikc", spectrum, frequencies.real)
    imaginary = torch.einsum("...ijk,jkc->...ikc", spectrum, frequencies.imag)
    return torch.fft.irfft(torch.complex(real, imaginary), n=radiance.shape[1], dim=-2)


def prefilter(radiance: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Levels (L, H, 2H, C) for :data:`LEVELS` and the irradiance (H, 2H, C) of a picture (H, 2H, C)."""
    kernel = kernels(radiance.shape[0], radiance.device)
    levels = torch.cat((radiance[None], blur(radiance, kernel.specular)))
    return levels, blur(radiance, kernel.cosine)
