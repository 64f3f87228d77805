# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Score distillation of whatever can be rendered: a texture, a mesh of signed distances, splats."""
