# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a prompt to the picture that a mesh is made from: several are painted, the best one goes on."""

from __future__ import annotations

import dataclasses
import json
import typing
from pathlib import Path

import numpy as np
from scipy import ndimage

from ..job import Job, JobError
from . import files
from .gate import Subject, framed, gate, over_gray, without_specks

if typing.TYPE_CHECKING:
    from ..lifting.network import Lifter

SETTING = "on a {} background, side view"
"""Words of the captions that the starter's painter has learned from: so outlines are clear, and shapes whole."""
GROUND, OTHER_GROUND = "white", "blue"
RIM = 4
"""Pixels from the outline within which background may hang on a subject."""
NEAR = 0.3
"""Of the way from the background's color to the subject's: what is nearer is background, and from twice that on not."""
PALE = {"white", "ivory", "cream", "beige", "silver", "marble", "grey", "gray", "snowman", "pearl", "porcelain"}
"""Words of what would hardly stand out from GROUND."""


def wording(prompt: str, painter: str) -> str:
    """What the painter is asked: the prompt, and for the starter ("") a background and a view if it names none."""
    said = set(prompt.lower().replace(",", " ").split())
    if painter or said & {"background", "view", "seen"}:
        return prompt
    return f"{prompt.strip().rstrip('.')} {SETTING.format(OTHER_GROUND if said & PALE else GROUND)}"


def paint(prompt: str, painter: str, seed: int, count: int, job: Job) -> tuple[list[Path], list[str]]:
    """Pictures of the prompt, of seeds that follow on each other, and the words that the painter has never learned.

    ``job`` has a folder of its own, where a stopped job finds what is done already.
    """
    from ..capabilities.image import ImageParams, image

    said = job.folder / "said.json"
    if not said.is_file():
        job.folder.mkdir(parents=True, exist_ok=True)
        _, report = image(ImageParams(wording(prompt, painter), seed=seed, count=count, model=painter), job)
        said.write_text(json.dumps(report["unknown_words"]), encoding="utf-8")
    pictures = [job.outputs / f"image-{number}.png" for number in range(1, count + 1)]
    return pictures, json.loads(said.read_text(encoding="utf-8"))


def best(pictures: list[Path]) -> tuple[int, Subject]:
    """Number of the picture whose shape is clearest, among those that pass the gate, and its subject.

    Raises JobError if none passes.
    """
    passed, problem = [], None
    for number, path in enumerate(pictures):
        try:
            passed.append((number, cut_out(path)))
        except JobError as error:
            problem = problem or error
    if not passed:
        raise JobError(
            problem.code, f"The picture painted for the prompt is of no use: {problem.message}",
            "Try another seed or prompt, or bring a picture of your own.",
        ) from problem  # fmt: skip
    if len(passed) == 1:
        return passed[0]
    judge = lifter()
    return max(passed, key=lambda one: clear(judge, one[1]))


def clear(judge: Lifter, subject: Subject) -> float:
    """How clear a subject's shape is, 0 to 1: see :mod:`..lifting.choose`; what falls into pieces is less clear."""
    from ..lifting.choose import sureness

    return sureness(judge, subject.picture) * largest_part(subject.mask)


def cut_out(path: Path) -> Subject:
    """The subject of a painted picture, without the rim of background that a coarse painting has around it."""
    found = gate(path)
    pixels = files.read(path).pixels[..., :3]
    inside = ndimage.binary_erosion(found.mask > 0.5, iterations=RIM)
    ground = pixels[found.mask < 0.1]
    if not inside.any() or not len(ground):
        return found
    distance = np.linalg.norm(pixels - np.median(ground, axis=0), axis=-1)
    near = distance / max(float(np.median(distance[inside])), 1e-6)
    # What lies deep inside stays, however pale it is: a white stripe is no background.
    kept = np.where(inside, 1.0, ((near - NEAR) / NEAR).clip(0.0, 1.0))
    mask = without_specks((found.mask * kept).astype(np.float32))
    if not (mask > 0.5).any():
        return found
    return dataclasses.replace(found, picture=framed(np.concatenate([pixels, mask[..., None]], axis=-1)), mask=mask)


def largest_part(mask: np.ndarray) -> float:
    """Of a mask's pixels, or a solid's cells, the part that hangs together."""
    labels, count = ndimage.label(mask > 0.5)
    sizes = ndimage.sum_labels(mask > 0.5, labels, np.arange(1, count + 1))
    return float(max(sizes) / sum(sizes)) if count else 0.0


def lifter() -> Lifter:
    """The starter's."""
    from ..diffusion.pipelines import STARTER
    from ..lifting import network
    from ..models import shipped

    with shipped.told():
        return network.read(STARTER / "lifter")


def small(subject: Subject, step: int) -> np.ndarray:
    """(S, S, 3) uint8 of the subject before gray, for a panel, every ``step``-th pixel of the engine's."""
    return (255.0 * over_gray(subject.picture)[::step, ::step]).round().astype(np.uint8)


def keep(job: Job, name: str, picture: np.ndarray) -> str:
    """Write a picture (H, W, 3) uint8 for a panel: out/<name>.npy, relative to the job's folder. In one step: Blender
    may look at any moment."""
    job.outputs.mkdir(exist_ok=True)
    part = job.outputs / f"{name}.part.npy"
    np.save(part, picture)
    part.replace(job.outputs / f"{name}.npy")
    return f"out/{name}.npy"
