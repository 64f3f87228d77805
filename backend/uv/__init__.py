# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""UV maps: what is wrong with them, new ones, and the way between texels and surface."""
