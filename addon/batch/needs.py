# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job takes of a cluster's machine, unless its line says so."""

from __future__ import annotations

from .manifest import Line

WITH_NETWORKS = {"texture", "generate", "image", "reconstruct", "render", "splats"}
"""Capabilities that a graphics card makes faster by far: one job takes a whole card."""
CPUS_WITHOUT_CARD = 2.0
"""For these where the cluster has no card. More help little: part of each job is Blender's, in one thread."""


def needs(line: Line) -> dict[str, float]:
    """``needs`` of a job's order (see backend/cluster/orders.py)."""
    if line.gpus is not None or line.capability not in WITH_NETWORKS:
        return {"cpus": 1.0 if line.cpus is None else line.cpus, "gpus": line.gpus or 0.0}
    cpus = 1.0 if line.cpus is None else line.cpus
    return {"cpus": cpus, "gpus": 1.0, "cpus_without_gpus": CPUS_WITHOUT_CARD if line.cpus is None else line.cpus}
