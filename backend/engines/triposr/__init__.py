# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TripoSR (Tochilkin et al., "TripoSR: Fast 3D Object Reconstruction from a Single Image", 2024), written anew.

A picture becomes tokens (a vision transformer as trained by DINO), these steer 3 x 32 x 32 learned tokens through a
transformer, and what comes out is three planes of features: a place in space is looked up in each, and a small network
makes density and colour of what it finds (Hong et al., "LRM", ICLR 2024; Chan et al., "EG3D", CVPR 2022).
"""
