# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""New UVs by xatlas: charts of little distortion, packed without overlap."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import typing
from pathlib import Path

import numpy as np

from ..job import JobError

SECONDS = 120.0
"""Noisy surfaces of more than about 50,000 faces take longer."""
PADDING = 8
"""Texels between charts at the size they are packed for."""


def unwrap(
    vertices: np.ndarray,
    triangles: np.ndarray,
    resolution: int,
    wait: typing.Callable[[float], None] = lambda fraction: None,
    seconds: float = SECONDS,
) -> tuple[np.ndarray, int]:
    """UVs (F, 3, 2) float32 within 0 to 1, v up, of triangles (F, 3), and the number of charts.

    Args:
        resolution: texels across the map that they are packed for.
        wait: told the part of the time limit that has passed, ten times a second; may raise to give up.

    Raises JobError when it takes longer than ``seconds``, or when xatlas cannot cope with the mesh.
    """
    assert vertices.ndim == 2 and vertices.shape[1] == 3, vertices.shape
    assert triangles.ndim == 2 and triangles.shape[1] == 3, triangles.shape
    return _run(vertices, triangles, resolution, wait, seconds)


def pack(
    uv: np.ndarray,
    triangles: np.ndarray,
    resolution: int,
    wait: typing.Callable[[float], None] = lambda fraction: None,
    seconds: float = SECONDS,
) -> np.ndarray:
    """New places (F, 3, 2) for charts that keep their shapes: vertices (V, 2) in UV space, triangles (F, 3)."""
    assert uv.ndim == 2 and uv.shape[1] == 2, uv.shape
    return _run(uv, triangles, resolution, wait, seconds)[0]


def _run(
    vertices: np.ndarray,
    triangles: np.ndarray,
    resolution: int,
    wait: typing.Callable[[float], None],
    seconds: float,
) -> tuple[np.ndarray, int]:
    child = Path(__file__).with_name("xatlas_child.py")
    with tempfile.TemporaryDirectory(prefix="galatea-uv-") as folder:
        source, target = Path(folder) / "mesh.npz", Path(folder) / "uv.npz"
        np.savez(source, vertices=vertices, triangles=triangles)
        process = subprocess.Popen(
            [sys.executable, "-I", str(child), str(source), str(target), str(resolution), str(PADDING)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            _wait(process, wait, seconds)
        finally:
            process.kill()
            errors = process.communicate()[1]
        if process.returncode or not target.exists():
            reason = (errors.strip().splitlines() or ["no reason given"])[-1]
            raise JobError(
                "failed", f"The mesh could not be unwrapped: {reason}.",
                "Unwrap it in Blender (UV > Smart UV Project) and keep these UVs.",
            )  # fmt: skip
        with np.load(target) as data:
            return data["corner_uv"], int(data["charts"])


def _wait(process: subprocess.Popen, wait: typing.Callable[[float], None], seconds: float) -> None:
    begin = time.monotonic()
    while process.poll() is None:
        passed = time.monotonic() - begin
        if passed > seconds:
            raise JobError(
                "too_slow", f"Unwrapping the mesh took longer than {seconds:.0f} seconds.",
                "Choose fewer faces, or unwrap it in Blender (UV > Smart UV Project) and keep these UVs.",
            )  # fmt: skip
        wait(passed / seconds)
        time.sleep(0.1)
