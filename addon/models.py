# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloaded models as the artist chooses them: by the names of their cards, so that a file works on other machines."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..backend.models import store
from ..backend.models.registry import MODELS, Card, Family, Role, card, of
from . import jobs, preferences

IDS = frozenset(card.id for card in MODELS)


def folder() -> Path:
    """Where downloaded models are."""
    return preferences.settings().data_folder / "models"


def path(text: str) -> str:
    """The path that a field means: a downloaded model's by its name, Blender's own kinds of paths; "" stays so."""
    if not text:
        return ""
    return str(store.folder(folder(), card(text))) if text in IDS else bpy.path.abspath(text)


def card_of(text: str) -> Card | None:
    """The card of the model that a field names, by its name or its path."""
    if text in IDS:
        return card(text)
    found = store.origin(Path(path(text))) if text else None
    return card(found.id) if found is not None and found.id in IDS else None


def is_there(card: Card) -> bool:
    """Whether it is downloaded. Looks at the disk: a few file sizes."""
    return store.origin(store.folder(folder(), card)) is not None


def choose(settings, chosen: Card | None) -> None:
    """Take a base model (None: Galatea's own) with what fits it of what is downloaded; what fits no longer goes."""
    settings.model = chosen.id if chosen else ""
    settings.controlnet, settings.control_kind = "", "light"
    settings.autoencoder = settings.style_adapter = settings.lora = ""
    if chosen is None:
        return
    control = best_control(chosen.family)
    if control is not None:
        choose_control(settings, control)
    adapters = [card for card in of(Role.STYLE, chosen.family) if is_there(card)]
    settings.style_adapter = adapters[0].id if adapters else ""


def choose_control(settings, chosen: Card) -> None:
    """Take a ControlNet, and say what it knows."""
    settings.controlnet = chosen.id
    settings.control_kind = "light" if chosen.role is Role.LIGHT else "depth"


def best_control(family: Family) -> Card | None:
    """The downloaded ControlNet of a family: one for light if there is one."""
    there = [card for role in (Role.LIGHT, Role.DEPTH) for card in of(role, family) if is_there(card)]
    return there[0] if there else None


def create_job(queue: jobs.Queue, chosen: Card) -> jobs.Job:
    """The download, not yet submitted: only ever after the artist has seen the card."""
    params = {"model": chosen.id, "folder": str(folder())}
    return queue.create("download", f"Download {chosen.title}", params, {"objects": []})
