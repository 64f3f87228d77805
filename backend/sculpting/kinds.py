# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kind of thing a prompt names, of those that the sculptor knows. Standard library only: panels ask, too."""

from __future__ import annotations

import functools
import json
import re
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path

if typing.TYPE_CHECKING:
    from ..engines.cards import Engine

FILE = "kinds.json"
"""Beside the weights: a list of [name, other names...], in the order of the network's numbers."""
STARTER = Path(__file__).resolve().parents[1] / "starter" / "sculptor"
BEGINS_ANOTHER = (
    r"\b(?:with|on|in|of|at|by|from|for|under|over|beside|near|and|before|behind|inside|that|which|like|made|seen|shaped|"
    r"full|wearing|holding|riding|sitting|standing|lying|walking|running|flying)\b|[,;.:]"
)
"""What follows says more about a thing that was named before."""
ONLY_SAY_HOW = {"model", "toy", "figurine", "miniature", "asset", "prop", "shape", "mesh", "object"}
"""Words that may come after a thing's name and mean the thing."""


@functools.cache
def kinds(folder: Path = STARTER) -> tuple[tuple[str, ...], ...]:
    """Names of each kind, the usual one first. Empty without the file."""
    path = folder / FILE
    if not path.is_file():
        return ()
    return tuple(tuple(names) for names in json.loads(path.read_text(encoding="utf-8")))


def chosen(card: Engine, prompt: str, painter: str) -> bool:
    """Whether an engine that takes pictures makes the prompt's thing without one: it knows it, and the artist has not
    chosen who should paint it."""
    return card.takes_picture and card.takes_prompt and not painter and named(prompt) is not None


def named(prompt: str, folder: Path = STARTER) -> int | None:
    """Number of the kind that a prompt is about; None where it names none.

    The first part that ends with a name counts: "a stone horse statue with a sword" is a statue, and "a car tire" is
    none of them, for it is no car.
    """
    # What is one kind's usual name counts more than that it is another one's second name.
    numbers = {name: number for number, names in enumerate(kinds(folder)) for name in names[1:]}
    numbers |= {names[0]: number for number, names in enumerate(kinds(folder))}
    for part in re.split(BEGINS_ANOTHER, prompt.lower()):
        words = [word for word in re.findall(r"[^\W\d_]{2,}", part) if word not in ONLY_SAY_HOW]
        found = last_name(words, numbers)
        if found is not None:
            return found
    return None


def last_name(words: list[str], numbers: Mapping[str, int]) -> int | None:
    """Of the longest name that the words end with; a plural counts as its singular."""
    for begin in range(len(words)):
        for name in singular(" ".join(words[begin:])):
            if name in numbers:
                return numbers[name]
    return None


def singular(word: str) -> Iterable[str]:
    """The word, and what it may be the plural of."""
    yield word
    for ending, instead in (("s", ""), ("es", ""), ("ves", "f"), ("ves", "fe"), ("ies", "y")):
        if word.endswith(ending):
            yield word.removesuffix(ending) + instead
