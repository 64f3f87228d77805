# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside or outside of the triangles themselves, where voxels are too coarse to tell."""

from __future__ import annotations

import numpy as np


def winding_numbers(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """(N,) how often triangles (T, 3, 3) go around each of (N, 3) points: 1 inside, 0 outside, between near holes.

    The sum of the triangles' solid angles (Van Oosterom and Strackee, "The solid angle of a plane triangle", 1983).
    """
    total = np.zeros(len(points))
    for index, point in enumerate(points):
        a, b, c = (corners[:, corner] - point for corner in range(3))
        la, lb, lc = (np.sqrt(np.einsum("ij,ij->i", side, side)) for side in (a, b, c))
        ab, bc, ca = (np.einsum("ij,ij->i", *pair) for pair in ((a, b), (b, c), (c, a)))
        volume = np.einsum("ij,ij->i", a, np.cross(b, c))
        total[index] = np.arctan2(volume, la * lb * lc + ab * lc + bc * la + ca * lb).sum() / (2 * np.pi)
    return total
