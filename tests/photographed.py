# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the four-legged template in known poses, by known cameras."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from galatea.backend.photos import views
from galatea.backend.photos.body import Body, body_of, plain_shape, posed, symmetric
from galatea.backend.photos.collect import FOCAL, Photo
from galatea.backend.photos.fit import State
from galatea.backend.photos.habits import random_poses, turn_spread
from galatea.backend.photos.template import Template, quadruped
from galatea.backend.raster import gbuffer

SIZE = 160
CELL = 0.09
"""Coarse: what is tested does not need the finest surface."""


@dataclasses.dataclass(frozen=True)
class Shots:
    folder: Path
    template: Template
    body: Body
    state: State
    """What is true."""


def in_crops(state: State, photos: list[Photo]) -> State:
    """The state with cameras for the crops of photos."""
    cameras = state.cameras[: len(photos)].clone()
    half = torch.tensor([[photo.side / 2] for photo in photos])
    middle = torch.tensor([photo.corner for photo in photos]) + half
    cameras[:, 3:5] = ((cameras[:, 3:5] + 1) * SIZE / 2 - middle) / half
    return State(cameras, state.poses[: len(photos)], state.shape)


def shots(folder: Path, count: int, seed: int = 0) -> Shots:
    """``00.png``, ... with transparency: the body is orange in front (y < 0), blue behind; shaded a little."""
    template = quadruped(CELL)
    body = body_of(template)
    generator = torch.Generator().manual_seed(seed)
    poses = 0.6 * random_poses(turn_spread(body), count, generator)
    cameras = torch.zeros(count, views.COUNT)
    cameras[:, 0] = 2 * torch.pi * (torch.arange(count) + 0.2) / count
    cameras[:, 1] = 0.25
    cameras[:, 5] = torch.log(torch.tensor(5.0))
    return taken(folder, template, State(cameras, poses, plain_shape(body)))


def film(folder: Path, count: int) -> Shots:
    """The same of an animal that strides and turns evenly, as frames of a clip."""
    template = quadruped(CELL)
    body = body_of(template)
    time = torch.linspace(0.0, 1.0, count)
    poses = torch.zeros(count, len(body.parents), 3)
    for number, bone in enumerate(template.bones):
        if bone.name in ("UpperArm.L", "Thigh.R", "UpperArm.R", "Thigh.L"):
            sign = 1.0 if bone.name in ("UpperArm.L", "Thigh.R") else -1.0
            poses[:, number, 0] = sign * 0.4 * torch.sin(4.0 * time)
    cameras = torch.zeros(count, views.COUNT)
    cameras[:, 0] = 1.2 + 0.6 * time
    cameras[:, 1] = 0.25
    cameras[:, 3] = 0.3 * (time - 0.5)
    cameras[:, 5] = torch.log(torch.tensor(5.5))
    return taken(folder, template, State(cameras, poses, plain_shape(body)))


def taken(folder: Path, template: Template, state: State) -> Shots:
    """Pictures of a state, whose cameras are for the whole square picture."""
    body = body_of(template)
    count = len(state.cameras)
    lens = torch.tensor((2 * FOCAL, 0.0, 0.0)).expand(count, 3)
    points, _ = posed(body, symmetric(body, state.shape), state.poses)
    places = views.matrices(state.cameras, lens)
    folder.mkdir(parents=True, exist_ok=True)
    colour = torch.where(body.vertices[:, 1:2] < 0, torch.tensor((0.9, 0.5, 0.1)), torch.tensor((0.1, 0.3, 0.8)))
    for number in range(count):
        camera = views.crop_camera(places[number], lens[number], SIZE)
        buffer = gbuffer.rasterize(points[number], body.triangles, camera)
        own = (buffer.barycentric[..., None] * colour[body.triangles[buffer.face]]).sum(dim=1)
        lit = own * (0.6 + 0.4 * (buffer.normal * buffer.view).sum(-1, keepdim=True))
        image = torch.cat((buffer.image(lit), buffer.mask[..., None].float()), dim=-1)
        Image.fromarray((image.numpy() * 255).round().astype(np.uint8)).save(folder / f"{number:02}.png")
    return Shots(folder, template, body, state)
