# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How well subjects of pictures are found: ``python -m galatea.benchmarks.outlines [--sheet FILE]``.

The example animals and an egg, shaded, before a plain backdrop and before the eight vendored panoramas. Scores are
intersections over unions with the true outline; beside them stand those of an ellipse in the middle of the picture and
of the method for plain backdrops alone, 0 where it gives up. JSON, then a table, on stdout.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy import ndimage

from ..backend.job import JobError
from ..backend.pictures.outline import PLAIN_SIZE, outline, resized
from ..backend.raster.camera import orbit
from ..backend.raster.gbuffer import rasterize
from ..backend.reconstruction import masks
from ..backend.shading import display, environment
from .rig.animals import load_animal

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SIZE = 480
COLOURS = {"horse": (0.35, 0.18, 0.08), "stag": (0.55, 0.4, 0.25), "wolf": (0.45, 0.45, 0.5), "egg": (0.8, 0.3, 0.05)}
"""Linear."""
WAYS = "found", "plain method", "ellipse"
GROUNDS = ("plain", *environment.vendored())
FIELD_OF_VIEW = math.radians(50)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sheet", type=Path, help="write pictures and outlines there")
    options = parser.parse_args()
    scores: dict[str, dict[str, dict[str, float]]] = {}
    rows, seconds = [], []
    for name in COLOURS:
        shaded, cover = subject(name)
        for ground in GROUNDS:
            picture = (shaded * cover[..., None] + backdrop(ground) * (1.0 - cover[..., None])).astype(np.float32)
            picture += np.random.default_rng(0).normal(0.0, 0.01, picture.shape).astype(np.float32)
            picture = picture.clip(0.0, 1.0)
            begin = time.process_time()
            found = tried(outline, picture, ground)
            seconds.append(time.process_time() - begin)
            others = enlarged(tried(masks.outline, resized(picture, PLAIN_SIZE), ground))
            scores.setdefault(name, {})[ground] = {
                way: round(overlap(mask, cover > 0.5), 3) for way, mask in zip(WAYS, (found, others, ellipse()))
            }
            rows.append(np.concatenate([picture, picture * found[..., None] + 0.5 * (1.0 - found[..., None])], axis=1))
    print(json.dumps({"scores": scores, "cpu_seconds": round(float(np.mean(seconds)), 2)}, indent=1))
    print(table(scores), file=sys.stderr)
    if options.sheet:
        columns = [np.concatenate(rows[i :: len(GROUNDS)], axis=1)[::2, ::2] for i in range(len(GROUNDS))]
        Image.fromarray((np.concatenate(columns) * 255).round().astype(np.uint8)).save(options.sheet)


def subject(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Display-encoded colors (S, S, 3) under a light from the upper left, and coverage (S, S)."""
    if name == "egg":
        y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
        height = np.sqrt(np.clip(1 - (x / 0.45) ** 2 - (y / 0.6) ** 2, 0, 1))
        normal = np.stack([x / 0.45, -y / 0.6, height], axis=-1)
        mask = height > 0
    else:
        animal = load_animal(EXAMPLES / f"{name}.glb")
        points = animal.vertices - (animal.vertices.max(axis=0) + animal.vertices.min(axis=0)) / 2
        points = torch.from_numpy(points / np.abs(points).max()).float()
        camera = orbit(math.radians(60), math.radians(15), 3.2, FIELD_OF_VIEW, SIZE)
        buffer = rasterize(points, torch.from_numpy(animal.triangles), camera)
        normal = buffer.image(buffer.normal @ camera.camera_to_world[:3, :3]).numpy()
        mask = buffer.mask.numpy()
    light = 0.25 + 0.75 * np.clip(normal @ np.array([-0.5, 0.6, 0.62]), 0, 1)
    linear = torch.from_numpy(light[..., None] * np.array(COLOURS[name]))
    return display.encode(linear).numpy(), ndimage.gaussian_filter(mask.astype(np.float64), 0.7)


def backdrop(name: str) -> np.ndarray:
    """(S, S, 3) display-encoded: gray with light that falls off, or a part of a panorama."""
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    if name == "plain":
        return np.repeat((0.7 - 0.08 * (x * x + y * y))[..., None], 3, axis=-1)
    reach = math.tan(FIELD_OF_VIEW / 2)
    away = torch.from_numpy(np.stack([x * reach, np.ones_like(x), -y * reach], axis=-1)).float()
    light = environment.load(name)
    radiance = light.look_up(torch.nn.functional.normalize(away, dim=-1).reshape(-1, 3)).reshape(SIZE, SIZE, 3)
    return display.encode(radiance / torch.quantile(radiance, 0.9)).numpy()


def tried(find: Callable[[np.ndarray, str], np.ndarray], picture: np.ndarray, name: str) -> np.ndarray:
    """A mask (S, S), empty where there was none to be found."""
    try:
        return find(picture, name)
    except JobError:
        return np.zeros((SIZE, SIZE), np.float32)


def enlarged(mask: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(mask).resize((SIZE, SIZE), Image.Resampling.BILINEAR))


def ellipse() -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    return (x * x + y * y < 0.55**2).astype(np.float32)


def overlap(mask: np.ndarray, truth: np.ndarray) -> float:
    solid = mask > 0.5
    return float((solid & truth).sum() / (solid | truth).sum())


def table(scores: dict[str, dict[str, dict[str, float]]]) -> str:
    """For the documentation."""
    lines = [
        "| subject | plain backdrop | before panoramas: mean | worst | plain method | ellipse |",
        "|" + " --- |" * 6,
    ]
    for name, grounds in scores.items():
        busy = [grounds[ground] for ground in GROUNDS[1:]]
        means = {way: np.mean([one[way] for one in busy]) for way in WAYS}
        worst = min(one["found"] for one in busy)
        numbers = grounds["plain"]["found"], means["found"], worst, means["plain method"], means["ellipse"]
        lines.append(f"| {name} | " + " | ".join(f"{number:.2f}" for number in numbers) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
