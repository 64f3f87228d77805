# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea train starter``: all stages, from procedural scenes to a repository of weights.

It may be stopped at any time and gone on with.

FOLDER/shards/      training pictures                FOLDER/vae, small, base, control-*, lift,
FOLDER/solids/      what the lifter learns from             together, form-vae, sculptor/     checkpoints, curves
FOLDER/forms/       and the sculptor                 FOLDER/starter/                          weights, ready to use
FOLDER/tokenizer/   made from the grammar
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from .loop import Options, Progress

STAGES = (
    "scenes", "vae", "latents", "small", "base", "light", "depth", "together", "other-light", "solids", "lift", "forms",
    "form-vae", "sculptor", "decoder",
)  # fmt: skip

VAE = Options(batch=8, rate=2e-3, samples=150_000, warm_up=100, average=0.999)
SMALL = Options(batch=64, rate=1e-3, samples=2_000_000, warm_up=100)
BASE = Options(batch=48, rate=7e-4, samples=4_000_000, warm_up=200)
SMALL_CONTROL = Options(batch=64, rate=1e-3, samples=100_000, warm_up=100, average=0.998)
CONTROL = Options(batch=48, rate=5e-4, samples=200_000, warm_up=100, average=0.998)
TOGETHER = Options(batch=48, rate=7e-4, samples=4_000_000, warm_up=100, average=0.998)
DECODER = Options(batch=16, rate=5e-4, samples=200_000, warm_up=50, average=0.998)
LIFT = Options(batch=32, rate=1e-3, samples=1_000_000, warm_up=100, average=0.998)
FORM_VAE = Options(batch=16, rate=1.5e-3, samples=200_000, warm_up=100, average=0.998)
RECOGNISER = Options(batch=128, rate=1e-3, samples=500_000, warm_up=100, average=0.998)
SCULPTOR = Options(batch=64, rate=1.5e-3, samples=1_000_000, warm_up=200, average=0.9985)


@dataclass(frozen=True)
class Plan:
    """How much of everything a full training takes. Minutes given instead share out the time as ``shares`` says."""

    shards: int = 400
    """Each has 256 pictures."""
    vae: Options = VAE
    small: Options = SMALL
    base: Options = BASE
    small_control: Options = SMALL_CONTROL
    control: Options = CONTROL
    together: Options = TOGETHER
    solids: int = 400
    """Shards of 128 pictures each."""
    lift: Options = LIFT
    forms: int = 120
    """Shards of one object of each family."""
    form_vae: Options = FORM_VAE
    recogniser: Options = RECOGNISER
    sculptor: Options = SCULPTOR
    decoder: Options = DECODER
    shares: tuple[tuple[str, float], ...] = (
        ("scenes", 0.15), ("vae", 0.15), ("latents", 0.05), ("small", 0.1), ("base", 0.1), ("light", 0.05),
        ("depth", 0.05), ("together", 0.05), ("other-light", 0.05), ("solids", 0.04), ("lift", 0.04), ("forms", 0.04),
        ("form-vae", 0.04), ("sculptor", 0.04), ("decoder", 0.05),
    )  # fmt: skip


def train_starter(folder: Path, device: torch.device, plan: Plan, minutes: float | None, resume: Path | None) -> None:
    """Run the stages one after the other; those that are done are passed over.

    Args:
        minutes: train for so long in all instead of to the plan's end.
        resume: a repository of weights to start from instead of from nothing. Parts that it lacks are made anew.
    """
    begin = time.monotonic()
    spent = 0.0
    for stage, share in plan.shares:
        spent += share
        # Time that one stage did not need is the next one's.
        seconds = None if minutes is None else max(1.0, minutes * 60 * spent - (time.monotonic() - begin))
        print(f"{stage}" + ("" if seconds is None else f": {seconds:.0f} s"), flush=True)
        run_stage(stage, folder, device, plan, seconds, resume)


