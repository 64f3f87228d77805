# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guided filter after He, Sun and Tang, "Guided Image Filtering", ECCV 2010: a mask takes the edges of its picture.

As in their "Fast Guided Filter", 2015, what the filter computes is computed small and used at full size.
"""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import ndimage


def enlarged(
    mask: np.ndarray, small: np.ndarray, large: np.ndarray, radius: int = 2, smoothing: float = 1e-4
) -> np.ndarray:
    """A mask (h, w) of a small picture (h, w, 3) at the size (H, W) of the large one (H, W, 3), all within 0..1.

    Around each pixel the mask is taken for a linear function of the colours.

    Args:
        radius: pixels of the windows of the small picture within which the function is one and the same.
        smoothing: variance of colour within a window that is no edge.
    """
    size = large.shape[1::-1]

    def mean(values: np.ndarray) -> np.ndarray:
        return ndimage.uniform_filter(values, (2 * radius + 1,) * 2 + (0,) * (values.ndim - 2), mode="nearest")

    def at_full_size(values: np.ndarray) -> np.ndarray:
        image = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
        return np.asarray(image.resize(size, Image.Resampling.BILINEAR))

    guide, mask = small.astype(np.float64), mask.astype(np.float64)
    middle, level = mean(guide), mean(mask)
    covariance = mean(guide * mask[..., None]) - middle * level[..., None]
    spread = mean(guide[..., :, None] * guide[..., None, :]) - middle[..., :, None] * middle[..., None, :]
    slope = np.linalg.solve(spread + smoothing * np.eye(3), covariance[..., None])[..., 0]
    result = at_full_size(mean(level - (slope * middle).sum(axis=-1)))
    for channel, values in enumerate(np.moveaxis(mean(slope), -1, 0)):
        result = result + at_full_size(values) * large[..., channel]
    return result.clip(0.0, 1.0).astype(np.float32)
