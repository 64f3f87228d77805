# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores of a solved collection: overlap of masks, keypoint transfer, distance of the posed shape."""

from __future__ import annotations

import numpy as np
import torch
from scipy.spatial import KDTree

from ...backend.raster import gbuffer
from ...backend.raster.camera import Camera

CROP = 1.5
"""Side of the square around the keypoints over their box, as LASSIE crops."""
CLOSE = 0.1
"""Part of that side within which a keypoint counts as found."""
HIDDEN = 0.04
"""Part of the animal's diagonal by which something may lie before a keypoint that counts as seen: the limb itself."""


def keypoints_seen(
    keypoints: np.ndarray, vertices: np.ndarray, triangles: np.ndarray, camera: Camera, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (K, 2) of keypoints (K, 3) and which of them are seen (K,): inside the mask, nothing far before them."""
    place, depth = _project(camera, keypoints)
    buffer = gbuffer.rasterize(torch.tensor(vertices, dtype=torch.float32), torch.tensor(triangles), camera)
    surface = buffer.image(buffer.depth[:, None], torch.inf)[..., 0].numpy()
    diagonal = np.linalg.norm(np.ptp(vertices, axis=0))
    x, y = np.floor(place).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < camera.width) & (y < camera.height)
    x, y = x.clip(0, camera.width - 1), y.clip(0, camera.height - 1)
    near = surface[y, x]
    # Ears and tails are so thin that their own pixel may miss them.
    in_front = np.isfinite(near) & (near < depth - HIDDEN * diagonal)
    wide = np.pad(mask > 0.5, 2)
    touched = np.any([wide[y + i, x + j] for i in range(5) for j in range(5)], axis=0)
    return place, inside & touched & ~in_front


def transfer(
    places: list[np.ndarray], seen: list[np.ndarray], projected: list[np.ndarray], visible: list[np.ndarray]
) -> float:
    """PCK: the part of keypoints that come to lie within CLOSE of the crop of where they are in the other picture.

    For all ordered pairs of pictures: a keypoint's nearest visible vertex in the one, the same vertex in the other.
    Keypoints (K, 2) that are ``seen`` (K,) in both count; ``projected`` (V, 2) and ``visible`` (V,) are of the model.
    """
    right = total = 0
    sides = [CROP * np.ptp(place[ok], axis=0).max() if ok.sum() > 1 else np.inf for place, ok in zip(places, seen)]
    for one in range(len(places)):
        if not visible[one].any():
            continue
        index = np.flatnonzero(visible[one])
        nearest = index[KDTree(projected[one][index]).query(places[one])[1]]
        for other in range(len(places)):
            both = seen[one] & seen[other]
            if one == other or not both.any():
                continue
            gap = np.linalg.norm(projected[other][nearest] - places[other], axis=1)
            right += int((gap[both] < CLOSE * sides[other]).sum())
            total += int(both.sum())
    return right / max(total, 1)


def model_seen(
    vertices: np.ndarray, triangles: np.ndarray, camera: Camera
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels (V, 2) of a model's vertices (V, 3), which of them are visible (V,), and its mask (H, W)."""
    place, _ = _project(camera, vertices)
    buffer = gbuffer.rasterize(torch.tensor(vertices, dtype=torch.float32), torch.tensor(triangles), camera)
    visible = np.zeros(len(vertices), bool)
    visible[np.unique(triangles[np.unique(buffer.face.numpy())])] = True
    return place, visible, buffer.mask.numpy()


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two masks."""
    one, other = one > 0.5, other > 0.5
    return float((one & other).sum() / max((one | other).sum(), 1))


def chamfer(one: np.ndarray, other: np.ndarray) -> float:
    """Mean distance (both ways, halved) of surfaces (N, 3) and (M, 3) in % of the second's diagonal, after the first
    was moved, turned and scaled onto the second by iterated closest points. Both must already be turned alike."""
    diagonal = np.linalg.norm(np.ptp(other, axis=0))
    moved = (one - one.mean(axis=0)) * np.sqrt(other.var(axis=0).sum() / one.var(axis=0).sum()) + other.mean(axis=0)
    tree = KDTree(other)
    for _ in range(30):
        _, nearest = tree.query(moved)
        moved = _similar(moved, other[nearest])
    there, back = tree.query(moved)[0], KDTree(moved).query(other)[0]
    return float(100 * (there.mean() + back.mean()) / 2 / diagonal)


def _similar(points: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Points (N, 3) by the similarity that brings them nearest to (N, 3), after Umeyama."""
    a, b = points - points.mean(axis=0), wanted - wanted.mean(axis=0)
    u, s, v = np.linalg.svd(b.T @ a)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ v))])
    scale = (s * np.diag(flip)).sum() / (a * a).sum()
    return scale * a @ (u @ flip @ v).T + wanted.mean(axis=0)


def _project(camera: Camera, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    matrix = camera.camera_to_world.numpy().astype(float)
    local = (points - matrix[:3, 3]) @ matrix[:3, :3]
    depth = -local[:, 2]
    return np.stack(
        (camera.cx + camera.fx * local[:, 0] / depth, camera.cy - camera.fy * local[:, 1] / depth), -1
    ), depth
