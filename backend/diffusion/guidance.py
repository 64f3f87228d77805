# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Score distillation: what a diffusion model would change about latents so that they fit a prompt.

All methods ask a *predictor* for the noise in noisy latents and answer with a gradient of the latents; none goes back
through the network. The notation of the papers: z latents, abar the cumulative alpha of the noise schedule,
z_t = sqrt(abar) z + sqrt(1 - abar) e. Guidance scales are diffusers': 1 is no guidance.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import torch

Predict = Callable[[torch.Tensor, torch.Tensor, Sequence[str]], torch.Tensor]
"""Noisy latents (B, C, H, W), noise steps (B,) int64 and B prompts -> predicted noise (B, C, H, W) float32. "" is what
classifier-free guidance was trained with."""
Weighting = Callable[[torch.Tensor], torch.Tensor]
"""Of the gradient, from abar (B, 1, 1, 1)."""

DEGRADED = "unrealistic, blurry, low quality, out of focus, ugly, low contrast, dull, dark, low-resolution, gloomy"
"""The prompt for bad pictures of NFSD."""
NFSD_SMALL_STEP = 200
"""Below this step the prediction without a prompt is a correction of the domain as it is."""
DASS_STEP, DASS_LARGEST = 0.5, 1.0
"""Length of one step of the decoder-based update, and the largest value of a latent's gradient in it."""


@dataclasses.dataclass(frozen=True)
class Noised:
    """Latents with noise."""

    clean: torch.Tensor
    noise: torch.Tensor
    mixed: torch.Tensor
    """(B, C, H, W) each, float32."""
    step: torch.Tensor
    """(B,) int64."""
    kept: torch.Tensor
    """(B, 1, 1, 1) abar."""


def noised(latents: torch.Tensor, abar: torch.Tensor, step: torch.Tensor, noise: torch.Tensor) -> Noised:
    """Latents (B, C, H, W) at steps (B,) of a schedule abar (T,), with noise (B, C, H, W)."""
    assert latents.shape == noise.shape and step.shape == latents.shape[:1], (latents.shape, noise.shape, step.shape)
    clean, noise = latents.detach().float(), noise.float()
    kept = abar.to(clean)[step][:, None, None, None]
    return Noised(clean, noise, kept.sqrt() * clean + (1.0 - kept).sqrt() * noise, step, kept)


def as_noise(answer: torch.Tensor, mixed: torch.Tensor, step: torch.Tensor, scheduler) -> torch.Tensor:
    """The noise (B, C, H, W) that a UNet's answer means, whatever it was trained to predict.

    Args:
        scheduler: diffusers' of the model, which says what that is. v: Salimans and Ho, "Progressive Distillation for
            Fast Sampling of Diffusion Models", 2022, appendix D.
    """
    answer = answer.float()
    if scheduler.config.prediction_type != "v_prediction":
        return answer
    kept = scheduler.alphas_cumprod.to(mixed.device, torch.float32)[step][:, None, None, None]
    return kept.sqrt() * answer + (1.0 - kept).sqrt() * mixed.float()


def uniform(kept: torch.Tensor) -> torch.Tensor:
    return torch.ones_like(kept)


def variance(kept: torch.Tensor) -> torch.Tensor:
    """DreamFusion's: 1 - abar."""
    return 1.0 - kept


def damped(kept: torch.Tensor) -> torch.Tensor:
    """Fantasia3D's and FlashTex's: sqrt(abar) (1 - abar), small at both ends."""
    return kept.sqrt() * (1.0 - kept)


def guided(without: torch.Tensor, asked: torch.Tensor, scale: float, rescale: float = 0.0) -> torch.Tensor:
    """Classifier-free guidance.

    Args:
        rescale: part that is scaled back to the spread of the unguided prediction (Lin et al., "Common Diffusion Noise
            Schedules and Sample Steps are Flawed", 2024, section 3.4).
    """
    result = without + scale * (asked - without)
    spread = asked.std((1, 2, 3), keepdim=True) / result.std((1, 2, 3), keepdim=True).clamp_min(1e-6)
    return result * (rescale * spread + 1.0 - rescale)


def sds(
    predict: Predict, at: Noised, prompts: Sequence[str], scale: float, weighting: Weighting = variance,
    negative: str = "", rescale: float = 0.0,
) -> torch.Tensor:  # fmt: skip
    """Score distillation sampling (Poole et al., "DreamFusion", 2023): weight times (guided prediction - noise)."""
    without, asked = _both(predict, at, [[negative] * len(prompts), list(prompts)])
    return weighting(at.kept) * (guided(without, asked, scale, rescale) - at.noise)


