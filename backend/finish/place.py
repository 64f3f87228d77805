# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Size in meters and the place of the origin."""

from __future__ import annotations

import numpy as np


def placed(vertices: np.ndarray, height: float | None, to_base: bool) -> tuple[np.ndarray, np.ndarray, float]:
    """Vertices (V, 3), Z up, scaled to a height and moved so that the origin is below the middle, on the ground.

    Args:
        height: along Z in meters; None keeps the size.
        to_base: move the origin, else only scale about it.

    Returns:
        The new vertices, and offset (3,) and scale with ``new = (old - offset) * scale``.
    """
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    scale = 1.0
    if height is not None:
        # A flat thing has no height: then its longest side is meant.
        tall = high[2] - low[2]
        extent = tall if tall > 1e-3 * (high - low).max() else (high - low).max()
        scale = height / extent
    offset = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]]) if to_base else np.zeros(3)
    return (vertices - offset) * scale, offset, scale
