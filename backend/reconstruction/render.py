# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a mesh that are differentiable in its vertices, inside the shape and at its outline.

Inside, the point that a pixel sees moves along its ray with the triangle. At the outline, the picture is smoothed by
how far the edge reaches between two pixel centres, after Laine et al., "Modular Primitives for High-Performance
Differentiable Rendering", 2020, section 3.5; here the edges look for their pixels, so that small triangles count too.
"""

from __future__ import annotations

import dataclasses

import torch

from ..raster import embree_raster, torch_raster
from ..raster.camera import Camera, pixel_rays, project
from ..raster.torch_raster import expand
from ..raster.triangles import intersect

BEHIND = 0.02
"""Of the depth's range: what lies so much farther away than an outline is behind it."""


@dataclasses.dataclass(frozen=True)
class Hits:
    pixel: torch.Tensor
    """(N,) int64: row-major number of each pixel that is hit."""
    face: torch.Tensor
    """(N,) int64"""
    barycentric: torch.Tensor
    """(N, 3), differentiable like all below."""
    position: torch.Tensor
    """(N, 3)"""
    normal: torch.Tensor
    """(N, 3) unit, smooth."""
    depth: torch.Tensor
    """(N,)"""


def trace(vertices: torch.Tensor, triangles: torch.Tensor, normals: torch.Tensor, camera: Camera) -> Hits:
    """What the pixels see of a mesh: (V, 3), (T, 3) and the vertices' unit normals (V, 3)."""
    fixed = vertices.detach()
    if embree_raster.available() and vertices.device.type == "cpu":
        face = embree_raster.first_hits(fixed, triangles, camera)
    else:
        face = torch_raster.first_hits(fixed[triangles], camera)
    pixel = (face.reshape(-1) >= 0).nonzero()[:, 0]
    face = face.reshape(-1)[pixel]
    corner = triangles[face]
    depth, u, v = intersect(vertices[corner], camera.position, pixel_rays(camera).reshape(-1, 3)[pixel])
    weights = torch.stack((1.0 - u - v, u, v), dim=-1)
    # A ray along a triangle's plane has weights without bounds.
    good = (weights.detach().abs().amax(dim=1) < 2.0) & torch.isfinite(depth.detach())
    pixel, face, corner, weights, depth = pixel[good], face[good], corner[good], weights[good], depth[good]
    position = (weights[..., None] * vertices[corner]).sum(dim=1)
    normal = torch.nn.functional.normalize((weights[..., None] * normals[corner]).sum(dim=1), dim=-1)
    return Hits(pixel, face, weights, position, normal, depth)


def vertex_normals(vertices: torch.Tensor, triangles: torch.Tensor) -> torch.Tensor:
    """Unit normals (V, 3): the mean of the faces around, by area."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    face = torch.linalg.cross(b - a, c - a)
    total = torch.zeros_like(vertices)
    for i in range(3):
        total = total.index_add(0, triangles[:, i], face)
    return torch.nn.functional.normalize(total, dim=-1)


def edges(triangles: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Vertices (E, 2) of all edges of a closed mesh with ``count`` vertices, and the faces (E, 2) beside each."""
    half = torch.cat([triangles[:, [i, (i + 1) % 3]] for i in range(3)])
    face = torch.arange(len(triangles), device=triangles.device).repeat(3)
    low, high = half.amin(dim=1), half.amax(dim=1)
    order = torch.argsort(low * count + high)
    return torch.stack((low, high), dim=1)[order[::2]], face[order].reshape(-1, 2)


