# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of splats by the fastest way there is: gsplat's kernels on an NVIDIA GPU where that package is installed,
else the plain compositor."""

from __future__ import annotations

import importlib.util
import math
import typing

import torch

from ..raster.camera import Camera
from .compose import BLUR, NEAR, Picture, compose
from .splats import Splats

Draw = typing.Callable[[Splats, Camera], Picture]


def best(device: torch.device) -> Draw:
    """What draws on a device. gsplat is Apache-2.0 and not among our pins: whoever has it gets its speed."""
    if device.type != "cuda" or importlib.util.find_spec("gsplat") is None:
        return compose
    import gsplat

    return lambda splats, camera: by_kernels(splats, camera, gsplat.rasterization)


def by_kernels(splats: Splats, camera: Camera, rasterization: typing.Callable) -> Picture:
    """The same picture as :func:`.compose.compose`, by a function with the arguments of ``gsplat.rasterization``."""
    options = {"dtype": splats.position.dtype, "device": splats.position.device}
    flip = torch.diag(torch.tensor((1.0, -1.0, -1.0, 1.0), **options))  # its cameras are OpenCV's
    world_to_camera = torch.linalg.inv(camera.camera_to_world.to(**options) @ flip)
    lens = torch.tensor(((camera.fx, 0.0, camera.cx), (0.0, camera.fy, camera.cy), (0.0, 0.0, 1.0)), **options)
    shown, alpha, _ = rasterization(
        means=splats.position, quats=splats.rotation, scales=splats.scale, opacities=splats.opacity,
        colors=splats.harmonics, viewmats=world_to_camera[None], Ks=lens[None], width=camera.width,
        height=camera.height, near_plane=NEAR, eps2d=BLUR, sh_degree=math.isqrt(splats.harmonics.shape[1]) - 1,
        render_mode="RGB+ED",
    )  # fmt: skip
    return Picture(shown[0, ..., :3], alpha[0, ..., 0], shown[0, ..., 3])
