# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is put beside the UNet: attention among views, attention to the given picture, and where each camera stands.

The UNet's own layers stay as they are; each self-attention gets two more beside it, whose results are added (the paper,
section 3.2). Names are those of the public file.
"""

from __future__ import annotations

import contextlib
import math
import typing
from collections.abc import Iterator
from pathlib import Path

import torch
from diffusers import T2IAdapter
from diffusers.models.attention_processor import AttnProcessor2_0
from torch import nn
from torch.nn import functional

from ...diffusion import weights
from ...job import JobError

CAMERA_CHANNELS = 6
"""Direction of view and place of the camera, the same all over a picture."""
CAMERA_PARTS = "adapter."
"""What names of the network that reads cameras begin with."""
PROCESSOR = ".processor."


class Beside(nn.Module):
    """Two more attentions beside one of the UNet."""

    def __init__(self, width: int) -> None:
        super().__init__()
        for kind in ("mv", "ref"):
            for part in ("q", "k", "v"):
                setattr(self, f"to_{part}_{kind}", nn.Linear(width, width, bias=False))
            setattr(self, f"to_out_{kind}", nn.ModuleList([nn.Linear(width, width)]))

    def among_views(self, hidden: torch.Tensor, heads: int, views: int) -> torch.Tensor:
        """Of tokens (B views, rows columns, C): each row looks at the same row of all views.

        Cameras stand on one circle and look level, so what a point is in one view lies in the same row of the others.
        """
        side = math.isqrt(hidden.shape[1])
        assert side * side == hidden.shape[1], "views are square"

        def rows(values: torch.Tensor) -> torch.Tensor:  # (B rows, views columns, C)
            apart = values.unflatten(1, (side, side)).unflatten(0, (-1, views))
            return apart.transpose(1, 2).flatten(2, 3).flatten(0, 1)

        seen = _attention(*(rows(part(hidden)) for part in (self.to_q_mv, self.to_k_mv, self.to_v_mv)), heads)
        apart = seen.unflatten(1, (views, side)).unflatten(0, (-1, side))
        return self.to_out_mv[0](apart.transpose(1, 2).flatten(0, 1).flatten(1, 2))

    def to_picture(self, hidden: torch.Tensor, picture: torch.Tensor, heads: int) -> torch.Tensor:
        """Of tokens (B, N, C) to those of the given picture (B, T, C)."""
        seen = _attention(self.to_q_ref(hidden), self.to_k_ref(picture), self.to_v_ref(picture), heads)
        return self.to_out_ref[0](seen)


def _attention(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, heads: int) -> torch.Tensor:
    query, key, value = (part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in (query, key, value))
    return functional.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)


class Adapter(nn.Module):
    """Beside all self-attention of a UNet, and the network that reads cameras."""

    def __init__(self, unet: nn.Module, views: int, factor: int = 8) -> None:
        """``factor``: pixels along a side of a latent."""
        super().__init__()
        self.views = views
        names = [name for name in unet.attn_processors if ".attn1." in name]
        self.names = [name.removesuffix(".processor") for name in names]
        widths = [unet.get_submodule(name).to_q.in_features for name in self.names]
        self.layers = nn.ModuleList(Beside(width) for width in widths)
        # SDXL's first level has no attention: pictures are folded to the size of its second.
        channels = list(unet.config.block_out_channels)
        self.cameras = T2IAdapter(
            CAMERA_CHANNELS, [*channels, channels[-1]], num_res_blocks=2, downscale_factor=2 * factor,
            adapter_type="full_adapter_xl",
        )  # fmt: skip
        self._reading: dict[str, torch.Tensor] | None = None
        self._given: dict[str, torch.Tensor] = {}

    def names_of_file(self) -> dict[str, torch.Tensor]:
        """All weights by the names that the public file has for them."""
        found = dict(self.cameras.state_dict())
        for name, layer in zip(self.names, self.layers, strict=True):
            found |= {f"{name}{PROCESSOR}{part}": value for part, value in layer.state_dict().items()}
        return found

    def load(self, path: Path, dtype: torch.dtype) -> None:
        """JobError for a file that is missing weights or has others."""
        tensors = weights.read([path])
        fault = weights.difference(
            {name: tuple(value.shape) for name, value in self.names_of_file().items()},
            {name: tuple(value.shape) for name, value in tensors.items()},
        )
        if fault:
            raise JobError(
                "bad_input", f"{path} is no MV-Adapter for this model: {fault}.",
                "Download it again, and Stable Diffusion XL with it.",
            )  # fmt: skip
        tensors = {name: tensor.to(dtype) for name, tensor in tensors.items()}
        cameras = {name: tensor for name, tensor in tensors.items() if name.startswith(CAMERA_PARTS)}
        self.cameras.load_state_dict(cameras, assign=True)
        for name, layer in zip(self.names, self.layers, strict=True):
            start = f"{name}{PROCESSOR}"
            layer.load_state_dict(
                {part.removeprefix(start): value for part, value in tensors.items() if part.startswith(start)},
                assign=True,
            )
        self.eval().requires_grad_(False)

    @contextlib.contextmanager
    def joined(self, unet: typing.Any) -> Iterator[None]:
        """Inside, the UNet's self-attention has these layers beside it. Afterwards it is as it was."""
        before = dict(unet.attn_processors)
        mine = {
            f"{name}.processor": _Processor(name, layer, self)
            for name, layer in zip(self.names, self.layers, strict=True)
        }
        unet.set_attn_processor(before | mine)
        try:
            yield
        finally:
            unet.set_attn_processor(before)

    @contextlib.contextmanager
    def reading(self) -> Iterator[dict[str, torch.Tensor]]:
        """Inside, the UNet answers as without an adapter; what each layer got of the picture is in the result."""
        self._reading = {}
        try:
            yield self._reading
        finally:
            self._reading = None

    def give(self, picture: dict[str, torch.Tensor]) -> None:
        """The tokens (1, T, C) that each layer looks at from now on. Predictions without a prompt see none of it."""
        self._given = picture

    def attend(self, name: str, layer: Beside, heads: int, hidden: torch.Tensor) -> torch.Tensor | None:
        """What is added to a layer's own result of (2 views, N, C), first those without a prompt; None for nothing."""
        if self._reading is not None:
            self._reading[name] = hidden
            return None
        given = self._given[name]
        both = torch.cat((torch.zeros_like(given), given)).repeat_interleave(len(hidden) // 2, 0)
        return layer.among_views(hidden, heads, self.views) + layer.to_picture(hidden, both, heads)


class _Processor:
    """diffusers' interface of an attention layer."""

    def __init__(self, name: str, layer: Beside, adapter: Adapter) -> None:
        self._name, self._layer, self._adapter = name, layer, adapter
        self._own = AttnProcessor2_0()

    def __call__(self, attn, hidden_states: torch.Tensor, *args, **options) -> torch.Tensor:
        result = self._own(attn, hidden_states, *args, **options)
        added = self._adapter.attend(self._name, self._layer, attn.heads, hidden_states)
        return result if added is None else result + added