def smooth_outline(
    image: torch.Tensor,
    hits: Hits,
    vertices: torch.Tensor,
    triangles: torch.Tensor,
    edge: tuple[torch.Tensor, torch.Tensor],
    camera: Camera,
) -> torch.Tensor:
    """The picture (H, W, C) of :func:`trace`, with outlines at their true place between the pixels.

    ``edge`` is that of :func:`edges`.
    """
    ends, faces = edge
    fixed = vertices.detach()
    corners = fixed[triangles]
    outward = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    front = ((camera.position - corners[:, 0]) * outward).sum(-1) > 0.0
    outline = front[faces[:, 0]] != front[faces[:, 1]]
    ends, faces = ends[outline], faces[outline]
    visible = torch.where(front[faces[:, 0]], faces[:, 0], faces[:, 1])
    pixels, depths = project(camera, vertices[ends].reshape(-1, 3))
    pixels, depths = pixels.reshape(-1, 2, 2), depths.detach().reshape(-1, 2)
    # The third corner of the face in front tells on which side of the edge the surface lies.
    third = triangles[visible].sum(dim=1) - ends.sum(dim=1)
    inner, _ = project(camera, fixed[third])

    # Each place is blended along one axis, that which the outline crosses more steeply. Small edges zigzag, so the
    # direction is that of the smooth surface.
    smooth = vertex_normals(fixed, triangles)[ends].sum(dim=1) @ camera.camera_to_world[:3, :2]
    sideways = smooth[:, 0].abs() >= smooth[:, 1].abs()

    surface = torch.full((camera.height * camera.width,), torch.inf)
    surface[hits.pixel] = hits.depth.detach()
    depth_range = float(hits.depth.detach().amax() - hits.depth.detach().amin()) if len(hits.depth) else 0.0
    result = image.reshape(-1, image.shape[-1])
    original = result
    for axis in (0, 1):  # neighbours along x, then along y
        which, place, line = _crossings(pixels, axis, camera)
        first = (place.detach() - 0.5).floor().long()
        limit = (camera.width, camera.height)[axis]
        kept = (first >= 0) & (first + 1 < limit) & (sideways[which] == (axis == 0))
        which, place, line, first = which[kept], place[kept], line[kept], first[kept]
        low = line * camera.width + first if axis == 0 else first * camera.width + line
        high = low + (1 if axis == 0 else camera.width)
        before = _is_before(pixels.detach()[which], inner[which], axis)
        near, far = torch.where(before, low, high), torch.where(before, high, low)
        depth = depths[which].mean(dim=1)
        # Beside its outline a surface is steep, so how much nearer it is there tells nothing.
        own = (surface[near] < depth + BEHIND * depth_range) & (surface[far] > depth + BEHIND * depth_range)
        part = place[own] - 0.5 - first[own]
        reach = torch.where(before[own], part, 1.0 - part)  # of the surface, from its own pixel's centre on
        # A line of small triangles may cross between two pixels more than once: the outermost place counts.
        pair, index = torch.unique(2 * near[own] + before[own], return_inverse=True)
        reach = torch.zeros(len(pair)).scatter_reduce(0, index, reach, "amax", include_self=False)[:, None]
        near, before = pair // 2, pair % 2 == 1
        far = near + torch.where(before, 1, -1) * (1 if axis == 0 else camera.width)
        step = original[near] - original[far]
        result = result.index_add(0, far, (reach - 0.5).clamp_min(0.0) * step)
        result = result.index_add(0, near, -(0.5 - reach).clamp_min(0.0) * step)
    return result.reshape(image.shape)


def _crossings(pixels: torch.Tensor, axis: int, camera: Camera) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Where edges (E, 2, 2) cross the lines through pixel centres that run along an axis.

    Returns the edge (K,), the place (K,) along the axis, differentiable, and the number of the line (K,).
    """
    across = pixels[:, :, 1 - axis]
    limit = (camera.height, camera.width)[axis]
    start = (across.detach().amin(dim=1) - 0.5).ceil().clamp(0, limit)
    stop = (across.detach().amax(dim=1) - 0.5).ceil().clamp(0, limit)
    which, offset = expand((stop - start).long().clamp_min(0))
    line = start[which].long() + offset
    one, two = pixels[which, 0], pixels[which, 1]
    part = (line + 0.5 - one[:, 1 - axis]) / (two[:, 1 - axis] - one[:, 1 - axis])
    return which, one[:, axis] + part * (two[:, axis] - one[:, axis]), line


def _is_before(edge: torch.Tensor, point: torch.Tensor, axis: int) -> torch.Tensor:
    """Whether points (K, 2) lie before the lines through edges (K, 2, 2) in the direction of an axis."""
    along = edge[:, 1] - edge[:, 0]
    part = (point[:, 1 - axis] - edge[:, 0, 1 - axis]) / along[:, 1 - axis]
    return point[:, axis] < edge[:, 0, axis] + part * along[:, axis]
