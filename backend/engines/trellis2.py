# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TRELLIS.2 (Xiang et al., 2025) in a program that the artist has started: trellis-server of trellis.cpp, or one that
answers like it. ``GET /health``, then ``POST /generate`` with the picture as a form; the answer is a binary glTF.

This only talks: the picture goes to that address and nowhere else.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import os
import socket
import ssl
import threading
import time
import urllib.parse
import uuid

import numpy as np
from PIL import Image

from ..job import JobError
from . import glb
from .contract import Dense, Order, Report

PATIENCE = 10.0
"""Seconds for a sign of life."""
LONGEST = 3600.0
"""Seconds for a mesh: minutes on a fast card, an hour on a slow one."""
USUAL = 400.0
"""Seconds after which the progress is two thirds through: the server says nothing of its own."""
RESOLUTIONS = (512, 1024, 1536)
LARGEST_ANSWER = 1 << 30
WAIT = 0.2


def make(order: Order, report: Report) -> Dense:
    """The mesh that the server makes of the picture, its colors taken from the texture at the vertices."""
    address = _address(order.server)
    report("Asking the server", 0.0)
    _check_health(address)
    data = _asked(address, order, report)
    report("Reading the mesh", 0.95)
    try:
        dense = glb.read(data)
    except ValueError as error:
        raise JobError(
            "server", f"The server at {address.netloc} sent a mesh that cannot be read: {error}.",
            "Try again; if it happens again, look at the server's own messages.",
        ) from error  # fmt: skip
    note = "The server's roughness and metallic are not taken over, and its texture only as colors of the vertices."
    return Dense(dense.vertices, dense.triangles, dense.colours, (note,))


def _address(text: str) -> urllib.parse.SplitResult:
    """JobError for an address that is none, or that is not on this computer while Blender is offline."""
    address = urllib.parse.urlsplit(text.strip().rstrip("/"))
    try:
        valid = address.scheme in ("http", "https") and address.hostname and (address.port is None or address.port)
    except ValueError:
        valid = False
    if not valid:
        raise JobError("bad_input", f'"{text}" is no address of a server.', "Give one such as http://127.0.0.1:8080.")
    if os.environ.get("GALATEA_OFFLINE") and not _is_here(address.hostname):
        raise JobError(
            "offline", f"Blender's online access is off, and {address.hostname} is another computer.",
            'Turn on "Allow Online Access" in Blender\'s preferences under System, or start the server here.',
        )  # fmt: skip
    return address


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _connection(address: urllib.parse.SplitResult, patience: float) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    return kind(address.hostname, address.port, timeout=patience)


def _check_health(address: urllib.parse.SplitResult) -> None:
    connection = _connection(address, PATIENCE)
    try:
        connection.request("GET", f"{address.path}/health")
        answer = connection.getresponse()
        answer.read(1 << 16)
    except (OSError, http.client.HTTPException, ssl.SSLError) as error:
        raise _silent(address) from error
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise JobError(
            "server", f"The server at {address.netloc} is not ready: it answers with {answer.status}.",
            "Wait until it has loaded its models, or check its address.",
        )  # fmt: skip


def _silent(address: urllib.parse.SplitResult) -> JobError:
    return JobError(
        "server", f"No server answers at {address.netloc}.",
        "Start trellis-server and check its address; docs/generating.md says how.",
    )  # fmt: skip


def _asked(address: urllib.parse.SplitResult, order: Order, report: Report) -> bytes:
    """The server's answer. It is waited for in a thread, so that the job can be stopped; then the connection is cut."""
    body, kind = _form(order)
    connection = _connection(address, LONGEST)
    found: dict[str, object] = {}

    def ask() -> None:
        try:
            connection.request("POST", f"{address.path}/generate", body, {"Content-Type": kind})
            answer = connection.getresponse()
            found["status"], found["data"] = answer.status, answer.read(LARGEST_ANSWER)
            if answer.length:  # with a limit it does not complain by itself
                raise http.client.IncompleteRead(b"", answer.length)
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:  # cut off while it waits
            found["error"] = error

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    begin = time.monotonic()
    try:
        while thread.is_alive():
            passed = time.monotonic() - begin
            report("Waiting for the server", 0.05 + 0.9 * (1.0 - 1.0 / (1.0 + 2.0 * passed / USUAL)))
            thread.join(WAIT)
    finally:
        _cut(connection)
    error = found.get("error")
    if isinstance(error, TimeoutError):
        raise JobError(
            "server", f"The server at {address.netloc} needed longer than {LONGEST / 60:.0f} minutes.",
            "Look at the server's own messages, or ask it for less detail.",
        ) from error  # fmt: skip
    if isinstance(error, Exception):
        raise JobError(
            "server", f"The server at {address.netloc} broke off in the middle of its work.",
            "Look at its own messages: it may have run out of memory. Less detail needs less.",
        ) from error  # fmt: skip
    if found["status"] != http.HTTPStatus.OK:
        raise _refused(address, found["status"], found["data"])
    return found["data"]


def _refused(address: urllib.parse.SplitResult, status: int, data: bytes) -> JobError:
    said = " ".join(data[:300].decode(errors="replace").split())[:120].rstrip(".")
    why = f" and says: {said}" if said and not said.startswith("<") else ""
    return JobError(
        "server", f"The server at {address.netloc} answers with error {status}{why}.",
        "Look at the server's own messages, or ask it for less detail.",
    )  # fmt: skip


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            print("The server had closed the connection already")
    connection.close()


def _form(order: Order) -> tuple[bytes, str]:
    """The order as multipart/form-data (RFC 7578), and its type."""
    file = io.BytesIO()
    Image.fromarray((order.picture * 255.0).round().astype(np.uint8)).save(file, "PNG")
    fields = {"seed": str(order.seed)}
    if order.detail:
        fields["resolution"] = str(min(RESOLUTIONS, key=lambda one: abs(one - order.detail)))
    border = uuid.uuid4().hex
    lines = [
        part
        for name, value in fields.items()
        for part in (f"--{border}", f'Content-Disposition: form-data; name="{name}"', "", value)
    ]
    lines += [
        f"--{border}",
        'Content-Disposition: form-data; name="image"; filename="picture.png"',
        "Content-Type: image/png",
        "", "",
    ]  # fmt: skip
    body = "\r\n".join(lines).encode() + file.getvalue() + f"\r\n--{border}--\r\n".encode()
    return body, f"multipart/form-data; boundary={border}"
