# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts as networks read them: one interface for the families SD 1.5 and SDXL.

SDXL reads each prompt with two text encoders, and besides it a summary of the prompt and the size of the picture
(Podell et al., "SDXL", 2023, section 2.2). A style picture joins in where the pipeline has an IP-Adapter.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing
from collections.abc import Iterator, Sequence

import torch


@dataclasses.dataclass(frozen=True)
class Reading:
    """B prompts as the networks take them."""

    text: torch.Tensor
    """(B, tokens, C)"""
    summary: torch.Tensor | None
    """(B, P) of SDXL, None for SD 1.5."""

    def at(self, index: Sequence[int]) -> Reading:
        return Reading(self.text[index], None if self.summary is None else self.summary[index])


class Prompter:
    """Reads prompts, each different one once, and the style picture."""

    def __init__(self, pipeline, device: torch.device, stays: bool = True) -> None:
        """``stays``: the text encoders stay on the device; else they are there only while they read."""
        self._pipeline = pipeline
        self._device = device
        self._stays = stays
        self._known: dict[str, Reading] = {}
        self._style: torch.Tensor | None = None
        self.is_xl = getattr(pipeline, "text_encoder_2", None) is not None

    def read(self, prompts: Sequence[str]) -> Reading:
        """In the type of the UNet, on the device. "" is what classifier-free guidance is trained with."""
        fresh = [prompt for prompt in dict.fromkeys(prompts) if prompt not in self._known]
        if fresh:
            encoders = [self._pipeline.text_encoder] + ([self._pipeline.text_encoder_2] if self.is_xl else [])
            with self._present(encoders), torch.no_grad():
                for prompt in fresh:
                    self._known[prompt] = self._read(prompt)
        known = [self._known[prompt] for prompt in prompts]
        summary = torch.cat([reading.summary for reading in known]) if self.is_xl else None
        return Reading(torch.cat([reading.text for reading in known]), summary)

    def show(self, picture, strength: float) -> None:
        """Take over the style of a picture (PIL) from now on; needs an IP-Adapter in the pipeline."""
        self._pipeline.set_ip_adapter_scale(strength)
        with self._present([self._pipeline.image_encoder]), torch.no_grad():
            (self._style,) = self._pipeline.prepare_ip_adapter_image_embeds([picture], None, self._device, 1, True)
        self._style = self._style.to(self._device, self._dtype)

    def for_pipeline(self, prompts: Sequence[str], negative: str, guided: bool) -> dict[str, typing.Any]:
        """Arguments of a pipeline's call. ``guided``: with a guidance scale above 1."""
        asked, unasked = self.read(prompts), self.read([negative] * len(prompts))
        values: dict[str, typing.Any] = {"prompt_embeds": asked.text, "negative_prompt_embeds": unasked.text}
        if self.is_xl:
            values |= {"pooled_prompt_embeds": asked.summary, "negative_pooled_prompt_embeds": unasked.summary}
        if self._style is not None:
            styles = self._styles(len(prompts))
            values["ip_adapter_image_embeds"] = [styles if guided else styles[len(prompts) :]]
        return values

    def for_networks(self, prompts: Sequence[str], size: tuple[int, int], plain: str = "") -> dict[str, typing.Any]:
        """Arguments of the UNet's and the ControlNet's calls for as many pictures.

        Args:
            size: height and width of the pictures in pixels.
            plain: a prompt that the style picture has no part in: the one that guidance leads away from.
        """
        reading = self.read(prompts)
        values: dict[str, typing.Any] = {"encoder_hidden_states": reading.text}
        conditions = {}
        if self.is_xl:
            sizes = torch.tensor([*size, 0, 0, *size], device=self._device, dtype=self._dtype)
            conditions["text_embeds"] = reading.summary
            conditions["time_ids"] = sizes.expand(len(prompts), -1)
        if self._style is not None:
            without, style = self._style.chunk(2)
            conditions["image_embeds"] = [torch.cat([without if text == plain else style for text in prompts])]
        if conditions:
            values["added_cond_kwargs"] = conditions
        return values

    @property
    def _dtype(self) -> torch.dtype:
        return self._pipeline.unet.dtype

    def _read(self, prompt: str) -> Reading:
        pipeline = self._pipeline
        found = pipeline.encode_prompt(
            prompt, device=self._device, num_images_per_prompt=1, do_classifier_free_guidance=False
        )
        text, summary = found[0], found[2] if self.is_xl else None
        if self.is_xl and not prompt and pipeline.config.force_zeros_for_empty_prompt:
            text, summary = torch.zeros_like(text), torch.zeros_like(summary)
        convert = {"device": self._device, "dtype": self._dtype}
        return Reading(text.to(**convert), None if summary is None else summary.to(**convert))

    def _styles(self, count: int) -> torch.Tensor:
        """(2 count, ...): of no picture, then of the picture."""
        without, style = self._style.chunk(2)
        return torch.cat((without.repeat_interleave(count, 0), style.repeat_interleave(count, 0)))

    @contextlib.contextmanager
    def _present(self, networks: Sequence[torch.nn.Module]) -> Iterator[None]:
        """While it lasts the networks are on the device."""
        for network in networks:
            network.to(self._device)
        yield
        if not self._stays:
            for network in networks:
                network.to("cpu")
