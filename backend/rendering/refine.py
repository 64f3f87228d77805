# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""T-DASS on painted frames (Yao et al., "ARTIC3D", 2023, section on animation): latents move to where score
distillation wants them, and to those of the frame before, from where the geometry says that each place came.

ARTIC3D knows that motion from its own mesh; here it is exact, from the places on the undeformed surfaces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.spatial import KDTree

from ..diffusion import guidance
from .cells import Scale
from .passes import Shot

STEP = 0.25
"""Of the noise schedule: how much noise the targets are made with."""
REPEATS = 3
"""Steps of score distillation to a target."""
ITERATIONS, RATE = 50, 1e-2
"""Of the optimiser (Adam), and its step."""
ALONE = 5
"""Last iterations without the frame before."""
AGREES = 1.5
"""Pixels by which the place that a latent shows may differ from where it came from."""

Predict = Callable[[torch.Tensor, Sequence[int], torch.Tensor], torch.Tensor]
"""Noisy latents of some frames, the frames' numbers and the noise step -> the guided prediction."""


def refine(
    latents: torch.Tensor, predict: Predict, scheduler, motion: tuple[torch.Tensor, torch.Tensor], seed: int,
    heard: Callable[[float], None],
) -> torch.Tensor:  # fmt: skip
    """Steadier latents (F, 4, h, w), of frames that are in order.

    Args:
        motion: see :func:`motion`.
        heard: called with the part that is done; it may raise.
    """
    abar = scheduler.alphas_cumprod
    step = int(STEP * len(abar))
    found = []
    for frame in range(len(latents)):
        heard(0.9 * frame / len(latents))

        def noise(mixed: torch.Tensor, steps: torch.Tensor, prompts: Sequence[str], frame: int = frame) -> torch.Tensor:
            answer = predict(mixed[:1], [frame], steps[0])
            # It is guided already: the same with and without a prompt, whatever scale it is guided with once more.
            return guidance.as_noise(answer, mixed[:1], steps[:1], scheduler).repeat(len(mixed), 1, 1, 1)

        generator = torch.Generator().manual_seed(int(np.random.default_rng([seed, frame, 0x7D]).integers(2**31)))
        found.append(guidance.dass(noise, latents[frame : frame + 1], abar, step, [""], generator, REPEATS, scale=1.0))
    targets = torch.cat(found)
    flow, seen = motion
    moving = latents.clone().requires_grad_()
    optimiser = torch.optim.Adam([moving], lr=RATE)
    for number in range(ITERATIONS):
        heard(0.9 + 0.1 * number / ITERATIONS)
        optimiser.zero_grad()
        with torch.enable_grad():
            if number < ITERATIONS - ALONE and len(latents) > 1:
                loss = guidance.temporal(targets, moving, seen, flow)
            else:
                loss = (moving - targets).square().mean()
            loss.backward()
        optimiser.step()
    return moving.detach()


def motion(shot: Shot, scale: Scale, factor: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Where in the frame before each latent pixel was: (F - 1, h, w, 2) float32 from -1 to 1, x to the right and y
    down, and whether it was visible there: (F - 1, h, w) float32.

    Args:
        factor: pixels of the picture along a side of a latent pixel.
    """
    flows, seen = [], []
    before = None
    for frame in shot.frames:
        geometry = shot.geometry(frame)
        block = factor * shot.size.oversampling
        middle = slice(block // 2, None, block)
        # Object and instance in one number, 0 for the background.
        who = np.where(geometry.surface > 0, (geometry.surface << 32) | geometry.instance.astype(np.int64), 0)
        if before is not None:
            pair = _backward(before[0], before[1], who[middle, middle], geometry.place[middle, middle], scale)
            flows.append(pair[0])
            seen.append(pair[1])
        before = who, geometry.place
    if not flows:
        return torch.zeros(0), torch.zeros(0)
    return torch.from_numpy(np.stack(flows)), torch.from_numpy(np.stack(seen))


def _backward(
    old: np.ndarray, old_place: np.ndarray, new: np.ndarray, new_place: np.ndarray, scale: Scale
) -> tuple[np.ndarray, np.ndarray]:
    """Of latents with objects ``new`` (h, w) at places (h, w, 3), in a frame of samples ``old`` (H, W)."""
    height, width = old.shape
    flow, seen = np.zeros((*new.shape, 2), np.float32), np.zeros(new.shape, np.float32)
    for one in np.unique(new[new > 0]):
        there, here = np.argwhere(old == one), new == one
        if not len(there):
            continue
        distance, nearest = KDTree(old_place[old == one]).query(new_place[here])
        y, x = there[nearest].T
        flow[here] = np.stack(((2 * x + 1) / width - 1, (2 * y + 1) / height - 1), axis=-1)
        seen[here] = distance <= AGREES * scale.lengths(np.array([one >> 32]))[0]
    return flow, seen
