# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""First stage: the autoencoder, on crops of the pictures."""

from __future__ import annotations

import copy
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
    from diffusers import AutoencoderKL

    from .shards import Pictures

CROP = 64
"""Pixels. The network is made of convolutions: crops teach it as much as whole pictures, at a quarter of the cost."""
DIVERGENCE_WEIGHT = 2e-5
"""Of the latents' divergence from a normal distribution: enough to keep them bounded and smooth."""


def train_vae(pictures: Pictures, folder: Path, options: Options, device: torch.device) -> AutoencoderKL:
    """Train, or go on; returns the averaged network with normalised latents, and saves it to ``folder/vae``."""
    torch.manual_seed(0)
    network = architecture.vae().to(device)

    def loss(samples: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(samples)
        crops = random_crops(pictures, options.batch, generator).to(device)
        noise_seed = torch.Generator(device).manual_seed(samples)
        posterior = network.encode(crops).latent_dist
        reconstruction = network.decode(posterior.sample(noise_seed)).sample
        return reconstruction_loss(reconstruction, crops) + DIVERGENCE_WEIGHT * posterior.kl().mean() / CROP

    def on_save(average: nn.ModuleDict, progress: Progress) -> None:
        normalised(average["vae"], pictures).save_pretrained(folder / "vae")

    return normalised(train(nn.ModuleDict({"vae": network}), loss, options, folder, on_save)["vae"], pictures)


def random_crops(pictures: Pictures, count: int, generator: torch.Generator) -> torch.Tensor:
    """(count, 3, CROP, CROP) in [-1, 1] from random places, most of them with some of the object."""
    result = []
    for index in torch.randint(len(pictures), (count,), generator=generator).tolist():
        picture, mask = pictures.picture(index), pictures.mask(index)
        room = picture.shape[-1] - CROP + 1
        for _ in range(3):
            y, x = torch.randint(room, (2,), generator=generator).tolist()
            if mask[y : y + CROP, x : x + CROP].float().mean() > 0.3:
                break
        result.append(picture[:, y : y + CROP, x : x + CROP])
    return torch.stack(result).float() / 127.5 - 1


def reconstruction_loss(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean absolute error of the pictures, of half and quarter size, and of the differences between neighbours.

    The differences keep edges and patterns sharp, the small sizes keep colours true.
    """
    loss = output.new_zeros(())
    for level, weight in enumerate((1.0, 0.5, 0.5)):
        if level:
            output, target = functional.avg_pool2d(output, 2), functional.avg_pool2d(target, 2)
        loss = loss + weight * (output - target).abs().mean()
        for axis in (-1, -2):
            loss = loss + weight * (output.diff(dim=axis) - target.diff(dim=axis)).abs().mean()
    return loss


@torch.no_grad()
def normalised(network: AutoencoderKL, pictures: Pictures, count: int = 128) -> AutoencoderKL:
    """A copy in which every latent channel has mean 0 and standard deviation 1 over ``pictures``.

    Diffusion starts from such noise, and pipelines of this kind know only one factor for all channels. The encoder's
    last and the decoder's first layer are linear, so they can take the change, exactly.
    """
    network = copy.deepcopy(network)
    device = next(network.parameters()).device
    picked = torch.linspace(0, len(pictures) - 1, count).long().tolist()
    batch = torch.stack([pictures.picture(index) for index in picked]).to(device).float() / 127.5 - 1
    latents = torch.cat([network.encode(part).latent_dist.mean for part in batch.split(32)])
    mean, spread = latents.mean(dim=(0, 2, 3)), latents.std(dim=(0, 2, 3))
    last, first, channels = network.quant_conv, network.post_quant_conv, len(mean)
    last.bias[:channels] = (last.bias[:channels] - mean) / spread
    last.weight[:channels] /= spread[:, None, None, None]
    last.bias[channels:] -= 2 * spread.log()  # the logarithm of the variance
    first.bias += first.weight[:, :, 0, 0] @ mean
    first.weight *= spread[None, :, None, None]
    network.register_to_config(scaling_factor=1.0)
    return network


@torch.no_grad()
def encode(network: AutoencoderKL, pictures: torch.Tensor) -> torch.Tensor:
    """Scaled latents (B, 8, H/8, W/8) of pictures (B, 3, H, W), uint8 display-encoded sRGB."""
    return network.encode(pictures.float() / 127.5 - 1).latent_dist.mean * network.config.scaling_factor


@torch.no_grad()
def decode(network: AutoencoderKL, latents: torch.Tensor) -> torch.Tensor:
    """Pictures (B, 3, H, W), uint8, of scaled latents."""
    pictures = network.decode(latents / network.config.scaling_factor).sample
    return ((pictures + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def encode_shards(folder: Path, network: AutoencoderKL, batch: int = 32) -> int:
    """Write the latents of all shards that lack them; returns how many were written."""
    device = next(network.parameters()).device
    count = 0
    for shard in shard_folders(folder):
        if (shard / "latents.npy").exists():
            continue
        pictures = torch.from_numpy(np.load(shard / "pictures.npy"))
        latents = torch.cat([encode(network, part.to(device)).cpu() for part in pictures.split(batch)])
        with (shard / "latents.npy.part").open("wb") as file:
            np.save(file, latents.half().numpy())
        os.replace(shard / "latents.npy.part", shard / "latents.npy")
        count += 1
    return count
