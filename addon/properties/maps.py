# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of maps, which several panels ask for."""

RESOLUTIONS = [(str(size), f"{size} px", f"Maps of {size} by {size} pixels") for size in (512, 1024, 2048, 4096)]
