# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outlines of the animal in the frames of a clip: each frame's own, then what neighbours in time say of it."""

from __future__ import annotations

import dataclasses
import typing

import numpy as np
from scipy import ndimage

from ..job import JobError
from ..photos.collect import wrong_way_round
from ..pictures.gate import without_specks
from ..pictures.outline import outline
from .flow import flow, warped
from .read import Clip

AGREE = 0.6
"""Overlap with what the neighbours' masks become by the flow, below which a mask is not believed."""
STILL = 0.03
"""Median difference to the mean of all frames at the border, of a camera that does not move."""
STANDS_OUT = 0.08
"""Difference in display-encoded colour to the background of a still camera that is animal."""
EDGE = 3
"""Pixels at the outline whose colors are mixed with the background's, after compression."""
NEARBY = 15.0
"""Pixels around a place from which the background's color is known there."""
PLAIN, SAME = 0.02, 0.06
"""Difference in display-encoded color to the background nearby: typical of a plain one, and most of what is it."""
LEAST, MOST = 0.002, 0.9
"""Parts of a frame that an animal can take."""
ENOUGH = 0.5
"""Part of the frames in which the animal must be found."""


@dataclasses.dataclass(frozen=True)
class Masks:
    coverage: list[np.ndarray]
    """P of (H, W) float32."""
    found: np.ndarray
    """(P,) bool: whether the animal was found; elsewhere the coverage is zero."""
    source: str
    """``alpha``, ``mask``, ``found`` by each frame's colors, or ``moved`` before a background that stands still."""


def masks_of(clip: Clip, on_frame: typing.Callable[[float], None] = lambda done: None) -> Masks:
    """Raises JobError where the clip shows no animal."""
    if any(mask is not None for mask in clip.masks):
        masks = [np.zeros(f.shape[:2], np.float32) if m is None else m for f, m in zip(clip.frames, clip.masks)]
        return _checked(clip, masks, "mask")
    if clip.has_alpha:
        return _checked(clip, [frame[..., 3].astype(np.float32) / 255.0 for frame in clip.frames], "alpha")
    masks = []
    for number, frame in enumerate(clip.frames):
        on_frame(0.6 * number / len(clip.frames))
        try:
            mask = outline(frame[..., :3].astype(np.float32) / 255.0, f"frame {number + 1}")
            masks.append(without_gaps(frame[..., :3], mask))
        except JobError:
            masks.append(np.zeros(frame.shape[:2], np.float32))
    flows = []
    for number in range(len(masks) - 1):
        on_frame(0.6 + 0.4 * number / len(masks))
        one, other = clip.frames[number], clip.frames[number + 1]
        flows.append((flow(one, other), flow(other, one)))
    moved = before_still_background(clip.frames)
    source = "found"
    if moved is not None and steadiness(moved, flows) > steadiness(masks, flows):
        masks, source = moved, "moved"
    return _checked(clip, agreed(masks, flows), source)


def before_still_background(frames: list[np.ndarray]) -> list[np.ndarray] | None:
    """Coverages (H, W) of what moves before the median of all frames; None if the camera moves, or nothing else."""
    colours = np.stack([frame[..., :3] for frame in frames]).astype(np.float32) / 255.0
    background = np.median(colours, axis=0)
    difference = np.abs(colours - background).max(axis=-1)
    border = np.ones(difference.shape[1:], bool)
    border[2:-2, 2:-2] = False
    if np.median(difference[:, border]) > STILL:
        return None
    masks = []
    for one in difference:
        solid = ndimage.binary_opening(ndimage.median_filter(one, 3) > STANDS_OUT)
        solid = ndimage.binary_closing(solid, iterations=2)
        masks.append(_largest(ndimage.binary_fill_holes(solid)).astype(np.float32))
    shown = [mask.mean() for mask in masks]
    return masks if np.median(shown) > LEAST else None


