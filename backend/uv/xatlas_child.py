# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run by its path, in a process of its own, for xatlas cannot be interrupted: IN.npz OUT.npz RESOLUTION PADDING.

Vertices with two coordinates are charts that are there already and are packed alone.
"""

import sys

import numpy as np
import xatlas

source, target, resolution, padding = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with np.load(source) as data:
    vertices, triangles = data["vertices"].astype(np.float32), data["triangles"].astype(np.uint32)
atlas = xatlas.Atlas()
if vertices.shape[1] == 2:
    atlas.add_uv_mesh(vertices, triangles)
else:
    atlas.add_mesh(vertices, triangles)
options = xatlas.PackOptions()
options.resolution, options.padding, options.bilinear = resolution, padding, True
atlas.generate(xatlas.ChartOptions(), options)
_, corners, uv = atlas[0]
# Beyond the wished size it starts a second atlas, which would lie on the first.
assert atlas.atlas_count == 1 and len(corners) == len(triangles)
# It divides each axis by its own size; a square map needs the same scale along both.
size = np.array([atlas.width, atlas.height])
np.savez(target, corner_uv=(uv * size / size.max())[corners].astype(np.float32), charts=atlas.chart_count)
