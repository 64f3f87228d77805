# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether score distillation through the starter makes a gray mesh look like its prompt.

``python -m galatea.benchmarks.distill DIR``, DIR of a training, whose judge looks. Each held-out object begins gray;
its base color alone is changed by the gradients of the base with the light ControlNet. Scores, on views and under
lights that no step used: how probable the prompt's color is to the judge, and how far the base color is from the middle
of that color, in display-encoded values. Beside them: before, and the same run with an empty prompt.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..backend.diffusion import guidance, pipelines
from ..backend.distillation.diffusers_model import DiffusersModel
from ..backend.distillation.distil import RECIPES, Method, Recipe, distil
from ..backend.distillation.subjects import Textured
from ..backend.shading import display
from ..backend.shading.controls import OVERSAMPLING
from ..backend.texturing.appearance import TextureFunction
from ..backend.texturing.cameras import Place, framed
from ..backend.texturing.lights import random_lights
from ..backend.texturing.painter import Shot
from ..backend.texturing.solid import Solid, smooth_points, solid_of
from ..backend.texturing.views import render, view_of
from ..backend.training.classifier import COLOUR_NAMES, Classifier, judge, read_classifier
from ..backend.training.materials.colours import COLOURS, oklch
from ..backend.training.materials.look import Look
from .texture.scenes import held_out_lights, held_out_views, made
from .texture.starter import prompt as prompt_for

SUBJECTS = (
    ("mug", Look("plastic", "red")), ("vase", Look("ceramic", "blue")), ("armchair", Look("fabric", "green")),
    ("teapot", Look("ceramic", "orange")),
)  # fmt: skip
WORDS = guidance.ViewWords(back="rear", overhead="top")
"""How the starter's captions call views."""
PLACES = tuple((azimuth, 10.0 + 15.0 * (azimuth % 120 == 0)) for azimuth in range(0, 360, 60))
"""Azimuth and elevation of what the steps look at, degrees."""
VIEWS, LIGHTS = 4, 2
"""That judge."""


@dataclasses.dataclass(frozen=True)
class Row:
    way: str
    prompt: str
    probability: float
    away: float
    seconds: float


def recipe(method: Method, steps: int) -> Recipe:
    """The method's own, but guided as little as the starter bears: its colors run over at the papers' scales."""
    scale = {Method.SDS: 7.5, Method.PERP_NEG: 7.5, Method.DASS: 7.5}.get(method, 4.0)
    return dataclasses.replace(RECIPES[method], steps=steps, scale=scale, words=WORDS)


def shots(solid: Solid, size: int) -> list[Shot]:
    places = [Place(math.radians(azimuth), math.radians(elevation)) for azimuth, elevation in PLACES]
    lights = random_lights(len(places), 0)
    views = [view_of(solid, framed(solid, place, size * OVERSAMPLING)) for place in places]
    return [Shot(place, view, light, 0) for place, view, light in zip(places, views, lights, strict=True)]


@torch.no_grad()
def score(
    classifier: Classifier, look: Look, solid: Solid, texture: TextureFunction, size: int
) -> tuple[float, float, list]:
    """Probability, distance, and the pictures (3, S, S)."""
    views, lights = held_out_views(solid, VIEWS, size), held_out_lights(LIGHTS)
    pictures = [render(view, light, texture) for view in views for light in lights]
    seen = judge(classifier, (torch.stack(pictures) * 255).round().clamp(0, 255).to(torch.uint8))
    probability = float(seen.colour.exp()[:, COLOUR_NAMES.index(look.colour)].mean())
    colour = next(item for item in COLOURS if item.name == look.colour)
    middle = oklch(*(sum(ends) / 2 for ends in (colour.lightness, colour.chroma, colour.hue)))
    albedo = texture(*smooth_points(solid, 4000, 0)).albedo
    away = float((display.encode(albedo) - display.encode(middle.clamp(0, 1))).abs().mean())
    return probability, away, pictures[::LIGHTS]


def run(training: Path, steps: int, methods: list[Method]) -> tuple[list[Row], np.ndarray]:
    """All rows, and a sheet: a row of pictures for each subject and way."""
    device = torch.device("cpu")
    pipeline = pipelines.load_with_control(pipelines.STARTER, pipelines.STARTER / "controlnet-light", device)
    model = DiffusersModel(pipeline, device)
    classifier = read_classifier(training / "judge")
    rows, sheet = [], []
    for name, look in SUBJECTS:
        solid = solid_of(made(name, look).mesh)
        looks, words = shots(solid, model.size), prompt_for(name, look)
        ways = [("before", None, ""), ("SDS, empty prompt", Method.SDS, "")]
        ways += [(method.value, method, words) for method in methods]
        line = []
        for way, method, prompt in ways:
            subject, begin = Textured(solid, looks), time.process_time()
            if method is not None:
                distil(subject, model, prompt, recipe(method, steps))
            seconds = time.process_time() - begin
            probability, away, pictures = score(classifier, look, solid, subject.material, model.size)
            rows.append(Row(way, words, round(probability, 3), round(away, 3), round(seconds)))
            print(rows[-1], file=sys.stderr, flush=True)
            line.append(torch.cat(pictures[:2], dim=2))
        sheet.append(torch.cat(line, dim=2))
    return rows, (torch.cat(sheet, dim=1).permute(1, 2, 0).numpy() * 255).astype(np.uint8)


def markdown(rows: list[Row]) -> str:
    ways = list(dict.fromkeys(row.way for row in rows))
    lines = ["| | probability of the prompt's color | distance from it | processor time, s |"]
    lines.append("| --- | ---: | ---: | ---: |")
    for way in ways:
        mine = [row for row in rows if row.way == way]
        means = [sum(getattr(row, key) for row in mine) / len(mine) for key in ("probability", "away", "seconds")]
        lines.append(f"| {way} | {means[0]:.3f} | {means[1]:.3f} | {means[2]:.0f} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/distill", description="Score distillation through the starter.")
    parser.add_argument("training", type=Path, metavar="DIR", help="of a training: its judge looks")
    parser.add_argument("--steps", type=int, default=100, metavar="N")
    parser.add_argument("--methods", nargs="+", choices=[method.value for method in Method], metavar="NAME")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="two held-out views of each row")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    methods = [Method(name) for name in options.methods] if options.methods else list(Method)
    rows, sheet = run(options.training, options.steps, methods)
    print(markdown(rows))
    if options.json:
        options.json.write_text(json.dumps([dataclasses.asdict(row) for row in rows], indent=1))
    if options.sheet:
        Image.fromarray(sheet).save(options.sheet)


if __name__ == "__main__":
    main(sys.argv[1:])
