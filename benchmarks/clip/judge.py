# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores of a solved clip: those of photos, joints, sides that the clip never shows, and how calm it is."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch

from ...backend.photos import views
from ...backend.photos.body import Body, posed, posed_bones, symmetric
from ...backend.photos.collect import Photo
from ...backend.photos.fit import State
from ...backend.photos.template import quadruped
from ...backend.raster import gbuffer
from ...backend.raster.camera import Camera
from ..photos import scores
from ..photos.collections import Truth

UNSEEN = 90.0, 180.0, 270.0
"""Degrees that a camera is turned around the animal for outlines which the clip does not show."""
OUTLINE = 96
"""Pixels of these outlines."""
FAR = 60.0
"""Longer sides of the animal between these cameras and it: without perspective, nearly."""
JOINTS = {"front knee": "Hand", "front ankle": "FrontToes", "back knee": "Foot", "back ankle": "BackToes"}
"""True joints, at the head of a bone of the template; with the side behind."""


@dataclasses.dataclass(frozen=True)
class Judge:
    photos: list[Photo]
    """The frames."""
    truth: Truth
    headings: np.ndarray
    """(P,) radians"""
    places: list[np.ndarray]
    """P of (K, 2) keypoints in the crops."""
    seen: list[np.ndarray]
    """P of (K,)"""

    def scored(self, body: Body, state: State) -> dict:
        """IoU, PCK and Chamfer as of photos; the part of frames seen from the right side. After a scale and a shift of
        each frame: joints (mean distance from the true ones) and jitter (mean change of speed from frame to frame, less
        the true one) in % of the diagonal, and IoU of outlines from UNSEEN sides: of the whole result, and of that part
        of it alone which the clip shows."""
        shape = symmetric(body, state.shape)
        points, _ = posed(body, shape, state.poses)
        heads = posed_bones(body, shape, state.poses)[1].numpy()
        lens = views.lenses(self.photos)
        matrices = views.matrices(state.cameras, lens)
        triangles = body.triangles.numpy()
        numbers = {bone.name: number for number, bone in enumerate(quadruped().bones)}
        named = {f"{stem} {side}": numbers[f"{bone}.{side}"] for stem, bone in JOINTS.items() for side in "LR"}
        true_joints = [self.truth.names.index(name) for name in named]
        size = len(self.photos[0].mask)
        projected, visible, overlaps, chamfers, joints, moved, wanted = [], [], [], [], [], [], []
        for number, photo in enumerate(self.photos):
            camera = views.crop_camera(matrices[number], lens[number], size)
            place, ok, mask = scores.model_seen(points[number].numpy(), triangles, camera)
            known = photo.known.numpy() > 0.5
            projected.append(place)
            visible.append(ok)
            overlaps.append(scores.overlap(mask & known, photo.mask.numpy() * known))
            # In the axes of their own camera: a pose that is right from one side alone must not be good.
            turn = matrices[number][:3, :3].numpy().astype(float)
            own, true = points[number].numpy() @ turn, self.truth.vertices[number] @ self._turn(number)
            scale, shift = sized(own, triangles, true, self.truth.triangles)
            there = heads[number, list(named.values())] @ turn * scale + shift
            gap = there - self.truth.keypoints[number, true_joints] @ self._turn(number)
            joints.append(np.linalg.norm(gap, axis=1).mean() / np.linalg.norm(np.ptp(true, axis=0)))
            moved.append(scale * own + shift)
            wanted.append(true)
            chamfers.append(scores.chamfer(own, true))
        cameras = np.stack([camera.camera_to_world.numpy() for camera in self.truth.cameras])
        azimuths = np.arctan2(cameras[:, 0, 2], -cameras[:, 1, 2]) - self.headings
        off = (state.cameras[:, 0].numpy() - azimuths + np.pi) % (2 * np.pi) - np.pi
        shown = np.any(visible, axis=0)
        part = triangles[shown[triangles].all(axis=1)]
        return {
            "iou": float(np.mean(overlaps)),
            "pck": scores.transfer(self.places, self.seen, projected, visible),
            "chamfer": float(np.mean(chamfers)),
            "joints": float(100 * np.mean(joints)),
            "sides": float((np.abs(off) < np.pi / 4).mean()),
            "unseen": self._unseen(moved, wanted, triangles),
            "only_seen": self._unseen(moved, wanted, part),
            "jitter": unrest(moved) - unrest(wanted),
        }

    def _turn(self, number: int) -> np.ndarray:
        return self.truth.cameras[number].camera_to_world[:3, :3].numpy().astype(float)

    def _unseen(self, moved: list[np.ndarray], wanted: list[np.ndarray], triangles: np.ndarray) -> float:
        """Mean overlap of outlines from sides that are turned around the true upright."""
        found = []
        for number in range(0, len(moved), 4):
            up = self._turn(number)[2]
            for degrees in UNSEEN:
                frame = view_of(wanted[number], up, degrees)
                true = outline_of(wanted[number], self.truth.triangles, frame)
                found.append(scores.overlap(outline_of(moved[number], triangles, frame), true))
        return float(np.mean(found))


def sized(
    one: np.ndarray, triangles: np.ndarray, other: np.ndarray, other_triangles: np.ndarray
) -> tuple[float, np.ndarray]:
    """Scale and shift (3,) that give a surface the middle and the size (standard deviation) of another."""
    (size, middle), (wanted, where) = spread(one, triangles), spread(other, other_triangles)
    return wanted / size, where - wanted / size * middle


def spread(points: np.ndarray, triangles: np.ndarray) -> tuple[float, np.ndarray]:
    """Standard deviation of a surface, and its middle (3,)."""
    corners = points[triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    middles, weights = corners.mean(axis=1), (area / area.sum())[:, None]
    middle = (weights * middles).sum(axis=0)
    return float(np.sqrt((weights * (middles - middle) ** 2).sum())), middle


def unrest(points: list[np.ndarray]) -> float:
    """Mean second difference of vertices (V, 3) over frames, in % of the diagonal."""
    diagonal = np.linalg.norm(np.ptp(points[0], axis=0))
    return float(100 * np.linalg.norm(np.diff(np.stack(points), n=2, axis=0), axis=-1).mean() / diagonal)


def view_of(points: np.ndarray, up: np.ndarray, degrees: float) -> Camera:
    """The view along -Z on points (N, 3), turned around ``up`` and filled by them."""
    angle = np.radians(degrees)
    cross = np.array([[0, -up[2], up[1]], [up[2], 0, -up[0]], [-up[1], up[0], 0]])
    turn = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    local = points @ turn
    low, high = local.min(axis=0), local.max(axis=0)
    side = (high - low)[:2].max()
    matrix = np.eye(4)
    matrix[:3, :3] = turn
    matrix[:3, 3] = turn @ ((low + high) / 2 + [0.0, 0.0, FAR * side])
    focal = 0.8 * OUTLINE * FAR
    return Camera(torch.tensor(matrix, dtype=torch.float32), focal, focal, OUTLINE / 2, OUTLINE / 2, OUTLINE, OUTLINE)


def outline_of(points: np.ndarray, triangles: np.ndarray, camera: Camera) -> np.ndarray:
    """Mask (OUTLINE, OUTLINE) of points (V, 3) and triangles, both sides of them."""
    both = np.concatenate([triangles, triangles[:, ::-1]])
    points = torch.tensor(points, dtype=torch.float32)
    return gbuffer.rasterize(points, torch.tensor(both), camera).mask.numpy()
