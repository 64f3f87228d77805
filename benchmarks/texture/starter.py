# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a trained repository of the starter's layout makes of prompts whose material the grammar fixes.

The truth is that material, of a seed that is held out, on the same mesh. No picture can match its grain; the scores
say whether color, roughness and metal are right, and whether light stayed out of them.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from ...backend.diffusion.pipelines import GUIDANCE, STARTER, STARTER_GUIDANCE
from ...backend.texturing import diffusion
from ...backend.texturing.appearance import TextureFunction
from ...backend.texturing.distill import Target
from ...backend.texturing.painter import Painter, Shot, Start, Wish
from ...backend.texturing.plan import PLANS
from ...backend.texturing.solid import Solid, solid_of
from ...backend.texturing.stages import Settings, make_texture
from ...backend.texturing.views import render
from ...backend.texturing.words import expected
from ...backend.training import architecture
from ...backend.training.classifier import Classifier, judge, labels
from ...backend.training.materials.look import Look
from ...backend.training.scores import accuracy
from . import scenes
from .scores import Judge

SUBJECTS = (
    ("teapot", Look("ceramic", "blue")), ("armchair", Look("leather", "brown")), ("horse", Look("wood")),
    ("chess piece", Look("plaster", "white")), ("mug", Look("plastic", "red")), ("vase", Look("gold")),
)  # fmt: skip
PRESET = "draft"
"""What the scores tell of the model does not depend on how long is fitted."""


@dataclasses.dataclass(frozen=True)
class SameNoise:
    """A painter whose noise is that of another job's seed: with it, two jobs differ in their lights alone."""

    painter: Painter
    moved: int
    """By so much the job's seed is larger than the other's."""

    @property
    def size(self) -> int:
        return self.painter.size

    def paint(
        self,
        wish: Wish,
        shots: Sequence[Shot],
        controls: torch.Tensor,
        start: Start | None,
        on_step: Callable[[float], None],
    ) -> torch.Tensor:
        return self.painter.paint(wish, [self._as_before(shot) for shot in shots], controls, start, on_step)

    def pull(
        self, wish: Wish, shots: Sequence[Shot], controls: torch.Tensor, pictures: torch.Tensor, noise: float
    ) -> torch.Tensor:
        return self.painter.pull(wish, [self._as_before(shot) for shot in shots], controls, pictures, noise)

    def _as_before(self, shot: Shot) -> Shot:
        return dataclasses.replace(shot, seed=shot.seed - self.moved)


def compare(weights: Path, classifier: Classifier | None) -> list[dict]:
    """A table for each subject: rows are the ControlNets and targets that there are."""
    results = []
    for name, look in SUBJECTS:
        scene = scenes.made(name, look)
        solid = solid_of(scene.mesh)
        views = scenes.held_out_views(solid, 4, architecture.PICTURE_SIZE)
        truth = Judge(solid, scene.texture, views, scenes.held_out_lights(6))
        rows = []
        for way in ways(weights):
            begin = time.process_time()
            painter = diffusion.load(_choice(weights, way.control))
            one, other = (_texture(solid, painter, prompt(name, look), way, seed) for seed in (0, 1))
            row = {"name": way.name, **truth.scores(one), "swap": truth.difference(one, other)}
            if classifier is not None:
                row |= _recognised(classifier, look, truth, one)
            row["seconds"] = time.process_time() - begin
            print(name, {key: round(v, 3) if isinstance(v, float) else v for key, v in row.items()}, file=sys.stderr)
            rows.append(row)
        results.append({"name": prompt(name, look), "rows": rows})
    return results


@dataclasses.dataclass(frozen=True)
class Way:
    """One row: how pictures are painted, and how the material is found from them."""

    name: str
    control: str = "light"
    """What the ControlNet knows."""
    target: Target = Target.DENOISE
    guidance: float = STARTER_GUIDANCE
    doubt: float = 1.0


def ways(weights: Path) -> list[Way]:
    """Ours, and what it is better than."""
    found = [
        Way("light"), Way("light, SDS", target=Target.SDS), Way("light, not doubted", doubt=0.0),
        Way(f"light, guidance {GUIDANCE:.0f}", guidance=GUIDANCE),
    ]  # fmt: skip
    if (weights / "controlnet-depth").exists():
        found.append(Way("depth alone", control="depth"))
    return found


def prompt(name: str, look: Look) -> str:
    return " ".join(word for word in (look.finish, look.colour, look.word, name) if word)


def _choice(weights: Path, control: str) -> diffusion.Choice:
    if weights == STARTER and control == "light":
        return diffusion.Choice()
    return diffusion.Choice(model=str(weights), controlnet=str(weights / f"controlnet-{control}"), control=control)


def _texture(solid: Solid, painter: Painter, text: str, way: Way, seed: int) -> TextureFunction:
    plan = PLANS[PRESET]
    wish = Wish(text, "", plan.steps, way.guidance, 1.0)
    material = expected(text)
    settings = Settings(plan, seed, way.target, start=material.start, named=material.named, doubt=way.doubt)
    return make_texture(solid, SameNoise(painter, seed), wish, settings, lambda stage, part: None).texture


@torch.no_grad()
def _recognised(classifier: Classifier, look: Look, truth: Judge, texture: TextureFunction) -> dict[str, float]:
    """Share of the relit pictures in which the judge sees the material's word, ours and the true material's."""

    def share(pictures: list[torch.Tensor]) -> float:
        shown = (torch.stack(pictures) * 255).round().clamp(0, 255).to(torch.uint8)
        wanted = labels([{"scene": {"look": dataclasses.asdict(look)}}])[0].expand(len(shown))
        return accuracy(judge(classifier, shown).material, wanted)

    ours = [render(view, light, texture) for view in truth.views for light in truth.lights]
    return {"recognised": share(ours), "true_recognised": share([one for row in truth.pictures for one in row])}
