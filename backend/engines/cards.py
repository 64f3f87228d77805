# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cards of the engines. Standard library only: the panels show them, too.

An engine that needs weights names the model that brings them, see :mod:`..models.registry`: license, size, revision and
download are that card's.
"""

from __future__ import annotations

import dataclasses

from ..models import registry
from ..models.registry import Licence

EVERYWHERE = ""


@dataclasses.dataclass(frozen=True)
class Engine:
    """What the artist has to know before choosing one."""

    id: str
    title: str
    purpose: str
    code: Licence
    """Of the program that computes: Galatea's own code, a library, or somebody else's server."""
    weights: Licence
    takes_picture: bool
    takes_prompt: bool
    """Reads the sentence itself; one that takes pictures, too, does so where it knows the thing that is named. Others
    get a picture that the painter makes of it."""
    model: str = ""
    """Id of the model in the registry that must be downloaded; "" for none."""
    base: str = ""
    """Id of another one that it works on, whose folder lies beside; "" for none."""
    server: bool = False
    """Computes in another program, which the artist has started and whose address is asked for."""
    apart: bool = True
    """Computes in a process of its own, whose end gives all memory back and whose crash is nobody else's."""
    gigabytes: float = 0.0
    """Of graphics memory, about; 0 where none is needed."""
    minutes_without_card: float | None = None
    """About, on two processor cores; None where there is no way without a graphics card."""
    territory: str = EVERYWHERE
    """Where its license does not hold, as a part of a sentence; "" if it holds everywhere."""
    tried: bool = False
    """Whether anybody has run it with Galatea on its real weights."""

    @property
    def commercial(self) -> bool:
        """Whether results may be sold, everywhere, by the licenses of code and weights."""
        return self.code.commercial is True and self.weights.commercial is True and self.territory == EVERYWHERE

    @property
    def megabytes(self) -> int:
        """Of all downloads, about; 0 for none."""
        return sum(registry.card(id).megabytes for id in (self.model, self.base) if id)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What to be careful about, a sentence each."""
        found = []
        if not self.tried:
            found.append("Not yet run on real weights: tested on tiny ones of the same layout.")
        if self.territory:
            found.append(f"Its license does not hold {self.territory}.")
        if not self.commercial:
            found.append("Results may perhaps not be sold: read its license.")
        return tuple(found)


GALATEA = Licence(
    "GPL-3.0-or-later",
    "https://www.gnu.org/licenses/gpl-3.0.html",
    "Galatea's own code. It claims nothing of what you make with it.",
    commercial=True,
)
APACHE_LIBRARY = Licence(
    "Apache-2.0",
    "https://github.com/huggingface/diffusers/blob/main/LICENSE",
    "The library diffusers, which claims nothing of what you make with it.",
    commercial=True,
)
NO_LICENCE_SHOWN = Licence(
    "",
    "https://github.com/pwilkin/trellis.cpp",
    "A program of its own that you install; its page showed no license when Galatea looked. Ask its makers.",
    commercial=None,
)
TRELLIS_WEIGHTS = Licence(
    "MIT, and DINOv3's",
    "https://huggingface.co/microsoft/TRELLIS.2-4B",
    "The model is MIT. The image encoder that it looks through, DINOv3, has Meta's license: commercial use is allowed "
    "within a list of forbidden ones.",
    commercial=True,
)

OWN_WEIGHTS = Licence(
    "CC0-1.0",
    "https://creativecommons.org/publicdomain/zero/1.0/",
    "Trained by this project on shapes that it makes by formula. Do with it and its results what you like.",
    commercial=True,
)

ENGINES = (
    Engine(
        "starter", "Starter", "A rough shape in seconds on any machine. It ships with Galatea; nothing is downloaded.",
        GALATEA, OWN_WEIGHTS, takes_picture=True, takes_prompt=True, apart=False, tried=True,
    ),
    Engine(
        "triposr", "TripoSR", "One picture, one pass: shape and colors in seconds on a graphics card.",
        GALATEA, registry.MIT, takes_picture=True, takes_prompt=False, model="triposr", gigabytes=6.0,
        minutes_without_card=4.0,
    ),
    Engine(
        "shap-e", "Shap-E, text", "A sentence becomes a rough mesh, without a picture in between.",
        APACHE_LIBRARY, registry.MIT, takes_picture=False, takes_prompt=True, model="shap-e", gigabytes=4.0,
        minutes_without_card=90.0,
    ),
    Engine(
        "shap-e-picture", "Shap-E, picture", "A rough mesh of the kind of thing that a picture shows.",
        APACHE_LIBRARY, registry.MIT, takes_picture=True, takes_prompt=False, model="shap-e-picture", gigabytes=4.0,
        minutes_without_card=90.0,
    ),
    Engine(
        "triposg", "TripoSG", "One picture becomes a fine shape without colors: press Texture next.",
        GALATEA, registry.MIT, takes_picture=True, takes_prompt=False, model="triposg", gigabytes=8.0,
        minutes_without_card=240.0,
    ),
    Engine(
        "mv-adapter", "MV-Adapter", "Stable Diffusion XL paints six views of what a picture shows; they become a mesh.",
        GALATEA, registry.APACHE_ON_RAIL, takes_picture=True, takes_prompt=False, model="mv-adapter", base="sdxl",
        gigabytes=16.0,
    ),
    Engine(
        "trellis2", "TRELLIS.2 server", "The finest open meshes, by a program of its own: trellis.cpp's server.",
        NO_LICENCE_SHOWN, TRELLIS_WEIGHTS, takes_picture=True, takes_prompt=False, server=True, apart=False,
        gigabytes=16.0,
    ),
)  # fmt: skip
"""The first is the one to begin with."""


def engine(id: str) -> Engine:
    """The card of this id. KeyError when there is none."""
    return {card.id: card for card in ENGINES}[id]


def shown(only_commercial: bool) -> list[Engine]:
    """The engines to choose from; with ``only_commercial`` those alone whose results may be sold everywhere."""
    return [card for card in ENGINES if card.commercial or not only_commercial]
