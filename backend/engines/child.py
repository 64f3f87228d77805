# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine's own process: ``bootstrap.py engine ID FOLDER``. Reads the order, prints progress, writes the mesh."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ..job import describe
from . import cards, files
from .run import MEMORY_HINT, made, make_of


def main() -> int:
    """0 when the mesh is written; 1 after a line that says why it is not."""
    _, _, id, place = sys.argv
    folder = Path(place)

    def say(**values: object) -> None:
        print(files.SIGN + json.dumps(values), flush=True)

    try:
        from ..reconstruction import memory

        with memory.told(MEMORY_HINT):
            dense = made(
                make_of(id), cards.engine(id).title, files.load_order(folder),
                lambda stage, fraction: say(stage=stage, fraction=fraction),
            )  # fmt: skip
        files.save_dense(dense, folder / files.DENSE)
    except Exception as error:  # noqa: BLE001 - whatever it was, the worker has to hear of it
        end = describe("", error)
        say(code=end.code, message=end.message, hint=end.hint)
        return 1
    return 0
