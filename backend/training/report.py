# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea train report``: what the models can do on held-out scenes, each score beside that of ground truth."""

from __future__ import annotations

import json
import typing
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from . import scores
from .classifier import MATERIALS, Classifier, judge, labels, train_classifier
from .control import Control, control_pictures
from .lights import LightTest, light_tests, recognised
from .loop import Options
from .produce import produce
from .sample import generate
from .shards import Pictures, read_shards
from .sheet import contact_sheet

if typing.TYPE_CHECKING:
    from diffusers import AutoencoderTiny, StableDiffusionControlNetPipeline, StableDiffusionPipeline

SECOND_SEEDS = 32
"""So many captions are painted again with another seed."""


@dataclass(frozen=True)
class Beside:
    """A score of generated pictures beside the same score of ground-truth renders of the same captions."""

    generated: float
    truth: float


@dataclass(frozen=True)
class Surfaces:
    """What pictures show of the surface that their captions name."""

    material: Beside
    """Share in which the judge sees the prompted material word."""
    colour: Beside
    """The same for the colour word, of pictures without a pattern."""
    gradient: float
    """Gradient energy of pictures with a pattern, relative to ground truth's."""
    spectrum: tuple[float, ...]
    """Power of the same pictures in three octaves, coarse to fine, relative to ground truth's."""
    confused: tuple[tuple[str, str, int], ...]
    """Prompted and seen material, how often: the most frequent mistakes."""


@dataclass(frozen=True)
class Report:
    pictures: int
    """Held-out captions, each painted once."""
    alone: Surfaces
    """Painted by the text-to-image model."""
    lit: Surfaces | None
    """Under the light control, as Texture and Render paint; None without that ControlNet."""
    seeds: float
    """Mean absolute difference of two seeds' pictures, 0..1."""
    vae_psnr: float
    """dB of held-out pictures through the autoencoder."""
    light: dict[str, Beside]
    """Share in which the light asked for is recognised among eight, by ControlNet."""


@dataclass(frozen=True)
class Models:
    """What is reported on."""

    vae: AutoencoderTiny
    base: StableDiffusionPipeline
    controlled: dict[Control, StableDiffusionControlNetPipeline]
    judge: Classifier


JUDGE = Options(batch=32, rate=1e-3, samples=100_000, warm_up=100, average=0.999)
HELD_OUT_SHARDS = 4


def report_on(
    weights: Path, folder: Path, output: Path, count: int, light_subjects: int, device: torch.device
) -> Report:
    """Report on a repository of weights.

    Args:
        folder: of the training; its pictures teach the judge, and the held-out pictures are kept there.
    """
    from diffusers import AutoencoderTiny

    from ..diffusion.pipelines import load_text_to_image, load_with_control

    produce(folder / "held-out", HELD_OUT_SHARDS, held_out=True)
    classifier = train_classifier(read_shards(folder / "shards"), folder / "judge", JUDGE, device)
    nets = {Control.LIGHT: weights / "controlnet-light", Control.DEPTH: weights / "controlnet-depth",
            Control.OTHER_LIGHT: folder / "ablation/controlnet"}  # fmt: skip
    models = Models(
        vae=AutoencoderTiny.from_pretrained(weights / "vae").to(device),
        base=load_text_to_image(weights, device),
        controlled={kind: load_with_control(weights, path, device) for kind, path in nets.items() if path.exists()},
        judge=classifier.eval(),
    )
    return make_report(models, read_shards(folder / "held-out"), output, count, light_subjects)


