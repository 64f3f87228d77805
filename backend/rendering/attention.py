# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-attention of a UNet's decoder that looks at keyframes, too (Cai et al., "Generative Rendering", CVPR 2024).

*Collecting*: the keyframes attend to each other, and each layer keeps what went in (for keys and values) and what came
out, unified on the surface. *Showing*: other frames attend to themselves and the keyframes, and on surfaces the result
is blended with what the keyframes had there. Predictions with and without the prompt ("branches") never mix.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing
from collections.abc import Iterator, Mapping, Sequence

import torch

from .fusion import Footprints, Texture, gathered, shown


@dataclasses.dataclass
class _Kept:
    """What a layer remembers of the keyframes."""

    before: torch.Tensor
    """(branches, K tokens, C)"""
    after: Texture | None


class Sharing:
    """What the layers of one UNet share. Attached by :func:`sharing`."""

    def __init__(self, footprints: Mapping[int, Footprints]) -> None:
        """``footprints``: of all frames, by the number of tokens of a layer; layers of other sizes fuse nothing."""
        self._footprints = footprints
        self._kept: dict[str, _Kept] = {}
        self._frames: Sequence[int] = ()
        self._collecting = False
        self._strength = 0.0
        self._active = False

    @contextlib.contextmanager
    def collecting(self, frames: Sequence[int]) -> Iterator[None]:
        """While it lasts the batch holds these keyframes, for each branch after the other."""
        self._kept.clear()
        with self._during(frames, collecting=True):
            yield

    @contextlib.contextmanager
    def showing(self, frames: Sequence[int], strength: float) -> Iterator[None]:
        """While it lasts the batch holds these frames, for each branch after the other.

        Args:
            strength: how much of the keyframes' result is taken on surfaces, 0 to 1.
        """
        self._strength = strength
        with self._during(frames, collecting=False):
            yield

    @contextlib.contextmanager
    def _during(self, frames: Sequence[int], collecting: bool) -> Iterator[None]:
        self._frames, self._collecting, self._active = tuple(frames), collecting, True
        try:
            yield
        finally:
            self._active = False

    def attend(self, name: str, attn: typing.Any, hidden: torch.Tensor) -> torch.Tensor:
        """Attention (B, tokens, C) before the last projection, of a layer by its name."""
        batch, tokens, channels = hidden.shape
        query = attn.to_q(hidden)
        if not self._active:
            return _attention(attn, query, hidden)
        count = len(self._frames)
        branches = batch // count
        if self._collecting:
            together = hidden.reshape(branches, count * tokens, channels)
            result = _attention(attn, query, together.repeat_interleave(count, 0))
            surface = None
            if tokens in self._footprints:
                chosen = [self._footprints[tokens][frame] for frame in self._frames]
                by_frame = result.reshape(branches, count, tokens, -1)
                surface = gathered(chosen, by_frame, len(self._footprints[tokens].table))
            self._kept[name] = _Kept(together, surface)
            return result
        kept = self._kept[name]
        result = _attention(attn, query, torch.cat((hidden, kept.before.repeat_interleave(count, 0)), dim=1))
        if kept.after is None or self._strength == 0.0:
            return result
        result = result.reshape(branches, count, tokens, -1).clone()
        for index, frame in enumerate(self._frames):
            values, covered = shown(kept.after, self._footprints[tokens][frame])
            result[:, index, covered] = torch.lerp(result[:, index, covered], values[:, covered], self._strength)
        return result.reshape(batch, tokens, -1)


class SharingProcessor:
    """diffusers' interface of an attention layer, for self-attention."""

    def __init__(self, name: str, shared: Sharing) -> None:
        self._name, self._shared = name, shared

    def __call__(self, attn, hidden_states: torch.Tensor, *args, **options) -> torch.Tensor:
        result = self._shared.attend(self._name, attn, hidden_states)
        return attn.to_out[1](attn.to_out[0](result))


@contextlib.contextmanager
def sharing(unet: typing.Any, footprints: Mapping[int, Footprints]) -> Iterator[Sharing]:
    """Attach to the decoder's self-attention; afterwards, also after an exception, everything is as it was."""
    shared = Sharing(footprints)
    before = dict(unet.attn_processors)
    chosen = [name for name in before if name.startswith("up_blocks.") and ".attn1." in name]
    unet.set_attn_processor(
        before | {name: SharingProcessor(name, shared) for name in chosen}  # a new dict: diffusers empties it
    )
    try:
        yield shared
    finally:
        unet.set_attn_processor(before)


def _attention(attn, query: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
    """Scaled dot-product attention (B, tokens, inner) of queries to a context (B, others, C)."""
    batch, tokens, _ = query.shape
    heads = attn.heads

    def split(values: torch.Tensor) -> torch.Tensor:
        return values.reshape(batch, -1, heads, values.shape[-1] // heads).transpose(1, 2)

    found = torch.nn.functional.scaled_dot_product_attention(
        split(query), split(attn.to_k(context)), split(attn.to_v(context))
    )
    return found.transpose(1, 2).reshape(batch, tokens, -1).to(query.dtype)
