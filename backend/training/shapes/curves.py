# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves in two and three dimensions: what profiles, outlines and paths are drawn with. Points are rows, float64."""

from __future__ import annotations

import math

import numpy as np


def spline(points, steps: int = 6, closed: bool = False) -> np.ndarray:
    """A smooth curve through the points (N, D), ``steps`` samples for each span: a centripetal Catmull-Rom spline.

    Centripetal, because the uniform one overshoots and loops where points lie unevenly (Yuksel et al. 2011).
    """
    points = np.asarray(points, dtype=np.float64)
    if closed:
        padded = np.concatenate([points[-1:], points, points[:2]])
    else:
        padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    knots = np.sqrt(np.linalg.norm(np.diff(padded, axis=0), axis=1))
    t = np.arange(steps)[:, None] / steps
    spans = []
    for i in range(len(padded) - 3):
        p0, p1, p2, p3 = padded[i : i + 4]
        k0, k1, k2 = np.maximum(knots[i : i + 3], 1e-9)
        m1 = k1 * ((p1 - p0) / k0 - (p2 - p0) / (k0 + k1) + (p2 - p1) / k1)
        m2 = k1 * ((p2 - p1) / k1 - (p3 - p1) / (k1 + k2) + (p3 - p2) / k2)
        spans.append(
            (2 * t**3 - 3 * t**2 + 1) * p1
            + (t**3 - 2 * t**2 + t) * m1
            + (3 * t**2 - 2 * t**3) * p2
            + (t**3 - t**2) * m2
        )
    if not closed:
        spans.append(points[-1:])
    return np.concatenate(spans)


def fillet(points, radius: float, steps: int = 3, closed: bool = False) -> np.ndarray:
    """The polyline (N, D) with its corners rounded; a corner takes at most 45 % of the shorter of its two sides."""
    points = np.asarray(points, dtype=np.float64)
    if radius <= 0:
        return points
    result = []
    for i, corner in enumerate(points):
        if not closed and i in (0, len(points) - 1):
            result.append(corner[None])
            continue
        back, ahead = points[i - 1] - corner, points[(i + 1) % len(points)] - corner
        back_length, ahead_length = np.linalg.norm(back), np.linalg.norm(ahead)
        back, ahead = back / back_length, ahead / ahead_length
        half = math.acos(float(np.clip(back @ ahead, -1.0, 1.0))) / 2
        if half > math.radians(88.0) or half < math.radians(2.0):
            result.append(corner[None])
            continue
        cut = min(radius / math.tan(half), 0.45 * back_length, 0.45 * ahead_length)
        # A quadratic curve would be flatter in the middle than an arc; this one is the arc itself.
        centre = corner + (back + ahead) / np.linalg.norm(back + ahead) * cut / math.cos(half)
        reach = cut * math.tan(half)
        start, end = corner + back * cut - centre, corner + ahead * cut - centre
        sweep = math.pi - 2 * half
        t = np.linspace(0.0, 1.0, steps + 1)[:, None]
        arc = (np.sin((1 - t) * sweep) * start + np.sin(t * sweep) * end) / math.sin(sweep)
        result.append(centre + arc * (reach / np.linalg.norm(arc, axis=1, keepdims=True)))
    return np.concatenate(result)


def arc(centre, radius, start: float, end: float, steps: int) -> np.ndarray:
    """(steps + 1, 2) points of a circle or, with two radii, of an ellipse, from angle to angle (radians)."""
    angles = np.linspace(start, end, steps + 1)
    return np.asarray(centre, dtype=np.float64) + np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius


def circle(radius=1.0, count: int = 24, centre=(0.0, 0.0), phase: float = 0.0) -> np.ndarray:
    """(count, 2) points of a circle or ellipse, counter-clockwise, the first not repeated."""
    angles = phase + np.arange(count) * (2 * math.pi / count)
    return np.asarray(centre, dtype=np.float64) + np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius


def superellipse(width: float, height: float, power: float, count: int) -> np.ndarray:
    """(count, 2) points between an ellipse (power 2) and a rectangle (large power) of these half sizes."""
    unit = circle(1.0, count, phase=math.pi / count)
    return np.sign(unit) * np.abs(unit) ** (2.0 / power) * (width, height)


def rectangle(width: float, height: float, radius: float = 0.0, steps: int = 3) -> np.ndarray:
    """The outline of a rectangle of these full sizes around the origin, with rounded corners if radius > 0."""
    w, h = width / 2, height / 2
    corners = np.array([(-w, -h), (w, -h), (w, h), (-w, h)])
    return fillet(corners, radius, steps, closed=True) if radius > 0 else corners


def resample(points, count: int, closed: bool = False) -> np.ndarray:
    """(count, D) points at equal distances along the polyline."""
    points = np.asarray(points, dtype=np.float64)
    if closed:
        points = np.concatenate([points, points[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    targets = np.linspace(0.0, along[-1], count + 1)[:-1] if closed else np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(targets, along, points[:, axis]) for axis in range(points.shape[1])], axis=1)


def offset(outline, distance: float) -> np.ndarray:
    """The closed counter-clockwise outline (N, 2) moved inwards by ``distance``, point by point (mitred, capped)."""
    outline = np.asarray(outline, dtype=np.float64)
    return outline + _mitres(outline) * distance


def room(outline, distance: float) -> float:
    """The share of ``distance``, with its sign, by which ``offset`` can move the outline before a side turns round."""
    outline = np.asarray(outline, dtype=np.float64)
    mitres = _mitres(outline) * distance
    sides = np.roll(outline, -1, axis=0) - outline
    shrink = -((np.roll(mitres, -1, axis=0) - mitres) * sides).sum(axis=1) / (sides**2).sum(axis=1)
    return distance * min(1.0, 0.85 / max(float(shrink.max()), 1e-9))


def _mitres(outline: np.ndarray) -> np.ndarray:
    """How each point moves when the sides beside it move inwards by 1."""
    ahead = np.roll(outline, -1, axis=0) - outline
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-12)
    inward = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    mitre = inward + np.roll(inward, 1, axis=0)
    # |mitre|^2 / 2 = 1 + cos(angle between the sides); the cap keeps spikes at sharp corners within twice the distance.
    return mitre / np.maximum((mitre**2).sum(axis=1, keepdims=True) / 2, 0.5)
