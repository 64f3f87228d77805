# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a model needs of a device's memory, and how it is made to fit. Standard library only: the panels show it.

Weights are counted exactly, from the heads of their files. What the networks need besides is, but for ENCODING, an
estimate on the safe side, from the figures of others and not measured by us.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

from ..job import JobError

UNIT = 64 * 64
"""Latent pixels that ACTIVATIONS are given for: a picture of 512 pixels."""
ACTIVATIONS = 0.35e9
"""Bytes of the UNet and its ControlNet for one picture of UNIT latents, in half precision. Batches count twice, for the
prediction without the prompt."""
DECODING = 1.1e9
"""Bytes of decoding one picture of UNIT latents in half precision; in tiles, this is all that larger ones need."""
ENCODING = 1.6e9
"""Bytes that score distillation keeps of encoding one picture of UNIT latents in half precision, to go back through it.
Counted for the autoencoder of Stable Diffusion: 12.1 kB a pixel in full precision, parameters frozen."""
OVERHEAD = 0.6e9
"""Of the driver, and of memory in pieces."""
SHARE = 0.92
"""Part of the free memory that is planned with: Blender draws with the same card."""
STREAMED = 0.06
"""Part of the weights that are on the device at once when layers come and go."""
BATCHES = (4, 2, 1)
SHEET_FROM = 512
"""Size of a model's pictures from which on the first views are painted as one: smaller models never saw any."""
LARGEST_SHEET = 1024
"""Pixels along a side of these: SD 1.5 repeats itself in larger ones, and SDXL was trained for this size."""
GIGABYTE = 1e9


@dataclasses.dataclass(frozen=True)
class Device:
    """What computes."""

    kind: str
    """"cpu", "cuda" or "mps"."""
    name: str
    free: float
    """Bytes; infinite where none is counted."""
    bfloat16: bool
    """Computes in that type as fast as in float16."""


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Parameters of a job's networks."""

    unet: int
    control: int
    text: int
    autoencoder: int
    style: int = 0
    """Of an IP-Adapter's image encoder."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """How a model is put onto a device."""

    dtype: str
    """Of all networks but the autoencoder: a name in torch."""
    autoencoder_dtype: str
    """float16 is too narrow for the autoencoder of SDXL."""
    batch: int
    """Pictures at once."""
    text_stays: bool
    """Text encoders stay on the device; else they are there only while they read."""
    tiles: bool
    """Pictures are decoded in tiles, one after the other."""
    streamed: bool
    """The layers of UNet and ControlNet are on the device only while they compute."""
    bytes: float
    """Of the device's memory, about."""

    def words(self) -> str:
        """For the log and the panels."""
        parts = [f"about {self.bytes / GIGABYTE:.1f} GB"]
        parts += ["text encoders leave after reading"] * (not self.text_stays)
        parts += ["decoding in tiles"] * self.tiles
        parts += ["layers come and go, which is slow"] * self.streamed
        return ", ".join(parts)


def sheet_side(size: int) -> int:
    """Pixels along a side of a picture of four views, for a model of pictures of this size; 0 if it paints none."""
    return min(2 * size, LARGEST_SHEET) if size >= SHEET_FROM else 0


def types(device: Device) -> tuple[str, str]:
    """Of the networks and of the autoencoder, names in torch.

    Processors compute fastest in full precision. The public weights were made for float16, which is finer than
    bfloat16; autoencoders overflow in it.
    """
    if device.kind == "cpu":
        return "float32", "float32"
    return "float16", "bfloat16" if device.bfloat16 and device.kind == "cuda" else "float32"


def plans(
    device: Device, sizes: Sizes, single: int, sheet: int = 0, factor: int = 8, distills: bool = False
) -> Iterator[Plan]:
    """From the fastest to the one that needs least.

    Args:
        single: pixels along a side of the pictures that are painted in batches.
        sheet: pixels along a side of a picture of several views, which is painted alone; 0 if there is none.
        factor: pixels along a side of one latent.
        distills: gradients of single pictures go back through the autoencoder's encoder.
    """
    dtype, autoencoder_dtype = types(device)
    width, autoencoder_width = (4 if name == "float32" else 2 for name in (dtype, autoencoder_dtype))
    one, all_views = ((side / factor) ** 2 / UNIT for side in (single, sheet))
    steps = [(False, False, True), (False, False, False), (True, False, False), (True, True, False)]
    for (tiles, streamed, text_stays), batch in itertools.product(steps, BATCHES):
        kept = (sizes.unet + sizes.control) * width
        total = OVERHEAD + sizes.autoencoder * autoencoder_width
        total += STREAMED * kept if streamed else kept
        readers = (sizes.text + sizes.style) * width
        painting = 2 * max(batch * one, all_views) * ACTIVATIONS * width / 2
        largest = max(one, all_views)
        decoding = (min(1.0, largest) if tiles else largest) * DECODING * autoencoder_width / 2
        # What the encoder keeps stays until the networks have judged the picture.
        distilling = one * (ENCODING * autoencoder_width + 2 * ACTIVATIONS * width) / 2 if distills else 0.0
        # Reading, painting, distilling and decoding come one after the other.
        working = max(painting, distilling, decoding)
        total += readers + working if text_stays else max(readers, working)
        yield Plan(dtype, autoencoder_dtype, batch, text_stays, tiles, streamed, total)


def plan(device: Device, sizes: Sizes, single: int, sheet: int = 0, factor: int = 8, distills: bool = False) -> Plan:
    """The fastest plan that fits. JobError if none does."""
    found = list(plans(device, sizes, single, sheet, factor, distills))
    for one in found:
        if one.bytes <= device.free * SHARE:
            return one
    raise JobError(
        "out_of_memory",
        f"The model needs about {found[-1].bytes / GIGABYTE:.1f} GB of {device.name}, "
        f"and {device.free / GIGABYTE:.1f} GB are free.",
        "Close other programs, choose a smaller model, or CPU as the device in the preferences.",
    )
