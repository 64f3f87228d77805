# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines in, messages out: everything that is a message survives the way, everything else is refused."""

import json
import random

import pytest

from galatea.backend import protocol

MESSAGES = [
    protocol.Hello(1, "0.1.0"),
    protocol.Run("job", "/folder/ü"),
    protocol.Cancel("job"),
    protocol.FreeMemory(),
    protocol.Shutdown(),
    protocol.Ready(1, "0.1.0", "3.11.2", "cpu", ["rig", "bind"]),
    protocol.Progress("job", "Wärme\n", 0.5, 3.0, "out/preview.png"),
    protocol.Progress("job", "Heat", 1),
    protocol.Log("warning", "text", None),
    protocol.Heartbeat(),
    protocol.Result("job", {"skeleton": "out/skeleton.json"}, {"bones": 3, "warnings": [], "seconds": {"mesh": 0.1}}),
    protocol.Error("job", "bad_input", "The mesh is empty.", "Select another."),
    protocol.Cancelled("job"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_there_and_back(message):
    line = protocol.encode(message)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert protocol.decode(line) == message


def test_every_message_is_covered():
    assert {type(message) for message in MESSAGES} == set(protocol._TYPE_OF_NAME.values())


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"loading: 100%\n",
        b"[]\n",
        b"3\n",
        b"null\n",
        b'{"job": "1"}\n',
        b'{"type": 3}\n',
        b'{"type": ["cancel"], "job": "1"}\n',
        b'{"type": "explode"}\n',
        b'{"type": "cancel"}\n',  # missing
        b'{"type": "cancel", "job": "1", "now": true}\n',  # unknown
        b'{"type": "cancel", "job": 1}\n',  # mistyped
        b'{"type": "cancel", "job": null}\n',
        b'{"type": "hello", "protocol": true, "version": "1"}\n',
        b'{"type": "progress", "job": "1", "stage": "a", "fraction": "0.5"}\n',
        b'{"type": "progress", "job": "1", "stage": "a", "fraction": true}\n',
        b'{"type": "result", "job": "1", "files": {"a": 1}, "report": {}}\n',
        b'{"type": "ready", "protocol": 1, "version": "", "python": "", "device": "", "capabilities": "rig"}\n',
        b'{"type": "cancel", "job": "\xc3"}\n',  # half a character
        b'{"type": "cancel", "job": "\xc3',
        b'{"type": "cancel", "job": "' + b"x" * protocol.MAX_LINE + b'"}\n',
        b"[" * 100_000 + b"\n",
    ],
)
def test_anything_else_is_refused(line):
    with pytest.raises(protocol.ProtocolError):
        protocol.decode(line)


def test_damaged_lines_are_refused_or_messages():
    generator = random.Random(0)
    refused = 0
    for _ in range(3000):
        line = bytearray(protocol.encode(generator.choice(MESSAGES)))
        for _ in range(generator.randint(1, 3)):
            line[generator.randrange(len(line))] = generator.randrange(256)
        try:
            protocol.decode(bytes(line))
        except protocol.ProtocolError:
            refused += 1
    assert refused > 1500


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"bytes"])
def test_what_is_no_json_is_not_sent(value):
    with pytest.raises((ValueError, TypeError)):
        protocol.encode(protocol.Result("job", {}, {"value": value}))


def test_too_large_a_message_is_not_sent():
    with pytest.raises(protocol.ProtocolError, match="file"):
        protocol.encode(protocol.Log("info", "x" * protocol.MAX_LINE))


def test_messages_are_ascii_json():
    """So that no code page of Windows can break them."""
    line = protocol.encode(protocol.Log("info", "größer 象"))
    assert line.isascii() and json.loads(line)["text"] == "größer 象"
