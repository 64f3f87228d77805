# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models that do not ship: what is known about each, where it lies on disk, how it gets there."""
