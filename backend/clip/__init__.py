# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clip of one animal -> the animal at rest, how it moves, and how the camera sees it."""
