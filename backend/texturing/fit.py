# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the material that explains pictures: reconstruction over views and lights."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import torch

from ..shading import display
from ..shading.environment import Light
from ..shading.surface import Surface
from .appearance import material_of
from .field import Field
from .lit import Lit, radiance, tables
from .views import View

SATURATED = 0.99
"""A picture's value from which on it only says: at least so bright."""
MOST = 20_000
"""Pixels of one picture: as many as a small picture has, so that a large one costs no more."""
BORDER = 0.2
"""Weight of pixels next to a silhouette."""
OVER = 0.5
"""Slope with which light beyond white counts, so that a fit finds back from there."""


@dataclasses.dataclass(frozen=True)
class Observations:
    """N pixels of any pictures, each with its light's tables."""

    position: torch.Tensor
    """(N, 3)"""
    normal: torch.Tensor
    """(N, 3)"""
    lit: Lit
    colour: torch.Tensor
    """(N, 3) display-encoded."""
    weight: torch.Tensor
    """(N,)"""

    def __len__(self) -> int:
        return len(self.position)

    def __getitem__(self, index: torch.Tensor) -> Observations:
        return Observations(**{field.name: getattr(self, field.name)[index] for field in dataclasses.fields(self)})


def observe(
    view: View, light: Light, picture: torch.Tensor, weight: float = 1.0, seed: int = 0, most: int = MOST
) -> Observations:
    """The pixels of a picture (3, S, S) of a view that tell something about the surface, at random if more than
    ``most``: their neighbours are in the view's other pictures."""
    points, colour = view.points, picture.flatten(1).T[view.points.pixel]
    weights = weight * points.cosine * torch.where(points.border, BORDER, 1.0)
    position, normal, surface = points.position, points.normal, points.surface
    if len(position) > most:
        order = torch.randperm(len(position), generator=torch.Generator().manual_seed(seed))
        chosen = order[:most].to(position.device)
        position, normal, colour, weights = position[chosen], normal[chosen], colour[chosen], weights[chosen]
        surface = subset(surface, chosen)
    return Observations(position, normal, tables(surface, normal, light), colour, weights)


def subset(surface: Surface, chosen: torch.Tensor) -> Surface:
    """Some points (M,) of a surface whose points have a row of visibility each, or none."""
    visibility = None if surface.visibility is None else surface.visibility[chosen]
    return Surface(surface.position[chosen], surface.geometric_normal[chosen], surface.view[chosen], visibility)


def together(parts: Sequence[Observations]) -> Observations:
    def join(values: list) -> object:
        if isinstance(values[0], torch.Tensor):
            return torch.cat(values)
        names = [field.name for field in dataclasses.fields(values[0])]
        return type(values[0])(**{name: join([getattr(value, name) for value in values]) for name in names})

    return join(list(parts))


def displayed(linear: torch.Tensor) -> torch.Tensor:
    """Display-encoded, and beyond white straight on instead of clipped."""
    return display.encode(linear) + OVER * (linear - 1.0).clamp_min(0.0)


END = 0.02
"""Part of the learning rate that is left at the end: what stays is what a texture shows as noise."""


@dataclasses.dataclass(frozen=True)
class Fit:
    steps: int
    batch: int = 8192
    rate: float = 0.2
    """Adam's, falling to END of it along a cosine."""
    smoothness: float = 1.0
    """Factor on CALM."""
    doubt: float = 0.0
    """Factor on PRIOR: 1 for a model's pictures, which disagree, 0 for exact ones."""
    named: bool = False
    """Whether roughness and metal of the start are what the prompt says: then NAMED counts instead of PRIOR."""
    robust: float = 0.03
    """Difference of display-encoded values from which on pixels count linearly, not squared: pictures disagree."""


CALM = (0.1, 0.1, 0.1, 0.6, 0.6, 3.0, 3.0, 3.0)
"""Weight decay of each raw channel on the finest grid, halved with each coarser one, at smoothness 1."""
PRIOR = (0.0, 0.0, 0.0, 3e-5, 1e-4, 1e-3, 1e-3, 1e-3)
"""Weight of the squared distance of each raw channel from its start, at doubt 1: without it roughness, metal and bumps
explain what is noise. With the starter's pictures of four objects it makes normals 10 instead of 19 degrees wrong and
relights 0.6 dB better; exact pictures of small balls with metal spots relight 0.9 dB worse."""
NAMED = (0.0, 0.0, 0.0, 5e-4, 5e-4, 1e-3, 1e-3, 1e-3)
"""The same where the prompt names the material."""
REMEMBER_STEPS = 80
REMEMBER_RATE = 0.1
REMEMBER_BATCH = 4096


def fit(
    field: Field,
    observations: Observations,
    options: Fit,
    generator: torch.Generator,
    on_step: Callable[[float], None],
    pull: Callable[[Field, int], torch.Tensor] | None = None,
) -> float:
    """Change the field so that it shows the observed colours; the final loss.

    Args:
        on_step: hears the done part, 0 to 1, and may raise to stop.
        pull: a further loss of the field at a step.
    """
    optimizer = torch.optim.Adam(field.parameters(), lr=options.rate, betas=(0.9, 0.99), eps=1e-12)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _cosine(step / options.steps))
    calm = options.smoothness * torch.tensor(CALM, device=field.table.device)
    prior = options.doubt * torch.tensor(NAMED if options.named else PRIOR, device=field.table.device)
    loss = torch.zeros(())
    for step in range(options.steps):
        chosen = torch.randint(len(observations), (options.batch,), generator=generator)
        part = observations[chosen.to(observations.position.device)]
        raw = field.raw(part.position, part.normal)
        shown = displayed(radiance(material_of(raw, part.normal), part.lit))
        wrong = torch.where((part.colour >= SATURATED) & (shown > part.colour), 0.0, shown - part.colour)
        each = torch.nn.functional.huber_loss(wrong, torch.zeros_like(wrong), reduction="none", delta=options.robust)
        loss = (part.weight[:, None] * each).mean() / part.weight.mean()
        loss = loss + (prior * (raw - field.start).square()).sum(dim=-1).mean()
        if pull is not None:
            loss = loss + pull(field, step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        _decay(field, schedule.get_last_lr()[0] * calm)
        schedule.step()
        on_step((step + 1) / options.steps)
    return float(loss.detach())


def remember(
    field: Field,
    position: torch.Tensor,
    normal: torch.Tensor,
    raw: torch.Tensor,
    generator: torch.Generator,
    on_step: Callable[[float], None],
) -> None:
    """Give the field known raw numbers (N, CHANNELS) at points (N, 3) with unit normals (N, 3)."""
    optimizer = torch.optim.Adam(field.parameters(), lr=REMEMBER_RATE, betas=(0.9, 0.99), eps=1e-12)
    for step in range(REMEMBER_STEPS):
        chosen = torch.randint(len(position), (REMEMBER_BATCH,), generator=generator).to(position.device)
        loss = (field.raw(position[chosen], normal[chosen]) - raw[chosen]).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        on_step((step + 1) / REMEMBER_STEPS)


@torch.no_grad()
def _decay(field: Field, calm: torch.Tensor) -> None:
    for level, (first, end) in enumerate(reversed(field.level_rows)):
        field.table[first:end] *= 1.0 - calm * 0.5**level


def _cosine(part: float) -> float:
    return END + (1.0 - END) * 0.5 * (1.0 + math.cos(math.pi * part))
