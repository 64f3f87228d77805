# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server on this machine that answers like the Hugging Face Hub, and misbehaves as it is told."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import http.server
import json
import re
import threading
from collections.abc import Iterator

COMMIT = "1" * 40


@dataclasses.dataclass
class Hub:
    """What the server has, and how it behaves. Change it at any time."""

    files: dict[str, bytes]
    endpoint: str = ""
    status: int = 200
    """Of every answer."""
    cut: int = 0
    """Bytes after which a file's connection breaks, 0 for never."""
    cuts: int = 0
    """How often it does."""
    ranges: bool = True
    """Whether it can begin in the middle of a file."""
    damage: bool = False
    """Whether files arrive with another first byte."""
    asked: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    """Path and Range of each request."""


@contextlib.contextmanager
def running(files: dict[str, bytes]) -> Iterator[Hub]:
    hub = Hub(files)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.asked.append((self.path, self.headers.get("Range", "")))
            if hub.status != 200:
                self.send_error(hub.status)
            elif self.path.startswith("/api/models/"):
                self._send(json.dumps(described(hub.files)).encode())
            else:
                name = re.sub(rf".*?/resolve/{COMMIT}/", "", self.path)
                self._file(hub.files[name])

        def _file(self, contents: bytes) -> None:
            if hub.damage:
                contents = b"?" + contents[1:]
            match = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
            start = int(match[1]) if match and hub.ranges else 0
            self._send(contents[start:], 206 if start else 200, breaks=hub.cut > 0 and hub.cuts > 0)

        def _send(self, contents: bytes, status: int = 200, breaks: bool = False) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(contents)))
            self.end_headers()
            if breaks and len(contents) > hub.cut:
                hub.cuts -= 1
                contents = contents[: hub.cut]
            self.wfile.write(contents)
            self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def described(files: dict[str, bytes]) -> dict:
    """As the hub's API describes a repository: large files by sha256, others by git's name."""
    siblings = []
    for name, contents in files.items():
        blob = hashlib.sha1(f"blob {len(contents)}\0".encode() + contents).hexdigest()
        entry = {"rfilename": name, "size": len(contents), "blobId": blob}
        if name.endswith(".safetensors"):
            entry["lfs"] = {"sha256": hashlib.sha256(contents).hexdigest(), "size": len(contents)}
        siblings.append(entry)
    return {"sha": COMMIT, "siblings": siblings}
