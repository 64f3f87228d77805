# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From material, surface and light to picture. See ``docs/shading.md``."""
