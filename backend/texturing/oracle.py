# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A painter that knows the answer: everything but the model can be measured with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import torch

from ..shading.environment import Light
from .appearance import TextureFunction
from .painter import Shot, Start, Wish
from .views import render


@dataclasses.dataclass(frozen=True)
class Oracle:
    """Renders a known texture from the asked cameras under the asked lights: an ideal denoiser's pictures."""

    texture: TextureFunction
    size: int = 128
    leak: float = 0.0
    """Part of a light of its own that it mixes into every picture: 1 for a painter that ignores what it is asked."""
    hidden: tuple[Light, ...] = ()
    """These lights; by the shot's seed, so one alone is the same bias in all pictures."""

    def paint(
        self,
        wish: Wish,
        shots: Sequence[Shot],
        controls: torch.Tensor,
        start: Start | None,
        on_step: Callable[[float], None],
    ) -> torch.Tensor:
        pictures = []
        for index, shot in enumerate(shots):
            pictures.append(self._picture(shot))
            on_step((index + 1) / len(shots))
        return torch.stack(pictures)

    def pull(
        self, wish: Wish, shots: Sequence[Shot], controls: torch.Tensor, pictures: torch.Tensor, noise: float
    ) -> torch.Tensor:
        """An exact denoiser's gradient is the distance to the true picture, up to a factor that depends on noise."""
        return pictures - torch.stack([self._picture(shot) for shot in shots])

    def _picture(self, shot: Shot) -> torch.Tensor:
        true = render(shot.view, shot.light, self.texture)
        if not self.leak:
            return true
        other = render(shot.view, self.hidden[shot.seed % len(self.hidden)], self.texture)
        return torch.lerp(true, other, self.leak)
