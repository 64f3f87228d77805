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
CLAUSE = r"[,;.:!?()\[\]/|]|\s-+\s"
"""Between what is said one after another."""
DENIED = r"\b(?:not|no|without|except|anything but)\b.*"
"""What it shall not be, to the end of its clause."""
SAYS_MORE = (
    r"(?<![\w-])(?:with|on|in|at|by|from|for|under|over|beside|near|before|behind|inside|that|which|wearing|holding|"
    r"carrying|(?:made|built|carved|full) (?:of|from)|(?!riding|showing)\w+ing(?= (?:an?|the|its|his|her|their)\b))"
    r"(?![\w-])"
)
"""What follows, to the end of the clause, is said of a thing that was named before."""
GOES_ON = r"(?<![\w-])(?:of|like|and|or|riding|showing)(?![\w-])"
"""Words between parts of which any may name the thing."""
AFTER_NAMES = re.compile(r"\w{2,}ing|\w{3,}ed|is|are|has|made|seen|built|full")
"""Words of what a thing does or what was done to it, which may follow its name."""
ONLY_SAY_HOW = {
    "model", "toy", "figurine", "miniature", "asset", "prop", "shape", "mesh", "object", "low", "poly", "realistic",
    "stylized", "cartoon", "detailed",
}  # fmt: skip
"""Words that may come after a thing's name and mean the thing."""
IRREGULAR = {"mice": "mouse"}
LONGEST = 2
"""Words of a name, at most."""


@functools.cache
def kinds(folder: Path = STARTER) -> tuple[tuple[str, ...], ...]:
    """Names of each kind, the usual one first. Empty where the file is missing or broken."""
    try:
        return tuple(tuple(names) for names in json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return ()


def chosen(card: Engine, prompt: str, painter: str) -> bool:
    """Whether an engine that takes pictures makes the prompt's thing without one: it knows it, and the artist has not
    chosen who should paint it."""
    return card.takes_picture and card.takes_prompt and not painter and named(prompt) is not None


def named(prompt: str, folder: Path = STARTER) -> int | None:
    """Number of the kind that a prompt is about; None where it names none.

    The first part that ends with a name counts: "a stone horse statue with a sword" is a statue, "a car tire" is none
    of them, for it is no car, and neither is "a knight with a sword".
    """
    numbers = numbers_of(folder)
    for clause in re.split(CLAUSE, " ".join(prompt.lower().split())):
        head = re.split(SAYS_MORE, re.sub(DENIED, "", clause), maxsplit=1)[0]
        for part in re.split(GOES_ON, head):
            words = [word for word in re.findall(r"[^\W\d_]{2,}", part) if word not in ONLY_SAY_HOW]
            ends = [len(words), *(place for place, word in enumerate(words) if AFTER_NAMES.fullmatch(word))]
            found = next((name for end in ends if (name := last_name(words[:end], numbers)) is not None), None)
            if found is not None:
                return found
    return None


@functools.cache
def numbers_of(folder: Path) -> dict[str, int]:
    """Numbers of the kinds by all of their names."""
    # What is one kind's usual name counts more than that it is another one's second name.
    numbers = {name: number for number, names in enumerate(kinds(folder)) for name in names[1:]}
    return numbers | {names[0]: number for number, names in enumerate(kinds(folder))}


def last_name(words: list[str], numbers: Mapping[str, int]) -> int | None:
    """Of the longest name that the words end with; a plural counts as its singular."""
    for length in range(min(LONGEST, len(words)), 0, -1):
        for name in singular(" ".join(words[-length:])):
            if name in numbers:
                return numbers[name]
    return None


def singular(word: str) -> Iterable[str]:
    """The word, and what it may be the plural of."""
    yield word
    yield IRREGULAR.get(word, word)
    for ending, instead in (("s", ""), ("es", ""), ("ves", "f"), ("ves", "fe"), ("ies", "y")):
        if word.endswith(ending):
            yield word.removesuffix(ending) + instead
