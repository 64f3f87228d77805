# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs an engine: here, or in a process of its own that is killed when the job stops."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import numpy as np

from ..isosurface import EmptySurface
from ..job import Job, JobError
from . import files
from .cards import Engine
from .contract import Dense, Make, Order, Report

BOOTSTRAP = Path(__file__).resolve().parents[1] / "bootstrap.py"
PROGRAM = "engine"
"""What bootstrap.py calls :mod:`.child`."""
MEMORY_HINT = "Choose less detail, close other programs, or take another engine."


def make_of(id: str) -> Make:
    """The function of an engine. Imports come late: they are heavy. KeyError for an id without one."""
    match id:
        case "starter":
            from .starter import make
        case "triposr":
            from .triposr.engine import make
        case "shap-e":
            from .shap_e import from_prompt as make
        case "shap-e-picture":
            from .shap_e import from_picture as make
        case "triposg":
            from .triposg.engine import make
        case "mv-adapter":
            from .mvadapter.engine import make
        case "trellis2":
            from .trellis2 import make
        case _:
            raise KeyError(id)
    return make


def run(card: Engine, order: Order, job: Job) -> Dense:
    """What the engine makes, checked. ``job`` has a folder of its own, where a stopped job finds what is done already.

    Raises JobError in the artist's words: no surface, out of memory, a crash.
    """
    done = job.folder / files.DENSE
    try:
        return files.load_dense(done)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        pass  # the usual case: nothing is done yet
    if card.apart:
        _run_apart(card, order, job)
        return files.load_dense(done)
    from ..reconstruction import memory

    with memory.told(MEMORY_HINT):
        dense = made(make_of(card.id), card.title, order, job.progress)
    files.save_dense(dense, done)
    return dense


def made(make: Make, title: str, order: Order, report: Report) -> Dense:
    """The engine's mesh. JobError for one that is empty or has no valid numbers."""
    try:
        dense = make(order, report)
    except EmptySurface as error:
        raise _empty(title) from error
    if not len(dense.triangles):
        raise _empty(title)
    if not (np.isfinite(dense.vertices).all() and np.isfinite(dense.colours).all()):
        raise JobError(
            "failed", f"{title} computed values that are no numbers.",
            "Try another seed or picture; if it happens again, download its model again.",
        )  # fmt: skip
    return dense


def _empty(title: str) -> JobError:
    return JobError(
        "empty_surface", f"{title} found no surface in this picture or prompt.",
        "Try another seed, or a picture in which the subject stands out more.",
    )  # fmt: skip


def _run_apart(card: Engine, order: Order, job: Job) -> None:
    job.folder.mkdir(parents=True, exist_ok=True)
    files.save_order(order, job.folder)
    problem: JobError | None = None

    def hear(line: str) -> None:
        nonlocal problem
        if not line.startswith(files.SIGN):
            print(line, file=sys.stderr, flush=True)
            return
        said = json.loads(line.removeprefix(files.SIGN))
        if "stage" in said:
            job.progress(said["stage"], said["fraction"])
        else:
            problem = JobError(said["code"], said["message"], said["hint"])

    code = job.run_child([sys.executable, "-I", "-u", str(BOOTSTRAP), PROGRAM, card.id, str(job.folder)], on_line=hear)
    if problem is not None:
        raise problem
    if code:
        raise JobError(
            "crashed", f"{card.title} ended in the middle of its work ({_why(code)}).",
            "Close other programs and try again: it may have run out of memory.",
        )  # fmt: skip


def _why(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
