# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an engine can be used now, and if not, why. Standard library only, and cheap: the panel asks often."""

from __future__ import annotations

from pathlib import Path

from ..models import registry, store
from .cards import Engine


def obstacle(card: Engine, weights: Path | None, server: str, only_commercial: bool = False) -> str:
    """What keeps an engine from working, a sentence and the way out; "" if nothing does.

    Args:
        weights: folder of its model.
    """
    if only_commercial and not card.commercial:
        return f"{card.title} is not safe to use commercially. Switch that off, or choose another engine."
    if card.model and (weights is None or not is_model(card, weights)):
        size = registry.card(card.model).megabytes
        return f"{card.title} needs a model of {size} MB. Press Download, or: galatea models download {card.model}."
    if card.base and weights is not None and not _holds(card.base, weights.parent / card.base):
        size = registry.card(card.base).megabytes
        return (
            f"{card.title} works on {registry.card(card.base).title}, another {size} MB. Press Download, "
            f"or: galatea models download {card.base}."
        )
    if card.server and not server.strip():
        return f"{card.title} computes in another program. Start it, and give its address."
    return ""


def is_model(card: Engine, folder: Path) -> bool:
    """Whether a folder holds an engine's model: downloaded by Galatea, or put there by hand."""
    return _holds(card.model, folder)


def _holds(model: str, folder: Path) -> bool:
    files = registry.card(model).files
    if (folder / store.MARKER).is_file():
        return store.origin(folder) is not None
    return all((folder / file.local).is_file() or _other(folder / file.local) for file in files if not file.optional)


def _other(path: Path) -> bool:
    """The same weights under the other names that repositories have for them."""
    half = path.with_name(path.name.replace(".safetensors", ".fp16.safetensors"))
    return path.with_suffix(".safetensors").is_file() or half.is_file()
