# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed distances on a grid to a closed, manifold triangle mesh, differentiably."""


class EmptySurface(ValueError):
    """The distances have one sign everywhere."""
