# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The colour words, as ranges in OKLCH, and conversions into linear Rec.709."""

from __future__ import annotations

import dataclasses
import math

import torch

from .draw import Draw


@dataclasses.dataclass(frozen=True)
class Colour:
    """A colour word: the OKLCH box from which its tones are drawn."""

    name: str
    lightness: tuple[float, float]
    chroma: tuple[float, float]
    hue: tuple[float, float]
    """Degrees; the second may exceed 360."""
    synonyms: tuple[str, ...] = ()

    def draw(self, draw: Draw) -> torch.Tensor:
        """(3,) linear albedo of one tone of this colour."""
        tone = [draw.uniform(*self.lightness), draw.uniform(*self.chroma), draw.uniform(*self.hue)]
        return oklch(*tone).to(draw.device)


COLOURS: tuple[Colour, ...] = (
    Colour("red", (0.50, 0.58), (0.19, 0.23), (24, 31), ("crimson", "scarlet")),
    Colour("orange", (0.69, 0.75), (0.16, 0.19), (50, 60), ("tangerine",)),
    Colour("yellow", (0.85, 0.90), (0.15, 0.18), (93, 102), ("lemon yellow",)),
    Colour("lime", (0.83, 0.88), (0.19, 0.22), (122, 130), ("lime green",)),
    Colour("green", (0.56, 0.64), (0.16, 0.19), (141, 148), ("grass green",)),
    Colour("dark green", (0.33, 0.39), (0.07, 0.09), (148, 160), ("forest green", "bottle green")),
    Colour("olive", (0.49, 0.56), (0.085, 0.11), (112, 121), ("olive green", "khaki")),
    Colour("turquoise", (0.70, 0.77), (0.10, 0.13), (186, 196), ("cyan", "aqua")),
    Colour("teal", (0.44, 0.50), (0.07, 0.085), (195, 207), ("petrol",)),
    Colour("light blue", (0.76, 0.82), (0.08, 0.11), (233, 243), ("sky blue", "baby blue")),
    Colour("blue", (0.45, 0.53), (0.20, 0.25), (259, 265), ("royal blue", "cobalt blue")),
    Colour("navy", (0.25, 0.31), (0.08, 0.12), (262, 270), ("dark blue", "navy blue")),
    Colour("purple", (0.40, 0.48), (0.17, 0.22), (299, 309), ("violet",)),
    Colour("lavender", (0.74, 0.80), (0.08, 0.11), (298, 308), ("lilac",)),
    Colour("magenta", (0.57, 0.64), (0.22, 0.26), (344, 354), ("fuchsia", "hot pink")),
    Colour("pink", (0.79, 0.85), (0.09, 0.12), (358, 370), ("rose",)),
    Colour("maroon", (0.33, 0.38), (0.11, 0.14), (17, 25), ("burgundy", "dark red")),
    Colour("brown", (0.38, 0.45), (0.065, 0.085), (48, 58), ("chestnut",)),
    Colour("beige", (0.82, 0.88), (0.035, 0.055), (78, 90), ("cream", "tan")),
    Colour("white", (0.94, 0.97), (0.0, 0.008), (60, 120)),
    Colour("grey", (0.52, 0.62), (0.0, 0.008), (220, 280), ("gray",)),
    Colour("black", (0.17, 0.22), (0.0, 0.008), (220, 280), ("jet black",)),
)


def apart(one: Colour, other: Colour) -> float:
    """Distance of the middles of two colour words in OKLab; from 0.3 on they make a pattern that stands out."""
    tones = []
    for colour in (one, other):
        lightness, chroma, hue = (sum(span) / 2 for span in (colour.lightness, colour.chroma, colour.hue))
        tones.append((lightness, chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))))
    return math.dist(*tones)


def oklch(lightness: float, chroma: float, hue: float) -> torch.Tensor:
    """(3,) linear Rec.709 of an OKLCH colour (Ottosson, "A perceptual color space for image processing", 2020).

    Where the colour is outside the gamut its chroma is lowered until it fits.
    """
    while True:
        a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
        long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        linear = (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )
        if chroma < 0.005 or (min(linear) >= 0 and max(linear) <= 1):
            return torch.tensor(linear).clamp(0, 1)
        chroma *= 0.96


def to_oklch(linear: torch.Tensor) -> torch.Tensor:
    """(..., 3) lightness, chroma, hue in degrees of linear Rec.709 colours; the inverse of ``oklch``."""
    to_lms = torch.tensor(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = torch.tensor(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    lab = (linear @ to_lms.t().to(linear)).clamp_min(0).pow(1 / 3) @ to_lab.t().to(linear)
    chroma = lab[..., 1:].norm(dim=-1)
    hue = torch.rad2deg(torch.atan2(lab[..., 2], lab[..., 1])) % 360
    return torch.stack([lab[..., 0], chroma, hue], dim=-1)


def srgb(code: str, draw: Draw, lightness: float = 0.0, hue: float = 0.0, chroma: float = 0.0) -> torch.Tensor:
    """(3,) linear Rec.709 of a display colour such as "8a5a33", varied by at most the given amounts.

    lightness in OKLCH units, hue in degrees, chroma as a fraction.
    """
    encoded = torch.tensor([int(code[index : index + 2], 16) / 255 for index in (0, 2, 4)])
    linear = torch.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    if lightness or hue or chroma:
        tone = to_oklch(linear).tolist()
        linear = oklch(
            min(max(tone[0] + draw.uniform(-lightness, lightness), 0.05), 0.98),
            tone[1] * (1 + draw.uniform(-chroma, chroma)),
            tone[2] + draw.uniform(-hue, hue),
        )
    return linear.to(draw.device)


def luminance(linear: torch.Tensor) -> torch.Tensor:
    """(...) relative luminance of (..., 3) linear Rec.709."""
    return linear @ linear.new_tensor([0.2126, 0.7152, 0.0722])


def ramp(value: torch.Tensor, stops: tuple[float, ...], colours: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """(N, 3) colours interpolated linearly at value (N,) between rising stops."""
    result = colours[0].expand(len(value), 3)
    for low, high, colour in zip(stops[:-1], stops[1:], colours[1:]):
        result = torch.lerp(result, colour.expand(len(value), 3), ((value - low) / (high - low)).clamp(0, 1)[:, None])
    return result