def steadiness(masks: list[np.ndarray], flows: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Mean overlap of each mask with what the next one becomes by the flow."""
    return float(np.mean([overlap(masks[i], warped(masks[i + 1], there)) for i, (there, _) in enumerate(flows)]))


def agreed(masks: list[np.ndarray], flows: list[tuple[np.ndarray, np.ndarray]]) -> list[np.ndarray]:
    """Masks, each replaced by what its neighbours say where it is unlike both of them and they are alike."""
    result = list(masks)
    for number in range(1, len(masks) - 1):
        before = warped(masks[number - 1], flows[number - 1][1])
        after = warped(masks[number + 1], flows[number][0])
        if max(overlap(masks[number], before), overlap(masks[number], after)) < AGREE < overlap(before, after):
            result[number] = ((before + after) / 2 > 0.5).astype(np.float32)
    return result


def without_gaps(colours: np.ndarray, coverage: np.ndarray) -> np.ndarray:
    """Coverage (H, W) without what has the color (H, W, 3) uint8 of a plain background nearby: gaps between legs."""
    colours = colours.astype(np.float64) / 255.0
    outside = ~ndimage.binary_dilation(coverage > 0.1, iterations=3)
    weight = ndimage.gaussian_filter(outside.astype(np.float64), NEARBY) + 1e-6
    nearby = [ndimage.gaussian_filter(colours[..., i] * outside, NEARBY) / weight for i in range(3)]
    difference = np.abs(colours - np.stack(nearby, axis=-1)).max(axis=-1)
    if not outside.any() or np.median(difference[outside]) > PLAIN:
        return coverage
    gap = (difference < SAME) & (weight > 1e-3)
    return np.where(gap, 0.0, coverage).astype(np.float32)


def without_edge(colours: np.ndarray, coverage: np.ndarray) -> np.ndarray:
    """Colours (H, W, 3) uint8, those at the edge of what is covered (H, W) replaced by the nearest ones inside: in a
    video they are a blend with the background. Where the animal is thin, its middle is inside."""
    depth = ndimage.distance_transform_edt(coverage > 0.5)
    inside = (depth > EDGE) | ((depth > 0.0) & (depth >= ndimage.maximum_filter(depth, 2 * EDGE + 1)))
    if not inside.any():
        return colours
    row, column = ndimage.distance_transform_edt(~inside, return_distances=False, return_indices=True)
    return colours[row, column]


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union; 0 if both are empty."""
    one, other = one > 0.5, other > 0.5
    return float((one & other).sum() / max((one | other).sum(), 1))


def _largest(solid: np.ndarray) -> np.ndarray:
    labels, count = ndimage.label(solid)
    return solid if count < 2 else labels == 1 + np.argmax(ndimage.sum_labels(solid, labels, np.arange(1, count + 1)))


def _checked(clip: Clip, masks: list[np.ndarray], source: str) -> Masks:
    inverted = [wrong_way_round(mask > 0.5) and float((mask < 0.5).mean()) > LEAST for mask in masks]
    if source == "mask" and np.mean(inverted) > ENOUGH:
        raise JobError(
            "no_subject", f"The masks of {clip.name} are white all around: they are the wrong way round.",
            "Invert them: white where the animal is, black elsewhere.",
        )  # fmt: skip
    masks = [without_specks(mask) for mask in masks]
    found = np.array([LEAST < float((mask > 0.5).mean()) < MOST for mask in masks])
    if found.mean() < ENOUGH:
        what = {"mask": "The masks are black or white", "alpha": "Nothing or everything is transparent"}.get(
            source, "No animal stands out from the background"
        )
        hint = {
            "mask": "Put them right: white is the animal, black is not. Without masks/ outlines are found by color."
        }
        raise JobError(
            "no_subject", f"{what} in {(~found).sum()} of {len(found)} frames of {clip.name}.",
            hint.get(source, "Film before a plain background or with a still camera, or give frames as pictures with "
            "masks in masks/."),
        )  # fmt: skip
    coverage = [mask if ok else np.zeros_like(mask) for mask, ok in zip(masks, found, strict=True)]
    return Masks(coverage, found, source)
