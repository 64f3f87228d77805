# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A subject is changed until a diffusion model finds its pictures likely for a prompt.

The methods are :mod:`..diffusion.guidance`'s. All that differs between runs is data: :class:`Recipe`.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from enum import Enum

import torch

from ..diffusion import guidance
from ..diffusion.guidance import Predict, Ramp
from ..diffusion.own import Own, keep_up


class Method(Enum):
    SDS = "sds"
    NFSD = "nfsd"
    VSD = "vsd"
    PERP_NEG = "perp-neg"
    DASS = "dass"


@dataclasses.dataclass(frozen=True)
class Shown:
    """B pictures of the subject."""

    pictures: torch.Tensor
    """(B, 3, S, S) display-encoded sRGB in [0, 1], differentiable in what is sought."""
    azimuth: tuple[float, ...]
    elevation: tuple[float, ...]
    """Of each picture's camera, radians; see :func:`..raster.camera.orbit`."""
    cameras: torch.Tensor
    """(B, 12) the first three rows of each camera's matrix."""
    controls: torch.Tensor | None = None
    """(B, 3, S, S) what a ControlNet is shown, in [0, 1]."""
    penalty: torch.Tensor | None = None
    """A loss of the subject's own, such as for roughness, as large as a mean over pixels."""


class Subject(typing.Protocol):
    """Something with parameters that can be looked at."""

    def groups(self) -> list[dict]:
        """Parameter groups of Adam, with rates."""

    def show(self, step: int, generator: torch.Generator) -> Shown:
        """Pictures of it from where this step looks."""


class Model(typing.Protocol):
    """What believes to know how pictures look."""

    abar: torch.Tensor
    """(T,) cumulative alphas of its noise schedule."""

    def encode(self, pictures: torch.Tensor) -> torch.Tensor:
        """Latents (B, C, H, W) of pictures, differentiable."""

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """The reverse, within [0, 1]."""

    def predictor(self, controls: torch.Tensor | None) -> Predict:
        """Of the noise in pictures with these controls."""

    def own(self) -> Own:
        """A new second network, for VSD."""


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a run goes. Parts of the run and of the noise schedule are 0 to 1."""

    method: Method = Method.SDS
    steps: int = 200
    scale: float = 50.0
    """Of classifier-free guidance, where 1 is none: SDS wants much, NFSD and VSD as little as painting does."""
    least: Ramp = Ramp(((0.0, 0.02),))  # noqa: RUF009 - frozen
    most: Ramp = Ramp(((0.0, 0.98),))  # noqa: RUF009
    """Noise is drawn evenly between these; equal ramps make it certain, as HiFA wants it."""
    weighting: guidance.Weighting = guidance.variance
    slow: float = 0.2
    """What is left of the rates at the end."""
    words: guidance.ViewWords = guidance.ViewWords()  # noqa: RUF009
    own_rate: float = 1e-3
    """Adam's of VSD's second network."""
    repeats: int = 3
    """Of DASS."""


RECIPES = {
    Method.SDS: Recipe(),
    Method.NFSD: Recipe(Method.NFSD, scale=7.5),
    Method.VSD: Recipe(Method.VSD, scale=7.5, most=Ramp(((0.0, 0.98), (0.2, 0.98), (0.2, 0.5)))),
    Method.PERP_NEG: Recipe(Method.PERP_NEG),
    Method.DASS: Recipe(Method.DASS, scale=12.0, most=Ramp(((0.0, 0.5),))),
}
"""What the papers, or their releases, do."""


def distil(
    subject: Subject,
    model: Model,
    prompt: str,
    recipe: Recipe,
    seed: int = 0,
    on_step: Callable[[float], None] = lambda part: None,
) -> None:
    """Change the subject's parameters. The same seed gives the same result; ``on_step`` may raise to stop."""
    generator = torch.Generator().manual_seed(seed)
    groups = subject.groups()
    optimizer = torch.optim.Adam(groups, betas=(0.9, 0.99), eps=1e-12)
    rates = [group["lr"] for group in groups]
    own = None
    if recipe.method is Method.VSD:
        torch.manual_seed(seed)
        own = Learner(model, recipe.own_rate)
    for number in range(recipe.steps):
        part = number / recipe.steps
        shown = subject.show(number, generator)
        loss = _loss(shown, model, prompt, recipe, part, own, generator)
        if shown.penalty is not None:
            loss = loss + shown.penalty * shown.pictures[0].numel()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * recipe.slow**part
        optimizer.step()
        on_step((number + 1) / recipe.steps)


class Learner:
    """VSD's second network, which keeps up with the subject."""

    def __init__(self, model: Model, rate: float) -> None:
        self.network = model.own()
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=rate)


def _loss(
    shown: Shown, model: Model, prompt: str, recipe: Recipe, part: float, own: Learner | None,
    generator: torch.Generator,
) -> torch.Tensor:  # fmt: skip
    """Its gradient by the pictures is the method's."""
    predict = model.predictor(shown.controls)
    places = list(zip(shown.azimuth, shown.elevation, strict=True))
    prompts = [guidance.view_prompt(prompt, *place, recipe.words) for place in places]
    step = _steps(recipe, part, len(model.abar), len(places), generator)
    if recipe.method is Method.DASS:
        with torch.no_grad():
            latents = model.encode(shown.pictures)
            aim = guidance.dass(
                predict, latents, model.abar, int(step[0]), prompts, generator, recipe.repeats, recipe.scale
            )
            target = model.decode(aim)
        return 0.5 * (shown.pictures - target).square().sum() / len(places)
    latents = model.encode(shown.pictures)
    noise = torch.randn(latents.shape, generator=generator).to(latents)
    at = guidance.noised(latents, model.abar, step.to(latents.device), noise)
    if recipe.method is Method.SDS:
        gradient = guidance.sds(predict, at, prompts, recipe.scale, recipe.weighting)
    elif recipe.method is Method.NFSD:
        gradient = guidance.nfsd(predict, at, prompts, recipe.scale, recipe.weighting)
    elif recipe.method is Method.PERP_NEG:
        opposed = [guidance.opposed_view(prompt, *place, recipe.words) for place in places]
        gradient = guidance.perp_neg(predict, at, opposed, recipe.scale, recipe.weighting)
    else:
        plain = [prompt] * len(places)  # where the camera stands is said by its numbers, not by words
        keep_up(own.network, predict, at.clean, shown.cameras, model.abar, plain, own.optimizer, generator)
        mine = own.network.predictor(lambda mixed, times, _: predict(mixed, times, plain), shown.cameras)
        gradient = guidance.vsd(predict, mine, at, prompts, recipe.scale, recipe.weighting)
    return guidance.surrogate(latents, gradient)


def _steps(recipe: Recipe, part: float, count: int, batch: int, generator: torch.Generator) -> torch.Tensor:
    """Noise steps (B,) int64. The last of a schedule may keep nothing of a picture and is never drawn."""
    low, high = recipe.least.at(part), recipe.most.at(part)
    drawn = low + (max(high, low) - low) * torch.rand(batch, generator=generator)
    return (drawn * count).long().clamp(1, count - 2)
