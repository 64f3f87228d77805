# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any pipeline of the families SD 1.5 and SDXL as the model of :mod:`.distil`."""

from __future__ import annotations

import torch

from ..diffusion import predict
from ..diffusion.conditioning import Prompter
from ..diffusion.guidance import Predict
from ..diffusion.own import Own


class DiffusersModel:
    """See :class:`.distil.Model`. A pipeline with a ControlNet is shown the controls of each picture."""

    def __init__(self, pipeline, device: torch.device, strength: float = 1.0, rank: int = 4) -> None:
        """
        Args:
            strength: factor on what the ControlNet adds.
            rank: of VSD's second network.
        """
        self._pipeline, self._strength, self._rank = pipeline, strength, rank
        self._prompter = Prompter(pipeline, device)
        self._device = device
        self.size = pipeline.unet.config.sample_size * pipeline.vae_scale_factor
        self.abar = pipeline.scheduler.alphas_cumprod

    def encode(self, pictures: torch.Tensor) -> torch.Tensor:
        return predict.encoded(self._pipeline.vae, pictures.to(self._device)).float()

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        return predict.decoded(self._pipeline.vae, latents).float()

    def predictor(self, controls: torch.Tensor | None) -> Predict:
        shown = None
        if controls is not None and getattr(self._pipeline, "controlnet", None) is not None:
            shown = predict.Controls(controls.to(self._device, self._pipeline.unet.dtype), self._strength)
        return predict.predictor(self._pipeline, self._prompter, (self.size, self.size), shown)

    def own(self) -> Own:
        return Own(self._pipeline.unet, self._rank)
