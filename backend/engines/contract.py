# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every engine is: a plain function ``make(order, report) -> Dense``.

To add one: a card in :mod:`.cards`, a module with ``make``, a case in :mod:`.run`.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from pathlib import Path

import numpy as np

SIZE = 512
"""Pixels along a side of the picture that an engine gets."""
FILL = 0.85
"""Part of that side which the subject's longer side takes."""

Report = Callable[[str, float], None]
"""``report(stage, fraction)``: where an engine is, 0..1. Call it often: it raises when the job is to stop."""


@dataclasses.dataclass(frozen=True)
class Order:
    """What an engine is asked for."""

    picture: np.ndarray | None
    """(SIZE, SIZE, 4) float32 within 0..1: display-encoded sRGB and straight alpha. The subject is in the middle. None
    for engines that take the prompt alone."""
    prompt: str = ""
    seed: int = 0
    detail: int = 0
    """Grid samples along a side of the box, or the like; 0 for the engine's own."""
    steps: int = 0
    """Denoising steps; 0 for the engine's own. Engines of a single pass have none."""
    weights: Path | None = None
    """Folder of its downloaded model."""
    server: str = ""
    """Address of the program that computes, where the engine is one."""
    tries: int = 1
    """So many seeds, from ``seed`` on, an engine may compare that makes a shape in a moment; its best one counts."""
    front: bool = True
    """Whether an engine that knows the object's front turns it towards -Y; else the picture's viewer stays there."""

    def __post_init__(self) -> None:
        if self.picture is not None:
            assert self.picture.dtype == np.float32 and self.picture.ndim == 3, self.picture.dtype
            assert self.picture.shape[0] == self.picture.shape[1] and self.picture.shape[2] == 4, self.picture.shape


@dataclasses.dataclass(frozen=True)
class Dense:
    """What an engine makes: a surface as dense as it likes, which Finish makes light.

    Axes are Galatea's (right-handed, Z up). The object's front looks towards -Y if the order asks for that and the
    engine knows it; else the picture's viewer stands there: what is right in the picture is towards +X. Size and place
    are free.
    """

    vertices: np.ndarray
    """(V, 3) float64."""
    triangles: np.ndarray
    """(F, 3) int64, counter-clockwise seen from outside."""
    colours: np.ndarray
    """(V, 3) float32, display-encoded sRGB within 0..1."""
    notes: tuple[str, ...] = ()
    """What the artist should know of this result, a sentence each."""
    taken_for: str = ""
    """What the engine has recognized in the picture, in a word or two; "" if it tells nothing."""

    def __post_init__(self) -> None:
        assert self.vertices.ndim == 2 and self.vertices.shape[1] == 3, self.vertices.shape
        assert self.triangles.ndim == 2 and self.triangles.shape[1] == 3, self.triangles.shape
        assert self.colours.shape == self.vertices.shape, self.colours.shape


Make = Callable[[Order, Report], Dense]
"""Raises ``isosurface.EmptySurface`` where an engine finds none in its own field; :mod:`.run` tells the artist."""


def turned(vertices: np.ndarray, axes: typing.Sequence[typing.Sequence[float]]) -> np.ndarray:
    """Vertices (V, 3) of an engine in Galatea's axes. Row i of the rotation ``axes`` is Galatea's axis i in the
    engine's."""
    matrix = np.asarray(axes, dtype=np.float64)
    assert np.allclose(matrix @ matrix.T, np.eye(3)) and np.linalg.det(matrix) > 0, "axes mirror or shear"
    return vertices.astype(np.float64) @ matrix.T