def nfsd(
    predict: Predict, at: Noised, prompts: Sequence[str], scale: float = 7.5, weighting: Weighting = variance
) -> torch.Tensor:
    """Noise-free score distillation (Katzir et al., 2024): no noise is subtracted, so none is averaged away.

    Without a prompt the prediction is a correction of the domain plus the noise; where there is much noise, the
    prediction for bad pictures has the same noise and takes it away.
    """
    count = len(prompts)
    without, asked, bad = _both(predict, at, [[""] * count, list(prompts), [DEGRADED] * count])
    small = (at.step < NFSD_SMALL_STEP)[:, None, None, None]
    domain = torch.where(small, without, without - bad)
    return weighting(at.kept) * (domain + scale * (asked - without))


def vsd(
    predict: Predict, own: Predict, at: Noised, prompts: Sequence[str], scale: float = 7.5,
    weighting: Weighting = variance,
) -> torch.Tensor:  # fmt: skip
    """Variational score distillation (Wang et al., "ProlificDreamer", 2023).

    Args:
        own: predicts the noise in what is being optimised; kept up with :func:`own_loss`.
    """
    without, asked = _both(predict, at, [[""] * len(prompts), list(prompts)])
    with torch.no_grad():
        mine = own(at.mixed, at.step, prompts).float()
    return weighting(at.kept) * (guided(without, asked, scale) - mine)


def own_loss(own: Predict, at: Noised, prompts: Sequence[str]) -> torch.Tensor:
    """The loss of VSD's second network: ordinary denoising of the latents that there are now."""
    return (own(at.mixed, at.step, prompts).float() - at.noise).square().mean()


@dataclasses.dataclass(frozen=True)
class Opposed:
    """A prompt and those that it must not be mistaken for, with weights of zero and below."""

    prompt: str
    against: tuple[tuple[str, float], ...] = ()


def perp_neg(
    predict: Predict, at: Noised, asked: Sequence[Opposed], scale: float, weighting: Weighting = variance
) -> torch.Tensor:
    """SDS whose negative prompts act at right angles to the positive one (Armandpour et al., "Perp-Neg", 2023).

    What a negative prompt shares with the positive one stays, so "front" can be refused without refusing the animal.
    All of ``asked`` have as many ``against``.
    """
    count, others = len(asked), len(asked[0].against)
    assert all(len(item.against) == others for item in asked), "as many negatives in each"
    texts = [[""] * count, [item.prompt for item in asked]]
    texts += [[item.against[index][0] for item in asked] for index in range(others)]
    without, positive, *negatives = _both(predict, at, texts)
    direction = positive - without
    total = direction
    for index, prediction in enumerate(negatives):
        weight = direction.new_tensor([item.against[index][1] for item in asked])[:, None, None, None]
        total = total + weight * perpendicular(prediction - without, direction)
    return weighting(at.kept) * (without + scale * total - at.noise)


