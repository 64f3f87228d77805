# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Colors of places that no photo shows, from what lies around them on the animal."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import factorized

FIRM, LOOSE = 10.0, 1e-6
"""How firmly a vertex keeps a color that photos show, and the mean of all, beside the pull of one neighbor."""


def completed(
    triangles: np.ndarray, vertices: int, face: np.ndarray, place: np.ndarray, values: np.ndarray, known: np.ndarray
) -> np.ndarray:
    """Values (N, C) where they are known (N,), 0 to 1, and elsewhere what flows in along the surface.

    Along the surface and not in the map, where what is near may belong to another part of the animal. Texels are at
    ``place`` (N, 3), barycentric, in a ``face`` (N,) of triangles (T, 3), which have this many vertices.
    """
    if not known.any():
        return np.full_like(values, 0.5)
    corners = triangles[face]

    def gathered(share: np.ndarray) -> np.ndarray:
        return np.bincount(corners.ravel(), (place * share[:, None]).ravel(), vertices)

    weight = gathered(known)
    firm = FIRM * weight / np.maximum(gathered(np.ones(len(known))), 1e-9)
    solve = factorized(sparse.csc_matrix(laplacian(triangles, vertices) + sparse.diags(firm + LOOSE)))
    result = np.empty_like(values)
    for channel in range(values.shape[1]):
        value = values[:, channel]
        mean = (value * known).sum() / known.sum()  # for parts of the surface on which nothing is known
        flown = solve(firm * gathered(value * known) / np.maximum(weight, 1e-12) + LOOSE * mean)
        result[:, channel] = known * value + (1.0 - known) * (flown[corners] * place).sum(axis=1)
    return result


def laplacian(triangles: np.ndarray, vertices: int) -> sparse.csr_matrix:
    """(V, V): a vertex's value times the number of its neighbors, less theirs."""
    ends = np.concatenate([triangles[:, [i, (i + 1) % 3]] for i in range(3)])
    ends = np.concatenate([ends, ends[:, ::-1]])
    beside = sparse.coo_matrix((np.ones(len(ends)), ends.T), (vertices, vertices)).tocsr()
    beside.data[:] = 1.0
    return sparse.diags(np.asarray(beside.sum(axis=1)).ravel()) - beside
