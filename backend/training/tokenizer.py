# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CLIP tokenizer whose vocabulary is made from the caption grammar."""

from __future__ import annotations

import itertools
import json
import typing
from collections.abc import Iterable
from pathlib import Path

from .architecture import TEXT_LENGTH

if typing.TYPE_CHECKING:
    from transformers import CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"


def make_tokenizer(words: Iterable[str], folder: Path) -> CLIPTokenizer:
    """Write a tokenizer to ``folder`` in which each of ``words`` (lower case) is one token, and load it.

    Byte-pair encoding as in CLIP: words outside the vocabulary fall apart into the letters and pieces that are
    known, so every prompt can be written, if not understood.
    """
    from transformers import CLIPTokenizer

    letters = sorted(_byte_letters().values())
    tokens = letters + [letter + "</w>" for letter in letters]
    merges: dict[tuple[str, str], int] = {}
    for word in sorted(set(words)):
        pieces = _merge([*word[:-1], word[-1] + "</w>"], merges)
        while len(pieces) > 1:
            # Later merges rank lower, so they cannot break a word that came before.
            merges[pieces[0], pieces[1]] = len(merges)
            tokens.append(pieces[0] + pieces[1])
            pieces[:2] = [tokens[-1]]
    tokens += [START, END]
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {token: index for index, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    tokenizer = CLIPTokenizer(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=TEXT_LENGTH
    )
    tokenizer.save_pretrained(folder)
    return CLIPTokenizer.from_pretrained(folder)


def _merge(pieces: list[str], merges: dict[tuple[str, str], int]) -> list[str]:
    """Byte-pair encoding of one word: the known pair of the lowest rank is joined until none is left."""
    while True:
        pairs = [pair for pair in itertools.pairwise(pieces) if pair in merges]
        if not pairs:
            return pieces
        best = min(pairs, key=merges.__getitem__)
        joined, index = [], 0
        while index < len(pieces):
            step = 2 if tuple(pieces[index : index + 2]) == best else 1
            joined.append("".join(pieces[index : index + step]))
            index += step
        pieces = joined


def _byte_letters() -> dict[int, str]:
    """The printable character that stands for each byte, as in GPT-2's byte-level encoding, which CLIP took over."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return {byte: chr(byte) for byte in visible} | {byte: chr(256 + index) for index, byte in enumerate(hidden)}
