# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texturing: from light-controlled pictures to a material field, and from a field to maps."""
