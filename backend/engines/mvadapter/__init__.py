# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MV-Adapter: Stable Diffusion XL paints six views of one object at once, and Reconstruct makes a mesh of them.

Huang et al., "MV-Adapter: Multi-view Consistent Image Generation Made Easy", 2024. Written anew after the paper and
what others tell of the public file. Nobody has run the real weights with it yet.
"""
