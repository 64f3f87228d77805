# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who makes pictures of the mesh: a diffusion model behind the smallest interface that texturing needs."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Sequence

import torch

from ..shading.environment import Light
from .cameras import Place
from .views import View


@dataclasses.dataclass(frozen=True)
class Shot:
    """One picture to be made: a view under a light."""

    place: Place
    view: View
    light: Light
    seed: int
    """Of the picture's noise. One view under several lights keeps its noise, so that its pattern stays."""


@dataclasses.dataclass(frozen=True)
class Wish:
    """What all pictures of a job have in common."""

    prompt: str
    negative: str
    steps: int
    guidance: float
    control: float
    """Factor on what the control network adds."""


@dataclasses.dataclass(frozen=True)
class Start:
    """Pictures to set out from."""

    pictures: torch.Tensor
    """(V, 3, S, S) display-encoded."""
    strength: float
    """Share of the noise they are given, 0 to 1: 1 forgets them."""


class Painter(typing.Protocol):
    """Pictures are (V, 3, S, S) float32, display-encoded sRGB in [0, 1]; so are controls (see views.control)."""

    @property
    def size(self) -> int:
        """S that the painter is best at."""

    def paint(
        self,
        wish: Wish,
        shots: Sequence[Shot],
        controls: torch.Tensor,
        start: Start | None,
        on_step: Callable[[float], None],
    ) -> torch.Tensor:
        """Pictures of the shots. ``on_step`` hears the done part, 0 to 1, and may raise to stop."""

    def pull(
        self, wish: Wish, shots: Sequence[Shot], controls: torch.Tensor, pictures: torch.Tensor, noise: float
    ) -> torch.Tensor:
        """Score distillation: the gradient (V, 3, S, S) that makes pictures likelier when it is gone down.

        Poole et al., "DreamFusion", 2023. ``noise`` is the noise step as a part of all, 0 to 1.
        """
