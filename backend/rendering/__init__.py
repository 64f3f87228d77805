# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an animated scene to pictures that a diffusion model painted, with surfaces that keep their look."""
