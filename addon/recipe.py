# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What made a result: stored on it as a custom property (JSON text), and beside the saved file as JSON."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from pathlib import Path

import bpy
import numpy as np

from .export.mesh import Arrays

KEY = "galatea"


def inputs(objects: list[bpy.types.Object], parts: list[Arrays]) -> list[dict]:
    """Which meshes went in: name, vertex count and a fingerprint of the exported arrays."""
    return [
        {"object": item.name, "vertices": len(part.targets), "sha256": fingerprint(part)}
        for item, part in zip(objects, parts, strict=True)
    ]


def fingerprint(data: Arrays) -> str:
    """SHA-256 of the exact arrays."""
    digest = hashlib.sha256()
    for array in data:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def make(capability: str, params: dict, version: str, sources: list[dict], report: dict) -> dict:
    """A recipe. ``params`` without what belongs to this machine alone (the command of the child Blender)."""
    return {
        "galatea": version,
        "capability": capability,
        "params": {name: value for name, value in params.items() if name != "blender"},
        "inputs": sources,
        "blender": bpy.app.version_string,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "report": report,
    }


def store(item: bpy.types.ID, recipe: dict, folder: Path | None = None) -> None:
    """Put the recipe on a result, and beside the file when that is saved. Nothing is put on what another file owns.

    ``folder`` is where the result's files are; without one it gets the item's name.
    """
    if item.library is None:
        item[KEY] = json.dumps(recipe)
    if bpy.data.filepath:
        folder = folder or Path(bpy.path.abspath("//")) / "galatea" / folder_name(item.name)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "recipe.json").write_text(json.dumps(recipe, indent=2) + "\n", encoding="utf-8")
        except OSError as error:  # the result, which has the recipe on it, is worth more than the copy
            print(f"galatea: no recipe beside the file: {error}")


def folder_name(name: str) -> str:
    """A folder's name for an object's, for each its own: file systems may know neither case nor every character."""
    if re.fullmatch(r"[a-z0-9_-]+", name):
        return name
    readable = re.sub(r"[^\w-]+", "_", name)
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def read(item: bpy.types.ID | None) -> dict | None:
    """The recipe of a result, None for anything else (also for text that somebody broke)."""
    text = item.get(KEY) if item is not None else None
    if not isinstance(text, str):
        return None
    try:
        recipe = json.loads(text)
    except json.JSONDecodeError:
        return None
    return recipe if isinstance(recipe, dict) and {"capability", "params", "report"} <= recipe.keys() else None


def text(recipe: dict) -> str:
    """For people and files."""
    return json.dumps(recipe, indent=2, ensure_ascii=False) + "\n"
