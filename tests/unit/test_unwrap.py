# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""New UVs: inside the tile, without overlap, in proportion; with a time limit."""

from __future__ import annotations

import time

import numpy as np
import pytest

from galatea.backend.job import JobError
from galatea.backend.uv.layout import examine
from galatea.backend.uv.unwrap import unwrap

from .test_finish import sphere


def test_new_uvs_cover_the_surface_once_and_in_proportion():
    ball = sphere()
    uv, charts = unwrap(ball.vertices, ball.triangles, 512)
    assert uv.shape == (len(ball.triangles), 3, 2) and 1 < charts < 100
    assert uv.min() >= 0 and uv.max() <= 1
    layout = examine(uv)
    assert layout.overlap == 0 and layout.used > 0.3 and not layout.empty.any()
    u, v = np.moveaxis(uv[:, 1:] - uv[:, :1], 1, 0)
    flat = np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
    a, b = np.moveaxis(ball.vertices[ball.triangles][:, 1:] - ball.vertices[ball.triangles][:, :1], 1, 0)
    ratio = flat / np.linalg.norm(np.cross(a, b), axis=1)
    assert np.quantile(ratio, 0.95) < 1.5 * np.quantile(ratio, 0.05)


def test_it_gives_up_in_time_and_when_told():
    ball = sphere(60, 80)
    with pytest.raises(JobError, match="longer than 0 seconds") as raised:
        unwrap(ball.vertices, ball.triangles, 512, seconds=0.05)
    assert "Smart UV Project" in raised.value.hint

    def cancel(fraction: float) -> None:
        raise KeyboardInterrupt

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        unwrap(ball.vertices, ball.triangles, 512, cancel)
    assert time.monotonic() - begin < 5
