# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models as the artist chooses them: by the names of their cards, so that files work on other machines, or by paths."""

from __future__ import annotations

import functools
from pathlib import Path

import bpy

from ..backend.diffusion import memory, pipelines
from ..backend.job import JobError
from ..backend.models import store
from ..backend.models.registry import MODELS, Card, Family, Role, card, of
from . import jobs, preferences
from .checks import BLOCKS, Problem

CARDS = {card.id: card for card in MODELS}
FIELDS = {
    "model": (Role.BASE,),
    "controlnet": (Role.LIGHT, Role.DEPTH),
    "autoencoder": (Role.AUTOENCODER,),
    "style_adapter": (Role.STYLE,),
}
"""Settings that name a model -> the roles that fit there."""
USUAL = memory.Device("cuda", "a graphics card", float("inf"), bfloat16=True)
"""What needs are told for: Blender itself does not know the card's memory."""


def folder() -> Path:
    """Where downloaded models are."""
    return preferences.settings().data_folder / "models"


def path(text: str) -> str:
    """The path that a field means: a downloaded model's by its name, Blender's own kinds of paths; "" stays so."""
    if not text:
        return ""
    return str(store.folder(folder(), card(text))) if text in CARDS else bpy.path.abspath(text)


def card_of(text: str) -> Card | None:
    """The card of the model that a field names, by its name or its path."""
    if text in CARDS:
        return CARDS[text]
    found = store.origin(Path(path(text))) if text else None
    return CARDS.get(found.id) if found is not None else None


def title(text: str) -> str:
    """What a field names, in words."""
    if not text:
        return "Galatea's Own"
    found = card_of(text)
    return found.title if found is not None else Path(path(text)).name


def is_there(card: Card) -> bool:
    """Whether it is downloaded. Looks at the disk: a few file sizes."""
    return store.origin(store.folder(folder(), card)) is not None


def fitting(settings, field: str) -> list[Card]:
    """Downloaded models for a field: of the family of the base model, where that is known."""
    base = None if field == "model" else card_of(settings.model)
    if field != "model" and not settings.model:
        return []
    return [card for role in FIELDS[field] for card in of(role, base.family if base else None) if is_there(card)]


def controls(family: Family) -> list[Card]:
    """Downloaded ControlNets of a family, one for light first."""
    return [card for role in FIELDS["controlnet"] for card in of(role, family) if is_there(card)]


def choose(settings, field: str, chosen: Card | None) -> None:
    """Take a downloaded model, None for Galatea's own or for none. A base model brings what fits it, and what fits no
    longer goes."""
    setattr(settings, field, chosen.id if chosen else "")
    if field == "controlnet":
        settings.control_kind = "depth" if chosen is not None and chosen.role is Role.DEPTH else "light"
    if field != "model":
        return
    settings.lora = ""
    for other in ("controlnet", "autoencoder", "style_adapter"):
        there = fitting(settings, other) if chosen is not None and other != "autoencoder" else []
        choose(settings, other, there[0] if there else None)


def problems(settings) -> list[Problem]:
    """What keeps the chosen models from painting, in a sentence each."""
    found = []

    def add(code: str, message: str) -> None:
        found.append(Problem(code, message, BLOCKS))

    chosen = {field: card_of(getattr(settings, field)) for field in FIELDS}
    for field, one in chosen.items():
        if getattr(settings, field) in CARDS and not is_there(one):
            add(f"no_{field}", f"{one.title} is not downloaded yet: press Download under Model.")
    base = chosen["model"]
    own = Path(path(settings.model)) / "controlnet-light/config.json"
    if settings.model and not settings.controlnet and not own.is_file():
        family = f" for {base.family.value}" if base and base.family else ""
        add("no_control", f"The model needs a ControlNet{family}: choose one under Model.")
    for one in chosen.values():
        if one is not None and one.family is None:
            add("engine", f"{one.title} is not made for pictures: choose another model.")
        elif one is not None and base is not None and base.family not in (None, one.family):
            add("families", f"{one.title} is for {one.family.value}, and {base.title} is {base.family.value}.")
    if settings.style and not settings.style_adapter:
        add("no_adapter", "A style picture needs a style adapter for the model: choose one under Model.")
    return found


def needs(settings) -> list[memory.Plan]:
    """How the chosen models can be put onto a graphics card, from fast to small; none if they cannot be read."""
    texts = (settings.model, settings.controlnet, settings.autoencoder, settings.style and settings.style_adapter)
    return list(_needs(*(path(text) for text in texts), settings.target == "sds"))


@functools.lru_cache(maxsize=16)
def _needs(model: str, controlnet: str, autoencoder: str, style: str, distills: bool) -> tuple[memory.Plan, ...]:
    base = Path(model) if model else pipelines.STARTER
    control = Path(controlnet) if controlnet else base / "controlnet-light"
    autoencoder, style = (Path(text) if text else None for text in (autoencoder, style))
    try:
        return tuple(pipelines.needs(pipelines.Sources(base, control, autoencoder, style=style), USUAL, distills))
    except (JobError, OSError, KeyError, ValueError):
        return ()


def create_job(queue: jobs.Queue, chosen: Card) -> jobs.Job:
    """The download, not yet submitted: only ever after the artist has seen the card."""
    _needs.cache_clear()
    params = {"model": chosen.id, "folder": str(folder())}
    return queue.create("download", f"Download {chosen.title}", params, {"objects": []})


def remove(chosen: Card) -> None:
    """Delete a downloaded model."""
    _needs.cache_clear()
    store.remove(folder(), chosen)
