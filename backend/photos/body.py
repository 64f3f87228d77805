# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A template that can be fitted: bone lengths and thicknesses, poses and offsets of vertices, in torch."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch

from ..reconstruction.render import vertex_normals
from .template import Template


@dataclasses.dataclass(frozen=True)
class Body:
    """The template as tensors (float32); all poses turn bones about the animal's own axes, as it stands at rest."""

    stems: tuple[str, ...]
    """(B,) names without numbers and sides."""
    parents: tuple[int, ...]
    heads: torch.Tensor
    """(B, 3)"""
    axes: torch.Tensor
    """(B, 3) unit, from head to tail."""
    lengths: torch.Tensor
    """(B,)"""
    turns: torch.Tensor
    """(B, 3, 3) from the template's axes to these at rest."""
    vertices: torch.Tensor
    """(V, 3)"""
    normals: torch.Tensor
    """(V, 3) unit, at rest."""
    triangles: torch.Tensor
    """(T, 3) int64"""
    weights: torch.Tensor
    """(V, B)"""
    twin: torch.Tensor
    """(V,) int64"""
    twin_bone: torch.Tensor
    """(B,) int64"""
    groups: torch.Tensor
    """(B,) int64: bones that are of one length: of both sides, and of a chain."""

    def only(self, vertices: torch.Tensor) -> Body:
        """The same bones with these vertices (N,) alone, and no triangles."""
        return dataclasses.replace(
            self,
            vertices=self.vertices[vertices],
            normals=self.normals[vertices],
            weights=self.weights[vertices],
            triangles=self.triangles[:0],
            twin=torch.arange(len(vertices)),
        )


@dataclasses.dataclass(frozen=True)
class Shape:
    """What all pictures share. Leading dimensions (...) may hold several shapes."""

    lengths: torch.Tensor
    """(..., B) logarithms of factors of the bones' lengths; of a group, the first bone's counts."""
    widths: torch.Tensor
    """(..., B) logarithms of factors across the bones; of twins, the first one's counts."""
    bends: torch.Tensor
    """(..., B, 3) rotation vectors of a pose common to all; of twins, the first one's, mirrored, counts."""
    offsets: torch.Tensor
    """(V, 3) that vertices are moved by at rest; of twins, the mean, mirrored, counts."""


def body_of(template: Template) -> Body:
    bones = template.bones
    heads = np.stack([bone.head for bone in bones])
    tails = np.stack([bone.tail for bone in bones])
    axes = (tails - heads) / np.linalg.norm(tails - heads, axis=1, keepdims=True)
    names = [bone.name.removesuffix(".L").removesuffix(".R") for bone in bones]
    stems = [name.rstrip("0123456789") for name in names]

    def tensor(values: np.ndarray) -> torch.Tensor:
        return torch.tensor(values, dtype=torch.float32)

    return Body(
        tuple(stems),
        tuple(template.parents.tolist()),
        tensor(heads),
        tensor(axes),
        tensor(np.linalg.norm(tails - heads, axis=1)),
        torch.eye(3).repeat(len(bones), 1, 1),
        tensor(template.vertices),
        vertex_normals(tensor(template.vertices), torch.tensor(template.triangles)),
        torch.tensor(template.triangles),
        tensor(template.weights),
        torch.tensor(template.twin),
        torch.tensor(template.twin_bone),
        torch.tensor([stems.index(stem) for stem in stems]),
    )


def plain_shape(body: Body) -> Shape:
    """The template's own."""
    count = len(body.parents)
    return Shape(torch.zeros(count), torch.zeros(count), torch.zeros(count, 3), torch.zeros_like(body.vertices))


def mirrored_rotations(vectors: torch.Tensor) -> torch.Tensor:
    """Rotation vectors (..., 3) as seen in the mirror x -> -x."""
    return vectors * vectors.new_tensor((1.0, -1.0, -1.0))


def symmetric(body: Body, shape: Shape) -> Shape:
    """The shape with both sides alike, and bones of a chain of one length."""
    first = torch.minimum(torch.arange(len(body.parents)), body.twin_bone)
    lefts = first == torch.arange(len(first))
    bends = shape.bends[..., first, :]
    middle = body.twin_bone == torch.arange(len(first))
    # What lies in the middle only nods.
    only_x = bends * bends.new_tensor((1.0, 0.0, 0.0))
    bends = torch.where(middle[:, None], only_x, torch.where(lefts[:, None], bends, mirrored_rotations(bends)))
    mirror = shape.offsets[body.twin] * shape.offsets.new_tensor((-1.0, 1.0, 1.0))
    return Shape(shape.lengths[..., body.groups], shape.widths[..., first], bends, 0.5 * (shape.offsets + mirror))


