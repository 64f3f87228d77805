# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Download: a model of the registry into the data folder. The only thing in the worker that uses the network."""

from __future__ import annotations

import os
import shutil
import typing
from dataclasses import dataclass
from pathlib import Path

from ..job import Job, JobError
from ..models import hub, registry, store

SPARE = 200_000_000
"""Bytes that stay free on the disk."""


@dataclass(frozen=True)
class DownloadParams:
    model: str
    """Id of a card."""
    folder: str
    """Where downloaded models are; the model gets a folder of its own there."""


def download(params: DownloadParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Fetches what is missing of a model. Cancelled and interrupted downloads go on where they stopped."""
    try:
        card = registry.card(params.model)
    except KeyError as error:
        raise JobError("bad_input", f'There is no model "{params.model}".', "Choose one of the list.") from error
    if os.environ.get("GALATEA_OFFLINE"):
        raise JobError(
            "offline", "Blender's online access is off: nothing can be downloaded.",
            'Turn on "Allow Online Access" in Blender\'s preferences under System, then press Download again.',
        )  # fmt: skip
    endpoint = os.environ.get("HF_ENDPOINT") or registry.HUB
    job.progress("Looking at the repository", 0.0)
    repository = hub.look(endpoint.rstrip("/"), card)
    wanted = {file.local: found for file in card.files if (found := _remote(file, card, repository)) is not None}
    folder = store.folder(Path(params.folder), card)
    total = sum(remote.size for remote in wanted.values())
    _check_space(folder, total - sum(_there(folder / name) for name in wanted))
    done, files = 0, {}
    for name, remote in wanted.items():
        place = folder / name

        def heard(count: int, done: int = done, name: str = name) -> None:
            job.progress(f"Downloading {name}", (done + count) / max(total, 1))

        heard(0)
        sha256 = _kept(place, remote)
        if not sha256:
            sha256 = hub.fetch(endpoint.rstrip("/"), card, repository.commit, remote, place, heard)
        _check_pin(card, name, remote, sha256, place)
        files[name] = {"size": remote.size, "sha256": sha256}
        done += remote.size
    store.mark(folder, store.Origin(card.id, card.repository, repository.commit, files))
    job.progress("Done", 1.0)
    return {}, {"model": card.id, "folder": str(folder), "revision": repository.commit, "bytes": total}


def _remote(file: registry.File, card: registry.Card, repository: hub.Repository) -> hub.Remote | None:
    """The file on the server that a card asks for; None for one that is optional and not there."""
    for path in file.remote:
        if path in repository.files:
            return repository.files[path]
    if file.optional:
        return None
    raise JobError(
        "missing", f"The repository of {card.title} has no {file.remote[-1]} any more.",
        "Look for a newer version of Galatea.",
    )  # fmt: skip


def _there(place: Path) -> int:
    """Bytes of a file that need no downloading."""
    partial = place.with_name(f"{place.name}.part")
    return next((path.stat().st_size for path in (place, partial) if path.exists()), 0)


def _kept(place: Path, remote: hub.Remote) -> str:
    """The sha256 of a file that is there already, "" for one that is not, or is another."""
    if not place.exists() or place.stat().st_size != remote.size:
        return ""
    sha256, right = hub.checked(place, remote)
    return sha256 if right else ""


def _check_pin(card: registry.Card, name: str, remote: hub.Remote, sha256: str, place: Path) -> None:
    """What Galatea knows of a file counts more than what the server says."""
    (file,) = (file for file in card.files if file.local == name)
    if file.sha256 and remote.path == file.remote[0] and sha256 != file.sha256:
        place.unlink()
        raise JobError(
            "network", f"The server's {remote.path} is not the file that Galatea expects of {card.title}.",
            "Do not use it; look for a newer version of Galatea.",
        )  # fmt: skip


def _check_space(folder: Path, needed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        raise JobError(
            "disk_full",
            f"The download needs {(needed + SPARE) / 1e9:.1f} GB on the disk of {folder.parent}, "
            f"and {free / 1e9:.1f} GB are free.",
            "Free some space, or choose another data folder in the preferences.",
        )
