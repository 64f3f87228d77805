# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which features find the same place of an animal in another photo: nearest neighbours alone, without any model."""

from __future__ import annotations

import numpy as np
import torch

from ...backend.diffusion import pipelines
from ...backend.photos.body import Body
from ...backend.photos.collect import Photo
from ...backend.photos.features import Features, colours, shown_places
from .scores import CLOSE, CROP

NOISE = 60
"""Step of a thousand to which pictures are noised for the starter's UNet."""
BLOCK = 1
"""Of its decoder, whose output is the feature."""


def place_in_box(photos: list[Photo], body: Body) -> Features:
    """The same place in the crop: what knows nothing of animals."""
    size = photos[0].mask.shape[-1]
    line = (torch.arange(size) + 0.5) / size
    grid = torch.stack(torch.meshgrid(line, line, indexing="xy"), dim=-1)
    return Features(grid.expand(len(photos), -1, -1, -1), torch.ones(len(photos), size, size), None)


def starter(photos: list[Photo], body: Body) -> Features:
    """Of the starter's UNet, after Tang et al., "Emergent Correspondence from Image Diffusion", 2023."""
    pipeline = pipelines.load_text_to_image(pipelines.STARTER, torch.device("cpu"))
    size = photos[0].mask.shape[-1]
    picture = torch.stack([p.colour * p.mask[..., None] + 0.5 * (1 - p.mask[..., None]) for p in photos])
    picture = torch.nn.functional.interpolate(picture.permute(0, 3, 1, 2), (128, 128), mode="bilinear") * 2 - 1
    kept = []
    handle = pipeline.unet.up_blocks[BLOCK].register_forward_hook(lambda module, given, result: kept.append(result))
    with torch.no_grad():
        latent = pipeline.vae.encode(picture).latents * pipeline.vae.config.scaling_factor
        noise = torch.randn(latent.shape, generator=torch.Generator().manual_seed(0))
        alphas = pipeline.scheduler.alphas_cumprod[NOISE]
        noised = alphas.sqrt() * latent + (1 - alphas).sqrt() * noise
        words, _ = pipeline.encode_prompt("an animal", "cpu", 1, False)
        pipeline.unet(noised, torch.tensor(NOISE), words.expand(len(photos), -1, -1))
    handle.remove()
    value = torch.nn.functional.normalize(kept[0].float(), dim=1)
    value = torch.nn.functional.interpolate(value, (size, size), mode="bilinear").permute(0, 2, 3, 1)
    return Features(value, torch.ones(value.shape[:3]), None)


KINDS = {"place in the crop": place_in_box, "colors": colours, "starter's UNet": starter, "shown places": shown_places}


def pck(photos: list[Photo], features: Features, places: list[np.ndarray], seen: list[np.ndarray]) -> float:
    """As :func:`.scores.transfer`, but a keypoint's pixel looks for the most similar pixel of the other animal."""
    right = total = 0
    values = features.values
    size = values.shape[1]
    sides = [CROP * np.ptp(place[ok], axis=0).max() if ok.sum() > 1 else np.inf for place, ok in zip(places, seen)]
    for one in range(len(photos)):
        x, y = places[one].astype(int).clip(0, size - 1).T
        own = values[one][torch.from_numpy(y), torch.from_numpy(x)]
        for other in range(len(photos)):
            both = seen[one] & seen[other]
            if one == other or not both.any():
                continue
            solid = (photos[other].mask > 0.5).nonzero()
            near = torch.cdist(own, values[other][solid[:, 0], solid[:, 1]]).argmin(dim=1)
            found = solid[near].flip(1).numpy() + 0.5
            gap = np.linalg.norm(found - places[other], axis=1)
            right += int((gap[both] < CLOSE * sides[other]).sum())
            total += int(both.sum())
    return right / max(total, 1)