def perpendicular(vector: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """Of each of B vectors (B, ...) the part that stands at right angles to its direction."""
    flat, along = vector.flatten(1), direction.flatten(1)
    share = (flat * along).sum(1, keepdim=True) / along.square().sum(1, keepdim=True).clamp_min(1e-6)
    return (flat - share * along).reshape(vector.shape)


def dass(
    predict: Predict, latents: torch.Tensor, abar: torch.Tensor, step: int, prompts: Sequence[str],
    generator: torch.Generator, repeats: int = 3, scale: float = 12.0,
) -> torch.Tensor:  # fmt: skip
    """Where latents (B, C, H, W) go in some steps of score distillation at one noise step: a picture to aim at.

    Decoder-based accumulative score sampling (Yao et al., "ARTIC3D", 2023): the result is decoded and compared with
    the render, so that neither network nor encoder is differentiated.
    """
    result = latents.detach().float()
    steps = torch.full((len(result),), step, device=result.device)
    for _ in range(repeats):
        noise = torch.randn(result.shape, generator=generator).to(result)
        gradient = sds(predict, noised(result, abar, steps, noise), prompts, scale)
        result = result - DASS_STEP * gradient.clamp(-DASS_LARGEST, DASS_LARGEST)
    return result


def temporal(targets: torch.Tensor, latents: torch.Tensor, seen: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """T-DASS's loss of neighbouring frames: latents (F, C, H, W) beside those of the frame before, where they move to.

    Args:
        targets: (F, C, H, W) from :func:`dass`; they are aimed at with weight 1, neighbours with TEMPORAL.
        flow: (F - 1, H, W, 2) for each frame but the first, where in the frame before each cell was; -1 to 1, as
            grid_sample has it. seen: (F - 1, H, W) 1 where that place was visible.
    """
    before = torch.nn.functional.grid_sample(latents[:-1], flow, align_corners=False)
    apart = (latents[1:] - before).square().mean(dim=1) * seen
    toward = (latents - targets.detach()).square().mean()
    return toward + TEMPORAL * apart.sum() / seen.sum().clamp_min(1.0)


TEMPORAL = 0.05
"""Weight of neighbouring frames in :func:`temporal` (ARTIC3D's release)."""


def surrogate(latents: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """A loss whose gradient by the latents (B, ...) is ``gradient`` / B."""
    target = (latents.detach().float() - torch.nan_to_num(gradient)).to(latents.dtype)
    return 0.5 * (latents - target).square().sum() / len(latents)


@dataclasses.dataclass(frozen=True)
class Ramp:
    """A number that changes over a run, piecewise linear: ``points`` are (part of the run, value), ascending."""

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        places = [place for place, _ in self.points]
        if not places or places != sorted(places):
            raise ValueError("The points of a ramp must ascend, and there must be one at least.")

    def at(self, part: float) -> float:
        """Its value after this part of the run, 0 to 1."""
        for (left, low), (right, high) in zip(self.points, self.points[1:]):
            if left <= part < right:
                return low + (high - low) * (part - left) / (right - left)
        return self.points[0][1] if part < self.points[0][0] else self.points[-1][1]


def hifa(largest: float = 0.98, smallest: float = 0.02, count: int = 16) -> Ramp:
    """Noise that falls with the square root of time (Zhu et al., "HiFA", 2024)."""
    parts = [index / count for index in range(count + 1)]
    return Ramp(tuple((part, largest - (largest - smallest) * math.sqrt(part)) for part in parts))


FRONT, BACK, OVERHEAD = math.radians(45), math.radians(135), math.radians(60)
"""Azimuths within which a view is a front view and beyond which it is a back view; elevation of an overhead one."""


@dataclasses.dataclass(frozen=True)
class ViewWords:
    """How a model calls views."""

    front: str = "front"
    side: str = "side"
    back: str = "back"
    overhead: str = "overhead"


def view_prompt(prompt: str, azimuth: float, elevation: float, words: ViewWords = ViewWords()) -> str:
    """The prompt with the words for where the camera stands, radians; 0 looks at the front."""
    if elevation > OVERHEAD:
        return f"{prompt}, {words.overhead} view"
    angle = abs(math.remainder(azimuth, 2 * math.pi))
    return f"{prompt}, {words.front if angle < FRONT else words.back if angle > BACK else words.side} view"


def opposed_view(prompt: str, azimuth: float, elevation: float, words: ViewWords = ViewWords()) -> Opposed:
    """:func:`view_prompt` and the views that must not appear there, for :func:`perp_neg`.

    The weights fall exponentially towards the view itself (the values of threestudio's release; there the positive
    prompts of two neighbouring views are mixed, here the nearer one counts).
    """
    front, side = (f"{prompt}, {word} view" for word in (words.front, words.side))
    asked = view_prompt(prompt, azimuth, elevation, words)
    if elevation > OVERHEAD:
        return Opposed(asked, ((front, 0.0), (side, 0.0)))
    part = 2 * abs(math.remainder(azimuth, 2 * math.pi)) / math.pi
    if part < 1:
        return Opposed(asked, ((front, -_falling(4.0, -2.426, 1 - part)), (side, -_falling(4.0, -2.426, part))))
    return Opposed(asked, ((side, -_falling(1.0, -0.606, 2 - part)), (front, -_falling(1.0, 0.967, 2 - part))))


def _falling(height: float, offset: float, place: float) -> float:
    return max(height * math.exp(-0.5 * place) + offset, 0.0)


def _both(predict: Predict, at: Noised, prompts: Sequence[Sequence[str]]) -> list[torch.Tensor]:
    """Predictions for several lists of prompts in one call."""
    count = len(prompts)
    with torch.no_grad():
        together = predict(
            at.mixed.repeat(count, 1, 1, 1), at.step.repeat(count), [text for part in prompts for text in part]
        )
    return list(torch.nan_to_num(together.float()).chunk(count))
