# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural, spatially varying materials: solid functions of the point in the object's space, without UVs.

`look.evaluate` turns a `Look` (material word, colours, pattern, finish) into base colour, roughness, metallic, normal.
"""
