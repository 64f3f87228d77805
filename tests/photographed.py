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
    """The state with cameras for the crops of photos: all look at the middle of the whole picture."""
    cameras = state.cameras[: len(photos)].clone()
    cameras[:, 3:5] = views.lenses(photos)[:, 1:]
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
    lens = torch.tensor((2 * FOCAL, 0.0, 0.0)).expand(count, 3)
    state = State(cameras, poses, plain_shape(body))
    points, _ = posed(body, symmetric(body, state.shape), poses)
    places = views.matrices(cameras, lens)
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
