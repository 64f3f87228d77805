# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a picture shows a place of an animal, from what its cells show. NumPy alone: Blender asks for it, too."""

from __future__ import annotations

import numpy as np

REACH = 0.07
"""Distance, in parts of what the picture shows, over which the say of a cell falls: one alone is wrong by as much."""


def reach_of(places: np.ndarray) -> float:
    """That distance for cells that show places (N, 3)."""
    return REACH * float(np.linalg.norm(np.ptp(places, axis=0)))


def shares(places: np.ndarray, sure: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(M, N) how much each cell, which shows a place (N, 3) as sure as (N,), says of points (M, 3); rows sum to 1.

    The nearest place counts as exact: what a picture does not show is where it shows what is nearest.
    """
    square = ((points[:, None] - places[None]) ** 2).sum(axis=2)
    weight = sure * np.exp(-(square - square.min(axis=1, keepdims=True)) / max(reach_of(places) ** 2, 1e-300))
    return weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