def run_stage(
    stage: str, folder: Path, device: torch.device, plan: Plan, seconds: float | None, resume: Path | None
) -> None:
    """Run one of STAGES, or go on with it."""
    match stage:
        case "scenes":
            render_shards("scenes", folder, plan.shards, seconds)
        case "vae":
            train_autoencoder(folder, device, limited(plan.vae, seconds), resume)
        case "latents":
            write_latents(folder, device)
        case "small":
            if resume is None or not (resume / "unet").exists():
                train_base_model(folder, "small", device, limited(plan.small, seconds), None)
        case "base":
            small = folder / "small/starter"
            train_base_model(folder, "base", device, limited(plan.base, seconds), small if small.exists() else resume)
        case "light" | "depth" | "other-light":
            half = None if seconds is None else seconds / 2
            options = limited(plan.small_control, half), limited(plan.control, half)
            train_controlnet(stage, folder, device, *options, resume)
        case "together":
            train_jointly(folder, device, limited(plan.together, seconds), resume)
        case "solids":
            render_shards("solids", folder, plan.solids, seconds)
        case "lift":
            train_lift(folder, device, limited(plan.lift, seconds), resume)
        case "forms":
            render_shards("forms", folder, plan.forms, seconds)
        case "form-vae":
            train_form_autoencoder(folder, device, limited(plan.form_vae, seconds))
        case "sculptor":
            shares = (None, None) if seconds is None else (0.2 * seconds, 0.8 * seconds)
            train_sculptor(folder, device, limited(plan.recogniser, shares[0]), limited(plan.sculptor, shares[1]))
        case "decoder":
            sharpen_decoder(folder, device, limited(plan.decoder, seconds))
        case _:
            raise ValueError(f"There is no stage {stage}; the stages are {', '.join(STAGES)}.")


def limited(options: Options, seconds: float | None) -> Options:
    return replace(options, seconds=seconds)


def render_shards(kind: str, folder: Path, shards: int, seconds: float | None) -> None:
    """``galatea train scenes`` or ``solids`` in as many processes as there are processors: single-threaded, they do not
    wait for each other."""
    count = os.cpu_count() or 1
    limit = [] if seconds is None else ["--seconds", str(seconds)]
    bootstrap = Path(__file__).resolve().parents[1] / "bootstrap.py"
    command = [sys.executable, "-I", "-u", str(bootstrap), "train", kind, str(folder), *limit]
    each = -(-shards // count)
    children = [
        subprocess.Popen([*command, "--first", str(index * each), "--shards", str(each)]) for index in range(count)
    ]
    try:
        for child in children:
            if child.wait():
                raise RuntimeError(f"Rendering the training pictures failed with exit status {child.returncode}.")
    finally:
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)


def tokenizer(folder: Path, resume: Path | None):
    """The tokenizer, made from the grammar at first use: its numbering must not change while weights depend on it."""
    from transformers import CLIPTokenizer

    path = folder / "tokenizer"
    if not path.exists() and (resume is None or not (resume / "tokenizer").exists()):
        from .captions import vocabulary
        from .tokenizer import make_tokenizer

        return make_tokenizer(vocabulary(), path)
    if not path.exists():
        shutil.copytree(resume / "tokenizer", path)
    return CLIPTokenizer.from_pretrained(path)


def train_autoencoder(folder: Path, device: torch.device, options: Options, resume: Path | None) -> None:
    from .shards import read_shards
    from .vae import train_vae

    if resume is not None and (resume / "vae").exists():
        # Everything after it depends on its latents, so a shipped one is kept as it is.
        shutil.copytree(resume / "vae", folder / "vae/vae", dirs_exist_ok=True)
    else:
        train_vae(read_shards(folder / "shards"), folder / "vae", options, device)


def write_latents(folder: Path, device: torch.device) -> None:
    from diffusers import AutoencoderTiny

    from .vae import encode_shards

    network = AutoencoderTiny.from_pretrained(folder / "vae/vae").to(device).requires_grad_(False).eval()
    print(f"latents of {encode_shards(folder / 'shards', network)} more shards", flush=True)


def train_base_model(folder: Path, stage: str, device: torch.device, options: Options, resume: Path | None) -> None:
    """Train on pictures of half the size ("small"), which teaches words and composition at 2.5 times the speed, or on
    whole ones ("base"), starting from the weights in ``resume``."""
    from .base import build, train_base
    from .export import read_base, write_base
    from .shards import read_shards

    words = tokenizer(folder, resume)
    modules = (build(words) if resume is None or not (resume / "unet").exists() else read_base(resume)).to(device)

    def on_save(average: nn.ModuleDict, progress: Progress) -> None:
        target = folder / ("starter" if stage == "base" else "small/starter")
        sharp, plain = folder / "decoder/vae", folder / "vae/vae"
        write_base(target, folder / "tokenizer", sharp if sharp.exists() else plain, average)

    kind = "latents" if stage == "base" else "small_latents"
    train_base(read_shards(folder / "shards", (kind,)), kind, words, modules, folder / stage, options, on_save)


def train_controlnet(
    stage: str, folder: Path, device: torch.device, small: Options, whole: Options, resume: Path | None
) -> None:
    """Train on pictures of half the size first, as the base."""
    from .control import Control, build, train_control
    from .export import read_base, write_controlnet
    from .shards import read_shards

    base = read_base(folder / "starter").to(device)
    target = folder / f"starter/controlnet-{stage}" if stage != "other-light" else folder / "ablation/controlnet"

    def on_save(average: nn.ModuleDict, progress: Progress) -> None:
        write_controlnet(target, average["controlnet"])

    words, modules = tokenizer(folder, resume), build(base)
    for size, kind, options in (("small-", "small_latents", small), ("", "latents", whole)):
        pictures = read_shards(folder / "shards", (kind, "controls", "depths"))
        place = folder / f"control-{size}{stage}"
        average = train_control(Control(stage), pictures, kind, words, base, modules, place, options, on_save)
        modules.load_state_dict(average.state_dict())


