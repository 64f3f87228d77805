# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every engine's mesh goes through in the end: repaired, light, upright, in meters, ready for UVs and maps."""
