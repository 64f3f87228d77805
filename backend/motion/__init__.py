# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh that moves -> bones, skin weights, a connected skeleton and its poses."""
