# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras, G-buffers and visibility: what geometry a pixel sees, and which part of the sky geometry sees."""