def of_vertices(shape: Shape, vertices: torch.Tensor) -> Shape:
    """The shape for :meth:`Body.only` of these vertices."""
    return dataclasses.replace(shape, offsets=shape.offsets[vertices])


def rotation_matrices(vectors: torch.Tensor) -> torch.Tensor:
    """(..., 3, 3) of rotation vectors (..., 3), after Rodrigues."""
    square = (vectors * vectors).sum(-1) + 1e-12
    angle = square.sqrt()
    x, y, z = vectors.unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack((zero, -z, y, z, zero, -x, -y, x, zero), dim=-1).reshape(*vectors.shape, 3)
    a = (torch.sin(angle) / angle)[..., None, None]
    b = ((1.0 - torch.cos(angle)) / square)[..., None, None]
    return torch.eye(3, dtype=vectors.dtype) + a * cross + b * (cross @ cross)


def stretches(body: Body, shape: Shape) -> torch.Tensor:
    """(..., B, 3, 3): along each bone by its length's factor, across by its width's."""
    across = shape.widths.exp()[..., None, None]
    along = shape.lengths.exp()[..., None, None]
    outer = body.axes[:, :, None] * body.axes[:, None, :]
    return across * torch.eye(3) + (along - across) * outer


def posed_bones(body: Body, shape: Shape, pose: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Turns (P, B, 3, 3), heads (P, B, 3) of bones in poses (P, B, 3), and stretches (P or 1, B, 3, 3).

    ``shape`` is a :func:`symmetric` one, of one animal or of P.
    """
    stretch = stretches(body, shape)
    stretch = stretch if stretch.dim() == 4 else stretch[None]
    own = rotation_matrices(pose) @ rotation_matrices(shape.bends)
    turns: list[torch.Tensor] = []
    heads: list[torch.Tensor] = []
    for bone, parent in enumerate(body.parents):
        if parent < 0:
            turns.append(torch.eye(3).expand(len(pose), 3, 3))
            heads.append(body.heads[bone].expand(len(pose), 3))
            continue
        rest = (stretch[:, parent] @ (body.heads[bone] - body.heads[parent])[:, None]).expand(len(pose), 3, 1)
        heads.append(heads[parent] + (turns[parent] @ rest)[..., 0])
        turns.append(turns[parent] @ own[:, bone])
    return torch.stack(turns, dim=1), torch.stack(heads, dim=1), stretch


def posed(body: Body, shape: Shape, pose: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Vertices (P, V, 3) and their normals, not of unit length, in poses (P, B, 3): linear blend skinning of what the
    shape makes of the template. How the shape turns normals is left out."""
    turns, heads, stretch = posed_bones(body, shape, pose)
    linear = turns @ stretch
    constant = heads - (linear @ body.heads[:, :, None])[..., 0]
    count = len(body.parents)
    both = torch.cat((linear, constant[..., None], turns), dim=-1).reshape(len(pose), count, 21)
    blended = (body.weights @ both).reshape(len(pose), -1, 3, 7)
    points = (blended[..., :3] * body.vertices[:, None]).sum(-1) + blended[..., 3]
    points = points + (blended[..., 4:] * shape.offsets[:, None]).sum(-1)
    return points, (blended[..., 4:] * body.normals[:, None]).sum(-1)


def baked(body: Body, shape: Shape, poses: torch.Tensor) -> tuple[Body, torch.Tensor]:
    """A body that rests in this symmetric shape, bends and all, and poses (P, B, 3) as turns of its own bones.

    What a rig can do is this body's turns alone, without stretching.
    """
    still = torch.zeros(1, len(body.parents), 3)
    points, _ = posed(body, shape, still)
    turns, heads, _ = posed_bones(body, shape, still)
    normals = vertex_normals(points[0], body.triangles)
    axes = (turns[0] @ body.axes[:, :, None])[..., 0]
    above = turns[0][[max(parent, 0) for parent in body.parents]]
    made = dataclasses.replace(
        body,
        heads=heads[0],
        axes=axes,
        lengths=body.lengths * shape.lengths.exp(),
        turns=turns[0] @ body.turns,
        vertices=points[0],
        normals=normals,
    )
    return made, (above @ poses[..., None])[..., 0]


def bone_matrices(body: Body, shape: Shape, poses: torch.Tensor) -> torch.Tensor:
    """(P, B, 3, 4): how poses move the space around each bone of a :func:`baked` body."""
    turns, heads, _ = posed_bones(body, shape, poses)
    shift = heads - (turns @ body.heads[:, :, None])[..., 0]
    return torch.cat((turns, shift[..., None]), dim=-1)
