# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TripoSG: a picture to a signed distance field, by a diffusion model of 2,048 tokens without places.

Li et al., "TripoSG: High-Fidelity 3D Shape Synthesis using Large-Scale Rectified Flow Models", 2025. Written anew after
the paper and what others tell of the public files: sizes, names, and how heads are laid out. Nobody has run the real
weights with it yet.
"""
