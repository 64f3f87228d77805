# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Neck and head: from the front end of the spine to the tip of the muzzle, beak or crown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body import Body, Limb
from .bones import Bone, chain, numbered, split_evenly
from .curves import path_length, smoothed


@dataclass(frozen=True)
class Head:
    neck: np.ndarray
    """(N + 1, 3) joints of the neck, the last one is the base of the skull."""
    tip: np.ndarray
    """(3,) muzzle."""
    line: np.ndarray
    """(M, 3) the centred line from the base of the neck to the muzzle."""
    radius: np.ndarray
    """(M,)"""
    limb: Limb | None
    """The limb that led to the muzzle."""

    def bones(self, parent: str) -> list[Bone]:
        names = numbered("Neck", len(self.neck) - 1)
        neck = chain(names, self.neck, parent, "Head", connected=True)
        return neck + chain(["Head"], np.stack([self.neck[-1], self.tip]), names[-1], "Head", connected=True)


def head_and_neck(body: Body, base: np.ndarray, legs: list[Limb], neck_bones: int) -> Head:
    """Neck and head in front of ``base`` (3,), the end of the spine."""
    muzzle = _muzzle(body, base)
    line, limb = _line_to(body, base, muzzle, legs)
    radius = body.solid.radius_at(line).astype(float)
    skull = _skull_base(line, radius)
    neck_line = line[: skull + 1]
    thick = 2 * float(np.median(radius[: skull + 1]))
    count = neck_bones or int(np.clip(round(path_length(neck_line) / max(0.6 * thick, 1e-9)), 2, 7))
    # The skull sits on top of the spine: its joint is above the middle of the throat.
    axis = (muzzle - line[skull]) / np.linalg.norm(muzzle - line[skull])
    above = np.array([0.0, 0.0, 1.0]) - axis * axis[2]
    joint = line[skull] + 0.5 * radius[skull] * above
    bent = neck_line + np.linspace(0, 1, len(neck_line))[:, None] * (joint - line[skull])
    return Head(split_evenly(bent, count), muzzle, line, radius, limb)


def _muzzle(body: Body, base: np.ndarray) -> np.ndarray:
    """Foremost point above the legs."""
    points = body.solid.points(np.argwhere(body.solid.inside))
    points = points[(points[:, 2] > 0.5 * (body.low[2] + base[2])) & (points[:, 1] < base[1])]
    if body.symmetric:
        points = points[np.abs(points[:, 0]) < 2.1 * body.solid.pitch]
    if not len(points):
        return base + np.array([0.0, -0.05 * body.size, 0.0])
    foremost = points[points[:, 1] < points[:, 1].min() + 2.5 * body.solid.pitch]
    tip = foremost.mean(axis=0)
    tip[1] = points[:, 1].min() + 0.5 * body.solid.pitch
    return tip


def _line_to(body: Body, base: np.ndarray, muzzle: np.ndarray, legs: list[Limb]) -> tuple[np.ndarray, Limb | None]:
    """(M, 3) from ``base`` along the middle of neck and head to the muzzle."""
    ahead = [limb for limb in body.limbs if limb not in legs and limb.tip[1] < base[1]]
    if not ahead:
        return smoothed(np.stack([base, (base + muzzle) / 2, muzzle]), body.solid.pitch), None
    to_muzzle = min(ahead, key=lambda limb: np.linalg.norm(limb.tip - muzzle))
    reaches = np.linalg.norm(to_muzzle.tip - muzzle) < 0.06 * body.size
    if not reaches:  # an ear or a horn was the farthest end of the head: its path leads through neck and skull, too
        to_muzzle = max(ahead, key=lambda limb: limb.length)
    path = to_muzzle.path[::-1].copy()
    if body.symmetric:
        path[:, 0] = 0
    start = int(np.linalg.norm(path - base, axis=1).argmin())
    # Leave the path where it is nearest to the muzzle.
    end = len(path) - 1 if reaches else start + int(np.linalg.norm(path[start:] - muzzle, axis=1).argmin())
    inner = path[start + 1 : end + 1]
    inner = inner[np.linalg.norm(inner - base, axis=1) > 0.03 * body.size]
    corners = [base[None], inner, muzzle[None]]
    return smoothed(np.concatenate(corners), body.solid.pitch, rounds=12), to_muzzle if reaches else None


def _skull_base(line: np.ndarray, radius: np.ndarray) -> int:
    """Index of the skull's joint: the bend between neck and head, or behind the widest place of a straight one."""
    candidates = np.arange(int(0.35 * len(line)), max(int(0.8 * len(line)), int(0.35 * len(line)) + 1))
    errors = [
        _distance_to_segment(line[:index], line[0], line[index])
        + _distance_to_segment(line[index:], line[index], line[-1])
        for index in candidates
    ]
    best = int(candidates[int(np.argmin(errors))])
    neck, head = line[best] - line[0], line[-1] - line[best]
    angle = np.arccos(np.clip(neck @ head / (np.linalg.norm(neck) * np.linalg.norm(head) + 1e-12), -1, 1))
    if np.degrees(angle) > 25:
        return best
    front = int(0.4 * len(line))
    widest = front + int(radius[front : int(0.85 * len(line)) + 1].argmax())
    step = np.linalg.norm(line[1] - line[0])
    return int(np.clip(widest - round(0.6 * radius[widest] / max(step, 1e-9)), 1, len(line) - 2))


def _distance_to_segment(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    """Sum of squared distances of points (N, 3) to a segment."""
    direction = end - start
    along = np.clip((points - start) @ direction / max(direction @ direction, 1e-12), 0, 1)
    return float((np.linalg.norm(points - start - along[:, None] * direction, axis=1) ** 2).sum())
