# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a prompt to the picture that a mesh is made from: several are painted, the best one goes on."""

from __future__ import annotations

import json
import typing
from pathlib import Path

import numpy as np

from ..job import Job, JobError
from .gate import Subject, gate, over_gray

if typing.TYPE_CHECKING:
    from ..lifting.network import Lifter

SETTING = "on a {} background, side view"
"""Words of the captions that the starter's painter has learned from: so outlines are clear, and shapes whole."""
GROUND, OTHER_GROUND = "white", "blue"
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
    """Number of the picture of whose shape the lifter is most sure, among those that pass the gate, and its subject.

    Raises JobError if none passes.
    """
    passed, problem = [], None
    for number, path in enumerate(pictures):
        try:
            passed.append((number, gate(path)))
        except JobError as error:
            problem = problem or error
    if not passed:
        raise JobError(
            problem.code, f"The picture painted for the prompt is of no use: {problem.message}",
            "Try another seed or prompt, or bring a picture of your own.",
        ) from problem  # fmt: skip
    if len(passed) == 1:
        return passed[0]
    from ..lifting.choose import sureness

    judge = lifter()
    return max(passed, key=lambda one: sureness(judge, one[1].picture))


def lifter() -> Lifter:
    """The starter's."""
    from ..diffusion.pipelines import STARTER
    from ..lifting import network

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
