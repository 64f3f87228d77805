# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaussian splats: files, pictures of them, fitting them to pictures, and meshes from them."""