def make_report(models: Models, held_out: Pictures, folder: Path, count: int, light_subjects: int) -> Report:
    """Score ``count`` held-out captions and ``light_subjects`` objects; pictures that belong to it go to ``folder``."""
    scenes = held_out.scenes()
    # Siblings share an object: taking few of each, its difficulty does not count many times.
    plain = [index for index, scene in enumerate(scenes) if scene["scene"]["part"] is None]
    chosen = plain[:: max(1, len(plain) // count)][:count]
    captions = [scenes[index]["captions"][0] for index in chosen]
    shown = [scenes[index] for index in chosen]
    if all(scene["scene"]["look"]["pattern"] is None for scene in shown):
        raise SystemExit(f"None of the {count} captions names a pattern: take more with --count.")
    truth = torch.stack([held_out.picture(index) for index in chosen])
    made = generate(models.base, captions)
    again = generate(models.base, captions[:SECOND_SEEDS], seeds=range(10_000, 10_000 + len(captions[:SECOND_SEEDS])))
    lit = None
    if Control.LIGHT in models.controlled:
        controls = control_pictures(held_out, Control.LIGHT, torch.tensor(chosen))
        lit = generate(models.controlled[Control.LIGHT], captions, controls)
    report = Report(
        pictures=len(chosen),
        alone=surfaces(models.judge, made, truth, shown),
        lit=None if lit is None else surfaces(models.judge, lit, truth, shown),
        seeds=scores.difference(made[: len(again)], again),
        vae_psnr=scores.reconstruction_psnr(models.vae, truth),
        light=light_scores(models, light_tests(light_subjects), folder),
    )
    wrong = mistaken(models.judge, made, shown)
    write_samples(truth, made, captions, folder / "samples.png")
    write_samples(truth[wrong], made[wrong], [captions[index] for index in wrong], folder / "failures.png", rows=2)
    if lit is not None:
        write_samples(truth, lit, captions, folder / "lit.png")
    (folder / "report.json").write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")
    return report


def surfaces(judging: Classifier, made: torch.Tensor, truth: torch.Tensor, scenes: list[dict]) -> Surfaces:
    """Score pictures (N, 3, H, W) uint8 beside the ground truth of the same ``scenes``."""
    assert made.shape == truth.shape and len(made) == len(scenes)
    patterned = torch.tensor([scene["scene"]["look"]["pattern"] is not None for scene in scenes])
    material, colour = labels(scenes)
    seen, real = judge(judging, made), judge(judging, truth)
    return Surfaces(
        material=Beside(scores.accuracy(seen.material, material), scores.accuracy(real.material, material)),
        colour=Beside(scores.accuracy(seen.colour, colour), scores.accuracy(real.colour, colour)),
        gradient=scores.gradient_energy(made[patterned]) / scores.gradient_energy(truth[patterned]),
        spectrum=tuple((scores.spectrum(made[patterned]) / scores.spectrum(truth[patterned])).tolist()),
        confused=confusions(seen.material.argmax(dim=1), material),
    )


def mistaken(judging: Classifier, made: torch.Tensor, scenes: list[dict]) -> list[int]:
    """Which pictures the judge takes for another material than their captions name."""
    material, _ = labels(scenes)
    return (judge(judging, made).material.argmax(dim=1) != material).nonzero()[:, 0].tolist()


def light_scores(models: Models, tests: list[LightTest], folder: Path) -> dict[str, Beside]:
    """The light test for each ControlNet, and a picture of the first objects under four lights."""
    truth = sum(recognised(test.truth, test) for test in tests) / (8 * len(tests))
    result, rows, texts = {}, [], []
    for control, pipeline in models.controlled.items():
        count = 0
        for number, test in enumerate(tests):
            depth = test.depth.expand(8, 3, -1, -1)
            shown = depth if control is Control.DEPTH else test.controls
            # One seed for all: only the light differs.
            made = generate(pipeline, [test.caption] * 8, shown.float() / 255, seeds=[number] * 8)
            count += recognised(made, test)
            if control is Control.LIGHT and number < 4:
                rows += [list(test.controls[::2]) + list(test.truth[::2]) + list(made[::2])]
                texts += [[""] * 4 + [test.caption] * 4 + ["generated"] * 4]
        result[control.value] = Beside(count / (8 * len(tests)), truth)
    if rows:
        contact_sheet(rows, texts, folder / "lights.png")
    return result


def confusions(seen: torch.Tensor, wanted: torch.Tensor, count: int = 12) -> tuple[tuple[str, str, int], ...]:
    pairs = Counter((MATERIALS[w], MATERIALS[s]) for w, s in zip(wanted.tolist(), seen.tolist()) if w != s)
    return tuple((wanted, seen, times) for (wanted, seen), times in pairs.most_common(count))


def write_samples(
    truth: torch.Tensor, made: torch.Tensor, captions: list[str], path: Path, rows: int = 5, columns: int = 8
) -> None:
    """Rows of ground truth, with the generated pictures for the same captions below."""
    pictures, texts = [], []
    for start in range(0, min(len(truth), rows * columns), columns):
        part = slice(start, start + columns)
        pictures += [list(truth[part]), list(made[part])]
        texts += [[], captions[part]]
    if pictures:
        contact_sheet(pictures, texts, path)
