# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second network of variational score distillation: a LoRA on the frozen UNet that learns what there is now.

Wang et al., "ProlificDreamer", 2023, section 3.2, with low-rank layers (Hu et al., "LoRA", 2021) beside the linear
layers of all attention, and where the camera stands added to the embedding of the noise step. The UNet itself is never
changed: outside :meth:`Own.joined` it answers as before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import torch
from torch import nn

from .guidance import Noised, Predict, noised, own_loss

ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
"""What names of the layers end with that get a low-rank layer beside them."""
CAMERA = 12
"""Numbers that say where a camera stands: the first three rows of its matrix. All zeros: not said."""
UNSAID = 0.1
"""Part of the pictures that are learned without their camera."""


class Own(nn.Module):
    """Low-rank layers beside those of any UNet of diffusers with attention; in float32 on the UNet's device."""

    def __init__(self, unet: nn.Module, rank: int = 4) -> None:
        super().__init__()
        found = [module for name, module in unet.named_modules() if name.endswith(ATTENTION)]
        assert found, "a UNet without attention"
        self._beside = list(zip(found, (LowRank(layer, rank) for layer in found), strict=True))
        self.layers = nn.ModuleList(layer for _, layer in self._beside)
        self._embedding = [unet.time_embedding]  # in a list, or it would count as a part of this module
        device = next(unet.parameters()).device
        width = unet.time_embedding.linear_2.out_features
        self.camera = nn.Sequential(nn.Linear(CAMERA, width), nn.SiLU(), nn.Linear(width, width)).to(device)
        nn.init.zeros_(self.camera[2].weight)
        nn.init.zeros_(self.camera[2].bias)

    @contextlib.contextmanager
    def joined(self, cameras: torch.Tensor | None = None) -> Iterator[None]:
        """Inside, the UNet answers with these layers, for pictures from cameras (B, CAMERA)."""
        hooks = [module.register_forward_hook(layer.beside) for module, layer in self._beside]
        if cameras is not None:
            said = cameras.float().abs().amax(dim=1, keepdim=True) > 0
            added = self.camera(cameras.float()) * said
            hooks.append(self._embedding[0].register_forward_hook(lambda _, given, out: out + added.to(out.dtype)))
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def predictor(self, predict: Predict, cameras: torch.Tensor | None = None) -> Predict:
        """The same prediction with these layers joined in."""

        def own(mixed: torch.Tensor, step: torch.Tensor, prompts: Sequence[str]) -> torch.Tensor:
            with self.joined(cameras):
                return predict(mixed, step, prompts)

        return own


class LowRank(nn.Module):
    """up(down(x)) beside a linear layer; nothing at first."""

    def __init__(self, layer: nn.Linear, rank: int) -> None:
        super().__init__()
        self.down = nn.Linear(layer.in_features, rank, bias=False, device=layer.weight.device)
        self.up = nn.Linear(rank, layer.out_features, bias=False, device=layer.weight.device)
        nn.init.normal_(self.down.weight, std=1.0 / rank)
        nn.init.zeros_(self.up.weight)

    def beside(self, layer: nn.Module, given: tuple[torch.Tensor, ...], out: torch.Tensor) -> torch.Tensor:
        """A forward hook of the layer."""
        return out + self.up(self.down(given[0].float())).to(out.dtype)


def keep_up(
    own: Own,
    predict: Predict,
    latents: torch.Tensor,
    cameras: torch.Tensor | None,
    abar: torch.Tensor,
    prompts: Sequence[str],
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
) -> float:
    """One step of learning what latents (B, C, H, W) there are now; the loss. ``generator`` lies on the CPU."""
    step = torch.randint(1, len(abar) - 1, (len(latents),), generator=generator).to(latents.device)
    noise = torch.randn(latents.shape, generator=generator).to(latents.device)
    if cameras is not None:
        said = torch.rand(len(cameras), 1, generator=generator) >= UNSAID
        cameras = cameras * said.to(cameras)
    at: Noised = noised(latents, abar, step, noise)
    loss = own_loss(own.predictor(predict, cameras), at, prompts)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return float(loss.detach())
