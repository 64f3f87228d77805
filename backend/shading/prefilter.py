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
from .sphere import texel_directions, texel_solid_angles

LEVELS = (0.0, 0.12, 0.18, 0.25, 0.33, 0.42, 0.53, 0.66, 0.82, 1.0, 1.3)
"""Roughness of the GGX lobe, seen along the normal, that each level is blurred by. The first is the picture itself."""


@dataclasses.dataclass(frozen=True)
class Kernels:
    specular: torch.Tensor
    """(L - 1, H, H, H + 1): spectrum along the azimuth of each level's kernel from each row to each row."""
    cosine: torch.Tensor
    """(H, H, H + 1) the same for irradiance; unlike the others it is not normalised, but holds max(cos, 0)."""
    spread: torch.Tensor
    """(L,) length of each level's mean vector, falling: 1 for a point, 2/3 for a cosine lobe."""


@functools.lru_cache(maxsize=4)
def kernels(height: int, device: torch.device) -> Kernels:
    """The kernels for pictures of this height, made on first use and kept (18 MB at 64 rows)."""
    fine = 4  # samples along a texel's side: the narrow kernels change within one
    row = texel_directions(height)[:, 0].double()
    target = torch.stack((-row[:, 0], torch.zeros_like(row[:, 0]), row[:, 2]), dim=-1)  # azimuth 0
    polar = (torch.arange(fine * height, dtype=torch.float64) + 0.5) * (math.pi / (fine * height))
    azimuth = ((torch.arange(2 * fine * height, dtype=torch.float64) + 0.5) / fine - 0.5) * (math.pi / height)
    # cos of the angle from row i at azimuth 0 to the fine texel (j, k): (H, fine H, fine 2H)
    cosine = (
        target[:, 0, None, None] * (polar.sin()[None, :, None] * azimuth.cos()[None, None, :])
        + target[:, 2, None, None] * polar.cos()[None, :, None]
    ).float()
    solid = (polar.sin() / polar.sin().reshape(height, fine).sum(1).repeat_interleave(fine)).float()
    angles = texel_solid_angles(height)[None, :, 0, None]

    def pooled(values: torch.Tensor) -> torch.Tensor:
        weighted = (values * solid[None, :, None]).reshape(height, height, fine, 2 * height, fine)
        return weighted.sum(2).mean(-1) * angles

    def spectrum(values: torch.Tensor) -> torch.Tensor:
        return torch.fft.rfft(values, dim=-1).real.contiguous()  # real: the kernels are even in azimuth

    specular, spread = [], [1.0]
    for roughness in LEVELS[1:]:
        alpha = torch.tensor(roughness**2)
        kernel = ggx((0.5 + 0.5 * cosine).clamp_min(0.0).sqrt(), alpha) * cosine.clamp_min(0.0)
        weights = pooled(kernel)
        specular.append(spectrum(weights / weights.sum((1, 2), keepdim=True)))
        spread.append(_spread(roughness))
    irradiance = pooled(cosine.clamp_min(0.0))
    irradiance = irradiance * (math.pi / irradiance.sum((1, 2), keepdim=True))
    return Kernels(
        torch.stack(specular).to(device),
        spectrum(irradiance).to(device),
        torch.tensor(spread, device=device),
    )


def _spread(roughness: float) -> float:
    cosine = torch.linspace(0.0, 1.0, 200_001, dtype=torch.float64)
    density = ggx((0.5 + 0.5 * cosine).sqrt(), torch.tensor(roughness**2, dtype=torch.float64)) * cosine
    return float(torch.trapezoid(density * cosine, cosine) / torch.trapezoid(density, cosine))


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
