# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fill shards with training pictures."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import numpy as np

from . import render, shapes
from .scene import Scene, family, random_subject, siblings
from .shards import SIBLINGS, write_shard

SUBJECTS = 16
"""Objects in a shard; each has SIBLINGS pictures."""


def produce(folder: Path, shards: int, first: int = 0, seconds: float | None = None, held_out: bool = False) -> int:
    """Render shards ``first`` to ``first + shards`` that are not there yet; returns how many are there now.

    A shard's number is the seed of what it shows, so several processes or machines may share the numbers among them.
    """
    end = time.monotonic() + (seconds or float("inf"))
    done = 0
    for number in range(first, first + shards):
        if not (folder / f"{number:05d}").exists():
            if time.monotonic() > end:
                break
            produce_shard(folder, number, held_out)
        done += 1
    return done


def object_and_scenes(seed: int, held_out: bool, count: int = SIBLINGS) -> tuple[render.Geometry, list[Scene]]:
    """The object of this seed, ready to be rendered, and ``count`` scenes of it."""
    subject = random_subject(seed, held_out)
    geometry = render.geometry(shapes.make(family(subject.family), subject.shape_seed), subject)
    return geometry, siblings(subject, render.visible_parts(geometry), seed, held_out, count)


def produce_shard(folder: Path, number: int, held_out: bool) -> None:
    pictures, scenes = [], []
    for seed in range(number * SUBJECTS, (number + 1) * SUBJECTS):
        geometry, drawn = object_and_scenes(seed, held_out)
        pictures += [render.picture(geometry, scene) for scene in drawn]
        scenes += [{"captions": scene.captions, "scene": dataclasses.asdict(scene)} for scene in drawn]
    assert len(pictures) == SUBJECTS * SIBLINGS
    arrays = {
        "pictures": np.stack([item.colour.numpy() for item in pictures]),
        "controls": np.stack([item.control.numpy() for item in pictures]),
        "depths": np.stack([item.depth.numpy() for item in pictures]),
    }
    write_shard(folder, f"{number:05d}", arrays, scenes)
