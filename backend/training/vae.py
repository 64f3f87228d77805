# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""First stage: the autoencoder, on crops of the pictures."""

from __future__ import annotations

import os
import typing
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from . import architecture
from .loop import Options, Progress, train
from .shards import shard_folders

if typing.TYPE_CHECKING:
    from diffusers import AutoencoderTiny

    from .shards import Pictures

CROP = 32
"""Pixels. The network is made of convolutions: crops teach it as much as whole pictures, and allow more steps."""
NOISE = 0.05
"""Standard deviation of what is added to latents in training: the decoder must forgive diffusion's errors."""
NORMAL_WEIGHT = 0.05
"""Of the penalty that keeps each latent channel at mean 0 and standard deviation 1, the scale of diffusion's noise."""


def train_vae(pictures: Pictures, folder: Path, options: Options, device: torch.device) -> AutoencoderTiny:
    """Train, or go on; returns the averaged network, and saves it to ``folder/vae``."""
    torch.manual_seed(0)
    network = architecture.vae().to(device)

    def loss(samples: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(samples)
        crops = random_crops(pictures, options.batch, generator).to(device)
        latents = network.encode(crops).latents
        noise = NOISE * torch.randn(latents.shape, generator=generator).to(device)
        mean, spread = latents.mean(dim=(0, 2, 3)), latents.std(dim=(0, 2, 3))
        normal = (mean.square() + (spread - 1).square()).mean()
        return reconstruction_loss(network.decode(latents + noise).sample, crops) + NORMAL_WEIGHT * normal

    def on_save(average: nn.ModuleDict, progress: Progress) -> None:
        average["vae"].save_pretrained(folder / "vae")

    return train(nn.ModuleDict({"vae": network}), loss, options, folder, on_save)["vae"]


def random_crops(pictures: Pictures, count: int, generator: torch.Generator, size: int = CROP) -> torch.Tensor:
    """(count, 3, size, size) in [-1, 1] from random places, most of them with some of the object."""
    result = []
    for index in torch.randint(len(pictures), (count,), generator=generator).tolist():
        picture, mask = pictures.picture(index), pictures.mask(index)
        room = picture.shape[-1] - size + 1
        for _ in range(3):
            y, x = torch.randint(room, (2,), generator=generator).tolist()
            if mask[y : y + size, x : x + size].float().mean() > 0.3:
                break
        result.append(picture[:, y : y + size, x : x + size])
    return torch.stack(result).float() / 127.5 - 1


def reconstruction_loss(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Absolute and squared error of the pictures at full, half and quarter size, and of neighbours' differences.

    The small sizes keep colours true, the differences keep edges and patterns sharp.
    """
    loss = output.new_zeros(())
    for level in range(3):
        if level:
            output, target = functional.avg_pool2d(output, 2), functional.avg_pool2d(target, 2)
        error = output - target
        loss = loss + error.abs().mean() + 4 * error.square().mean()
        for axis in (-1, -2):
            loss = loss + 0.2 * error.diff(dim=axis).abs().mean()
    return loss


@torch.no_grad()
def encode(network: AutoencoderTiny, pictures: torch.Tensor) -> torch.Tensor:
    """Scaled latents (B, 4, H/4, W/4) of pictures (B, 3, H, W), 0 to 255, display-encoded sRGB."""
    return network.encode(pictures.float() / 127.5 - 1).latents * network.config.scaling_factor


@torch.no_grad()
def decode(network: AutoencoderTiny, latents: torch.Tensor) -> torch.Tensor:
    """Pictures (B, 3, H, W), uint8, of scaled latents."""
    pictures = network.decode(latents / network.config.scaling_factor).sample
    return ((pictures + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def encode_shards(folder: Path, network: AutoencoderTiny, batch: int = 32) -> int:
    """Write the latents of all shards that lack them; returns how many were written."""
    device = next(network.parameters()).device
    count = 0
    for shard in shard_folders(folder):
        if (shard / "small_latents.npy").exists():
            continue
        pictures = torch.from_numpy(np.load(shard / "pictures.npy"))
        for name, scale in (("latents", 1), ("small_latents", 2)):
            parts = (functional.avg_pool2d(part.float(), scale) for part in pictures.split(batch))
            latents = torch.cat([encode(network, part.to(device)).cpu() for part in parts])
            with (shard / f"{name}.npy.part").open("wb") as file:
                np.save(file, latents.half().numpy())
            os.replace(shard / f"{name}.npy.part", shard / f"{name}.npy")
        count += 1
    return count
