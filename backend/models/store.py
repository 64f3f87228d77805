# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where downloaded models lie: a folder for each, with a marker that is written last. Standard library only."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from pathlib import Path

from .registry import MODELS, Card

MARKER = "galatea-model.json"
"""In the folder of a complete model: where it came from, and the size and sha256 of each file."""


@dataclasses.dataclass(frozen=True)
class Origin:
    """What a marker says."""

    id: str
    repository: str
    revision: str
    """Commit."""
    files: dict[str, dict]
    """Path in the folder -> {"size": bytes, "sha256": hex}."""


def folder(models: Path, card: Card) -> Path:
    """Where a model is, or would be."""
    return models / card.id


def origin(folder: Path) -> Origin | None:
    """Of a complete model in this folder; None if there is none, or a file of it is gone or has another size."""
    try:
        found = Origin(**json.loads((folder / MARKER).read_text(encoding="utf-8")))
        complete = all((folder / name).stat().st_size == entry["size"] for name, entry in found.files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return found if complete else None


def downloaded(models: Path) -> list[Card]:
    """The cards of the models that are there."""
    return [card for card in MODELS if origin(folder(models, card)) is not None]


def mark(folder: Path, origin: Origin) -> None:
    """Say that the model in this folder is complete, in one step."""
    partial = folder / f"{MARKER}.part"
    partial.write_text(json.dumps(dataclasses.asdict(origin), indent=1), encoding="utf-8")
    os.replace(partial, folder / MARKER)


def remove(models: Path, card: Card) -> None:
    """Delete a model, complete or not."""
    place = folder(models, card)
    (place / MARKER).unlink(missing_ok=True)  # what cannot be deleted entirely must not look complete
    shutil.rmtree(place, ignore_errors=True)


def described(path: str) -> dict[str, str]:
    """What a recipe says of a model's path: id and revision of a downloaded one, the path of any other."""
    found = origin(Path(path))
    if found is None:
        return {"path": path}
    return {"id": found.id, "repository": found.repository, "revision": found.revision}
