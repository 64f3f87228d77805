# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures for the report. Pictures are (N, 3, H, W) uint8, display-encoded."""

from __future__ import annotations

import itertools
import typing

import torch

from .vae import decode, encode

if typing.TYPE_CHECKING:
    from diffusers import AutoencoderTiny

GREY = torch.tensor((0.2126, 0.7152, 0.0722))


def luma(pictures: torch.Tensor) -> torch.Tensor:
    """(N, H, W) in [0, 1]."""
    return torch.einsum("nchw,c->nhw", pictures.float() / 255, GREY)


def accuracy(log_probability: torch.Tensor, label: torch.Tensor) -> float:
    """Share of labels that are the most probable class; labels of -1 do not count."""
    counts = label >= 0
    return (log_probability.argmax(dim=1)[counts] == label[counts]).float().mean().item()


def gradient_energy(pictures: torch.Tensor) -> float:
    """Mean squared difference between neighbouring pixels: too little in a blurred picture, too much in a noisy one."""
    grey = luma(pictures)
    return (grey.diff(dim=1).square().mean() + grey.diff(dim=2).square().mean()).item()


def spectrum(pictures: torch.Tensor, octaves: int = 3) -> torch.Tensor:
    """(octaves,) mean power of luma in octaves of spatial frequency up to the Nyquist frequency, coarse to fine."""
    grey = luma(pictures)
    power = torch.fft.fft2(grey - grey.mean(dim=(1, 2), keepdim=True)).abs().square().mean(dim=0)
    size = grey.shape[-1]
    frequency = torch.fft.fftfreq(size)
    radius = (frequency[:, None] ** 2 + frequency[None] ** 2).sqrt()
    edges = [0.5 / 2**level for level in range(octaves, -1, -1)]
    return torch.stack([power[(radius >= low) & (radius < high)].mean() for low, high in itertools.pairwise(edges)])


def difference(first: torch.Tensor, second: torch.Tensor) -> float:
    """Mean absolute difference in [0, 1]."""
    return (first.float() - second.float()).abs().mean().item() / 255


def reconstruction_psnr(vae: AutoencoderTiny, pictures: torch.Tensor) -> float:
    """dB of pictures that went through the autoencoder; the mean over pictures."""
    device = next(vae.parameters()).device
    result = []
    for part in pictures.split(32):
        error = (decode(vae, encode(vae, part.to(device))).cpu().float() - part.float()) / 255
        result.append(-10 * error.square().mean(dim=(1, 2, 3)).clamp_min(1e-10).log10())
    return torch.cat(result).mean().item()


def correlation(a: torch.Tensor, b: torch.Tensor, mask: torch.Tensor) -> float:
    """Pearson correlation of two pictures (H, W) where ``mask`` is true; 0 if one of them is flat there."""
    x, y = a[mask] - a[mask].mean(), b[mask] - b[mask].mean()
    scale = (x.square().sum() * y.square().sum()).sqrt().item()
    return (x * y).sum().item() / scale if scale > 1e-9 else 0.0
