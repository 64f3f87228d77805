# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says of a finished mesh, measured on the result itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..mesh.clean import Shape, part_labels, triangle_areas
from ..uv.layout import examine


@dataclass(frozen=True)
class Check:
    faces: int
    vertices: int
    parts: int
    open_edges: int
    """With one face."""
    crowded_edges: int
    """With more than two."""
    uv_overlap: float
    """Part of the used texels that belong to several places."""
    uv_used: float
    """Part of the map that faces cover."""
    texels_per_meter: float
    """Mean over the surface."""
    height: float
    """Meters along Z."""

    @property
    def manifold(self) -> bool:
        return self.open_edges == self.crowded_edges == 0


def check(shape: Shape, corner_uv: np.ndarray, resolution: int) -> Check:
    """Args: corner_uv (F, 3, 2); resolution: texels across the map."""
    edges = np.sort(shape.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    counts = np.unique(edges, axis=0, return_counts=True)[1]
    layout = examine(corner_uv)
    u, v = np.moveaxis(corner_uv[:, 1:].astype(np.float64) - corner_uv[:, :1], 1, 0)
    flat = 0.5 * np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]).sum()
    return Check(
        faces=len(shape.triangles),
        vertices=len(shape.vertices),
        parts=len(part_labels(shape)[1]),
        open_edges=int((counts == 1).sum()),
        crowded_edges=int((counts > 2).sum()),
        uv_overlap=round(layout.overlap, 5),
        uv_used=round(layout.used, 3),
        texels_per_meter=round(resolution * float(np.sqrt(flat / max(triangle_areas(shape).sum(), 1e-30))), 1),
        height=round(float(np.ptp(shape.vertices[:, 2])), 4),
    )
