# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of the starter is asked of repositories in the layouts of Stable Diffusion 1.5 and SDXL, too."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from galatea.backend.diffusion import pipelines
from galatea.backend.training.captions import vocabulary
from galatea.backend.training.sample import generate
from galatea.backend.training.tokenizer import make_tokenizer

from .tiny_repositories import stable_diffusion, stable_diffusion_xl

CPU = torch.device("cpu")
SIZE = 64
LAYOUTS = {"sd15": stable_diffusion, "sdxl": stable_diffusion_xl}
SHIPPED = [name for name in ("light", "depth") if (pipelines.STARTER / f"controlnet-{name}/config.json").exists()]


@pytest.fixture(scope="module", params=[*LAYOUTS, *SHIPPED])
def repository(request, tmp_path_factory) -> tuple[Path, Path]:
    """A repository and a ControlNet for it."""
    if request.param in SHIPPED:
        return pipelines.STARTER, pipelines.STARTER / f"controlnet-{request.param}"
    folder = tmp_path_factory.mktemp(request.param)
    make_tokenizer(vocabulary(), folder / "words")
    made = LAYOUTS[request.param](folder / "repository", folder / "words")
    return made, made / "controlnet"


@pytest.fixture(scope="module")
def pipeline(repository):
    return pipelines.load_with_control(*repository, CPU)


def control_picture(kind: str) -> torch.Tensor:
    """(1, 3, SIZE, SIZE): one half bright."""
    picture = torch.full((1, 3, SIZE, SIZE), 0.1)
    picture[..., : SIZE // 2] = 0.9
    return picture if kind == "left" else picture.flip(-1)


def paint(pipeline, prompt="a red wooden chair", control="left", seed=0) -> torch.Tensor:
    picture = generate(pipeline, [prompt], control_picture(control), seeds=[seed], size=SIZE, steps=4)
    assert picture.shape == (1, 3, SIZE, SIZE) and picture.float().std() > 1
    return picture


def test_the_same_request_gives_the_same_picture(pipeline):
    assert torch.equal(paint(pipeline), paint(pipeline))


@pytest.mark.parametrize("change", [{"prompt": "a blue metal horse"}, {"control": "right"}, {"seed": 1}])
def test_prompt_control_and_seed_change_the_picture(pipeline, change):
    assert (paint(pipeline).float() - paint(pipeline, **change).float()).abs().mean() > 0.5


def test_the_repository_paints_without_a_controlnet(repository):
    alone = pipelines.load_text_to_image(repository[0], CPU)
    first, second = (generate(alone, ["a red ball"], seeds=[seed], size=SIZE, steps=4) for seed in (0, 1))
    assert not torch.equal(first, second)
