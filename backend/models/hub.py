# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files from the Hugging Face Hub: what a repository has, and one file, continued where it was interrupted.

Not by the hub's own library: it can neither be cancelled within a file nor continue one in another process. Standard
library, and truststore where it is installed, which asks the system whom to trust.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import http.client
import importlib.util
import json
import ssl
import time
import typing
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from ..job import JobError
from .registry import Card

CHUNK = 1 << 20
"""Bytes read at once: a cancel waits for as long."""
PATIENCE = 30.0
"""Seconds without a byte after which a connection is given up."""
ATTEMPTS = 5
"""Connections in a row that may bring nothing."""
PAUSE = 1.0
"""Seconds before the next connection, doubled with each one that brought nothing."""
AGENT = "galatea"


@dataclasses.dataclass(frozen=True)
class Remote:
    """A file as the server describes it."""

    path: str
    size: int
    sha256: str
    """Of large files; "" for others."""
    blob: str
    """Git's name for the contents: the sha1 of "blob <size>\\0" and the contents."""


@dataclasses.dataclass(frozen=True)
class Repository:
    """A repository at one commit."""

    commit: str
    files: dict[str, Remote]


def look(endpoint: str, card: Card) -> Repository:
    """What a card's repository has at its revision, or now if it has none. JobError if that cannot be read."""
    revision = urllib.parse.quote(card.revision or "main", safe="")
    url = f"{endpoint}/api/models/{card.repository}/revision/{revision}?blobs=true"
    with _told(card, endpoint), _open(url) as answer:
        found = json.load(answer)
    files = {}
    for entry in found["siblings"]:
        large = entry.get("lfs") or {}
        size = large.get("size", entry.get("size")) or 0
        files[entry["rfilename"]] = Remote(entry["rfilename"], size, large.get("sha256", ""), entry.get("blobId") or "")
    return Repository(found["sha"], files)


def fetch(endpoint: str, card: Card, commit: str, remote: Remote, place: Path, heard: Callable[[int], None]) -> str:
    """Bring a file to ``place``, going on with ``place``.part; returns its sha256. JobError if it cannot be had whole.

    Args:
        heard: hears how many bytes are there, and may raise to stop: what is there is kept.
    """
    url = f"{endpoint}/{card.repository}/resolve/{commit}/{urllib.parse.quote(remote.path)}"
    partial = place.with_name(f"{place.name}.part")
    place.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):  # what an interrupted download left may be of another file
        _download(endpoint, card, url, remote.size, partial, heard)
        sha256, right = checked(partial, remote)
        if right:
            partial.replace(place)
            return sha256
        partial.unlink()
    raise JobError(
        "network", f"{remote.path} arrived damaged: it is not the file that {card.title} consists of.",
        "Try again later; if it happens again, download it by hand.",
    )  # fmt: skip


def _download(endpoint: str, card: Card, url: str, size: int, partial: Path, heard: Callable[[int], None]) -> None:
    """Bytes to the end, over as many connections as it takes."""
    failures = 0
    partial.touch()
    if partial.stat().st_size > size:  # of another file
        partial.unlink()
        partial.touch()
    while (there := partial.stat().st_size) < size:
        with contextlib.suppress(_Interrupted):
            _append(card, endpoint, url, partial, there, heard)
        failures = 0 if partial.stat().st_size > there else failures + 1
        if failures == ATTEMPTS:
            raise _unreachable(endpoint)
        if failures:
            time.sleep(PAUSE * 2.0 ** (failures - 1))


class _Interrupted(Exception):
    """The connection ended before the file did."""


def _append(card: Card, endpoint: str, url: str, partial: Path, there: int, heard: Callable[[int], None]) -> None:
    headers = {"Range": f"bytes={there}-"} if there else {}
    try:
        with _told(card, endpoint, patient=True), _open(url, headers) as answer:
            if there and answer.status != http.HTTPStatus.PARTIAL_CONTENT:  # the server begins anew
                there = 0
            with partial.open("ab" if there else "wb") as file:
                heard(there)
                while chunk := answer.read(CHUNK):
                    file.write(chunk)
                    there += len(chunk)
                    heard(there)
    except (TimeoutError, http.client.HTTPException, ConnectionError, ssl.SSLError) as error:
        raise _Interrupted from error


def checked(path: Path, remote: Remote) -> tuple[str, bool]:
    """The sha256 of a file, and whether it is what the server describes."""
    sha256, blob = hashlib.sha256(), hashlib.sha1(f"blob {remote.size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            sha256.update(chunk)
            if not remote.sha256:
                blob.update(chunk)
    if remote.sha256:
        return sha256.hexdigest(), sha256.hexdigest() == remote.sha256
    return sha256.hexdigest(), not remote.blob or blob.hexdigest() == remote.blob


def _open(url: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers={"User-Agent": AGENT, **(headers or {})})
    if importlib.util.find_spec("truststore") is None:
        context = ssl.create_default_context()
    else:
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return urllib.request.urlopen(request, timeout=PATIENCE, context=context)


@contextlib.contextmanager
def _told(card: Card, endpoint: str, patient: bool = False) -> typing.Iterator[None]:
    """What a server refuses, as a sentence. ``patient``: a missing connection is worth another try."""
    try:
        yield
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            raise JobError(
                "gated", f"{card.title} is only given to those who accept its terms on its page.",
                f"Accept them at {card.page}, download the files by hand, and choose their folder as the model.",
            ) from error  # fmt: skip
        if error.code == 404:
            raise JobError(
                "missing", f"{card.title} is not at {card.page} any more, or not as it was.",
                "Look for a newer version of Galatea.",
            ) from error  # fmt: skip
        if patient and error.code in (408, 429, 500, 502, 503, 504):
            raise _Interrupted from error
        raise JobError(
            "network", f"{urllib.parse.urlsplit(endpoint).netloc} answers with error {error.code}.", "Try again later."
        ) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise JobError(
                "network", f"The certificate of {urllib.parse.urlsplit(endpoint).netloc} is not trusted here.",
                "Check the computer's clock, and whether a firewall reads along.",
            ) from error  # fmt: skip
        if patient:
            raise _Interrupted from error
        raise _unreachable(endpoint) from error
    except (TimeoutError, ConnectionError, http.client.HTTPException) as error:
        if patient:
            raise
        raise _unreachable(endpoint) from error


def _unreachable(endpoint: str) -> JobError:
    return JobError(
        "network", f"{urllib.parse.urlsplit(endpoint).netloc} cannot be reached.",
        "Check the connection and press Download again: it goes on with what is there.",
    )  # fmt: skip