def train_jointly(folder: Path, device: torch.device, options: Options, resume: Path | None) -> None:
    """Text-to-image model and ControlNets, from those of the stages before, or from the weights in ``resume``."""
    from .control import Control
    from .export import read_base, read_controlnet, write_base, write_controlnet
    from .joint import train_together
    from .shards import read_shards

    words = tokenizer(folder, resume)
    controls = [control.value for control in (Control.LIGHT, Control.DEPTH)]
    trained = all((folder / f"starter/controlnet-{control}").exists() for control in controls)
    begin = folder / "starter" if trained or resume is None else resume
    modules = read_base(begin)
    for control in controls:
        modules[control] = read_controlnet(begin / f"controlnet-{control}")

    def on_save(average: nn.ModuleDict, progress: Progress) -> None:
        sharp, plain = folder / "decoder/vae", folder / "vae/vae"
        write_base(folder / "starter", folder / "tokenizer", sharp if sharp.exists() else plain, average)
        for control in controls:
            write_controlnet(folder / f"starter/controlnet-{control}", average[control])

    pictures = read_shards(folder / "shards", ("latents", "controls", "depths"))
    train_together(pictures, words, modules.to(device), folder / "together", options, on_save)


def train_lift(folder: Path, device: torch.device, options: Options, resume: Path | None) -> None:
    """The network that turns pictures into solids; it needs none of the others."""
    from ..lifting import network
    from .lifter import ARRAYS, train_lifter
    from .shards import read_shards

    def on_save(average: nn.ModuleDict, progress: Progress) -> None:
        network.save(average["lifter"], folder / "starter/lifter")

    begin = None
    if resume is not None and (resume / "lifter").exists():
        begin = network.read(resume / "lifter", device)
    train_lifter(read_shards(folder / "solids", ARRAYS), folder / "lift", options, device, begin, on_save)


def train_form_autoencoder(folder: Path, device: torch.device, options: Options) -> None:
    """Of solids: the sculptor's latents, and what makes solids of them."""
    from .sculptor import read_forms, train_solids, write_autoencoder

    def on_save(average: nn.ModuleDict, progress: Progress) -> None:
        write_autoencoder(average, folder / "form-vae/average")

    train_solids(read_forms(folder / "forms"), folder / "form-vae", options, device, on_save)


def train_sculptor(folder: Path, device: torch.device, recogniser: Options, sculptor: Options) -> None:
    """The kinds of pictures, then the diffusion of solids by kinds and pictures. The lifter and the autoencoder have to
    be there, and to stay as they are."""
    from ..lifting import network
    from ..sculpting import recognise, sculpt
    from . import sculptor as training
    from .shards import read_shards

    autoencoder = training.read_autoencoder(folder / "form-vae/average", device)
    latents, spread = training.latents_of(training.read_forms(folder / "forms"), autoencoder["encoder"], device)
    lifter = network.read(folder / "starter/lifter", device)
    sights = training.sights_of(read_shards(folder / "solids", ("pictures",)), lifter, autoencoder["encoder"], device)
    sights = replace(sights, latents=sights.latents / spread)
    place = folder / "starter/sculptor"
    training.write_kinds(place)

    def on_recogniser(average: nn.ModuleDict, progress: Progress) -> None:
        recognise.save(average["recogniser"], place)

    def on_denoiser(average: nn.ModuleDict, progress: Progress) -> None:
        sculpt.save(sculpt.Sculptor(average["denoiser"], autoencoder["decoder"], spread), place)

    training.train_recogniser(sights, folder / "recogniser", recogniser, device, on_recogniser)
    training.train_denoiser(latents / spread, sights, folder / "sculptor", sculptor, device, on_denoiser)


def sharpen_decoder(folder: Path, device: torch.device, options: Options) -> None:
    """Of the autoencoder in the weights; latents stay what they are."""
    from diffusers import AutoencoderTiny

    from .decoder import sharpen
    from .export import write_autoencoder
    from .shards import read_shards

    def on_save(average: nn.ModuleDict, progress: Progress) -> None:
        for place in (folder / "decoder/vae", folder / "starter/vae"):
            write_autoencoder(place, average["vae"])

    network = AutoencoderTiny.from_pretrained(folder / "vae/vae").to(device)
    sharpen(read_shards(folder / "shards"), network, folder / "decoder", options, on_save)
