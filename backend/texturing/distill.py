# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the painter says of random views of the unfinished texture under random lights.

Two ways, to be chosen by measurement (benchmarks/texture). *Denoise*: the current render is given noise and painted
again with the light control, and the result is one more picture to explain; it costs a whole denoising, but it stays
for all following steps. *SDS*: each step asks for one gradient, see Painter.pull.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from enum import Enum

import torch

from .field import Field
from .fit import Observations, displayed, observe
from .lit import radiance
from .painter import Painter, Shot, Start, Wish
from .views import control, render

LARGEST_PULL = 0.05
"""Root mean square of a picture's gradient: a stronger one is scaled down to it."""


class Target(Enum):
    DENOISE = "denoise"
    SDS = "sds"


def repainted(
    field: Field,
    painter: Painter,
    wish: Wish,
    shots: Sequence[Shot],
    strength: float,
    weight: float,
    on_step: Callable[[float], None],
) -> list[Observations]:
    """Pictures of the shots that set out from how the field looks now, with a share ``strength`` of noise."""
    with torch.no_grad():
        now = torch.stack([render(shot.view, shot.light, field) for shot in shots])
        controls = torch.stack([control(shot.view, shot.light) for shot in shots])
    pictures = painter.paint(wish, shots, controls, Start(now, strength), on_step)
    return [observe(shot.view, shot.light, picture, weight, shot.seed) for shot, picture in zip(shots, pictures)]


@dataclasses.dataclass(frozen=True)
class _Prepared:
    shot: Shot
    control: torch.Tensor
    """(3, S, S)"""
    canvas: torch.Tensor
    """(3, S, S) how the shot looked at first: what stays around the points."""
    observations: Observations


class Distillation:
    """Score distillation on a pool of shots, one after the other; give :meth:`loss` to :func:`.fit.fit`."""

    def __init__(
        self,
        field: Field,
        painter: Painter,
        wish: Wish,
        shots: Sequence[Shot],
        noise: tuple[float, float],
        steps: int,
        weight: float,
    ) -> None:
        """
        Args:
            noise: noise at the first and the last of ``steps``, as parts of the schedule.
        """
        self._painter, self._wish = painter, wish
        self._noise, self._steps, self._weight = noise, steps, weight
        self._pool = []
        with torch.no_grad():
            for shot in shots:
                canvas = render(shot.view, shot.light, field)
                seen = observe(shot.view, shot.light, canvas, most=len(shot.view.points.pixel))
                self._pool.append(_Prepared(shot, control(shot.view, shot.light), canvas, seen))

    def loss(self, field: Field, step: int) -> torch.Tensor:
        """A number whose gradient is the painter's pull on the field."""
        item = self._pool[step % len(self._pool)]
        seen = item.observations
        colours = displayed(radiance(field(seen.position, seen.normal), seen.lit)).clamp(0.0, 1.0)
        picture = item.canvas.flatten(1).clone()
        pixel = item.shot.view.points.pixel
        picture[:, pixel] = colours.detach().T
        part = step / max(1, self._steps - 1)
        noise = self._noise[0] + (self._noise[1] - self._noise[0]) * part
        shot = dataclasses.replace(item.shot, seed=item.shot.seed + 7919 * step)
        picture = picture.reshape(item.canvas.shape)
        pull = self._painter.pull(self._wish, [shot], item.control[None], picture[None], noise)[0]
        pull = pull.flatten(1)[:, pixel].T
        size = pull.square().mean().sqrt()
        pull = pull * (LARGEST_PULL / size.clamp_min(LARGEST_PULL))
        weight = seen.weight[:, None]
        return self._weight * (weight * pull * colours).mean() / weight.mean()
