# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How pictures move from frame to frame: Kroeger et al., "Fast Optical Flow using Dense Inverse Search", 2016, by
OpenCV."""

from __future__ import annotations

import cv2
import numpy as np

DOUBT = 1.5
"""Pixels by which the way there and back may miss, from which a flow counts half."""


def flow(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(H, W, 2) float32, pixels right and down: where what a frame (H, W, 3 or 4) uint8 shows is in the other one."""
    method = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    method.setFinestScale(0)
    return method.calc(_gray(one), _gray(other), None)


def both_ways(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """:func:`flow`, and how sure it is (H, W) float32: 1 where the way back leads to where it came from."""
    there, back = flow(one, other), flow(other, one)
    missed = np.linalg.norm(there + warped(back, there), axis=-1)
    return there, (1.0 / (1.0 + np.square(missed / DOUBT))).astype(np.float32)


def warped(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    """What values (H, W) or (H, W, C) of the other frame are at the places that a flow (H, W, 2) leads to."""
    height, width = there.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(values, x + there[..., 0], y + there[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def _gray(frame: np.ndarray) -> np.ndarray:
    """What is transparent is of an even gray."""
    gray = cv2.cvtColor(np.ascontiguousarray(frame[..., :3]), cv2.COLOR_RGB2GRAY)
    return gray if frame.shape[2] == 3 else np.where(frame[..., 3] > 127, gray, 128).astype(np.uint8)
