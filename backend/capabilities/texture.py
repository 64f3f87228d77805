# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture: a prompt becomes base colour, roughness, metallic and normal maps of a mesh."""

from __future__ import annotations

import importlib.util
import time
import typing
from dataclasses import dataclass

from ..job import Job, JobError

if typing.TYPE_CHECKING:
    import torch

    from ..texturing.painter import Painter, Wish

PRESETS = ("draft", "standard", "high")
FORMATS = ("PNG", "EXR")
RESOLUTIONS = (512, 1024, 2048, 4096)
TARGETS = ("denoise", "sds")
CONTROLS = ("light", "depth")
PREVIEW = 192
"""Pixels along a side of each picture in the preview."""
MOST_SEEDS = 16
UNWRAPPED, BAKING, BAKED = 0.03, 0.85, 0.98
"""Parts of the job after which meshes have UVs, the texture is there, and the maps are written."""


@dataclass(frozen=True)
class TextureParams:
    prompt: str
    negative: str = ""
    """What the texture should not show."""
    seed: int = 0
    preset: str = "standard"
    """One of PRESETS: how many views, lights and steps."""
    resolution: int = 1024
    """Pixels along each side of a map, one of RESOLUTIONS."""
    format: str = "PNG"
    """One of FORMATS."""
    orm: bool = False
    """Pack occlusion, roughness and metallic into one picture."""
    symmetric: bool = False
    """The left half is a mirror image of the right one: same colours at (x, y, z) and (-x, y, z) from the middle."""
    refine: bool = False
    """Start from the textures in the job's inputs instead of from nothing."""
    refine_strength: float = 0.5
    """How much of these may change, 0 to 1."""
    style: str = ""
    """A picture whose style is taken over, by ``style_adapter``."""
    style_strength: float = 0.6
    """How much of it, 0 to 1."""
    steps: int = 0
    """Denoising steps for each picture; 0: the preset's."""
    guidance: float = 0.0
    """Classifier-free guidance scale: how strictly to follow the prompt; 0: the model's own."""
    control: float = 1.0
    """How strictly the pictures keep to shape and light, 0 to 2."""
    target: str = "denoise"
    """What random views are pulled towards after the sheets: "denoise" or "sds", see texturing.distill.Target."""
    distillation: float = 1.0
    """Strength of that, 0 for none."""
    smoothness: float = 1.0
    """Strength of the pull towards even roughness and metallic, 0 for none."""
    detail: float = 1.0
    """Strength of the fine structure from single views at full size, 0 for none."""
    model: str = ""
    """Folder of a model in diffusers format, or a checkpoint in one .safetensors file; the starter if empty."""
    controlnet: str = ""
    """Folder of its ControlNet; the starter's for light if empty."""
    control_kind: str = "light"
    """What that was trained with, one of CONTROLS."""
    autoencoder: str = ""
    """Folder of a small autoencoder (TAESD) instead of the model's own."""
    lora: str = ""
    """A LoRA in a .safetensors file."""
    lora_scale: float = 1.0
    style_adapter: str = ""
    """Folder of an IP-Adapter with its image encoder."""


def texture(
    params: TextureParams, job: Job, painter: Painter | None = None
) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """in/mesh.npz -> out/<texture>/<map>.<tile>.png or .exr, out/uv for new UVs, and out/preview.png.

    While it works, out/so-far.npy is the texture so far, see :func:`_keep_picture`.

    Args:
        painter: who paints instead of the model, for tests and benchmarks.
    """
    wish = _checked(params)
    begin = time.perf_counter()
    job.progress("Reading the mesh", 0.0)
    from ..texturing import existing, mesh, picture
    from ..texturing.layers import with_uvs
    from ..texturing.preview import preview
    from ..texturing.products import write_products
    from ..texturing.solid import solid_of
    from ..texturing.stages import make_texture

    body = mesh.load(job.inputs / "mesh.npz")
    unknown, warnings = [], []
    if painter is None:
        painter, unknown, warnings = _model(params, job)
    body, files = with_uvs(body, job, params.resolution, lambda part: job.progress("Unwrapping", UNWRAPPED * part))
    solid = solid_of(body)
    before = existing.read(body, solid, job.inputs, params.seed) if params.refine else None
    if params.refine and before is None:
        raise JobError(
            "bad_input", "The selected objects have no texture to start from.", "Switch off Refine Existing."
        )
    said = {"stage": "", "fraction": UNWRAPPED}

    def hear(stage: str, part: float) -> None:
        said.update(stage=stage, fraction=UNWRAPPED + (BAKING - UNWRAPPED) * part)
        job.progress(**said)

    def show(shown: torch.Tensor) -> None:
        _keep_picture(job, "so-far", shown)
        job.progress(**said, preview="out/so-far.npy")

    job.restart_estimate()  # loading a model goes at another pace
    strength = params.refine_strength
    result = make_texture(solid, painter, wish, _settings(params), hear, before, strength, show)
    start = time.perf_counter()
    products = write_products(
        body, result.texture, job, params.resolution, params.format, params.orm,
        lambda part: job.progress("Baking", BAKING + (BAKED - BAKING) * part), result.pixels_per_unit,
    )  # fmt: skip
    seconds = {**result.seconds, "bake": round(time.perf_counter() - start, 2)}
    job.progress("Drawing the preview", BAKED)
    picture.write_png(job.outputs / "preview.png", preview(solid, result.texture, PREVIEW).numpy(), 8)
    files |= {**products.files, "preview": "out/preview.png"}
    seconds["all"] = round(time.perf_counter() - begin, 2)
    job.progress("Done", 1.0)
    return files, {
        **products.report,
        "seconds": seconds,
        "unknown_words": unknown,
        "pixels_per_unit": round(result.pixels_per_unit / body.scale, 2),
        "models": _models(params),
        "warnings": warnings,
    }


@dataclass(frozen=True)
class SeedsParams(TextureParams):
    count: int = 4
    """Of seeds to be shown, ``seed`` the first."""


def texture_seeds(
    params: SeedsParams, job: Job, painter: Painter | None = None
) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """in/mesh.npz -> out/seed-<seed>.npy: the first picture that a texture job would paint with each seed.

    Pictures are (S, S, 3) uint8, display-encoded, row 0 at the top; "seed/<seed>" among the files. They are the job's
    own where it starts from nothing: what Refine makes of a seed is not shown.
    """
    wish = _checked(params)
    if not 1 <= params.count <= MOST_SEEDS:
        raise JobError("bad_input", f"{params.count} seeds cannot be shown.", f"Choose 1 to {MOST_SEEDS}.")
    begin = time.perf_counter()
    job.progress("Reading the mesh", 0.0)
    from ..texturing import mesh
    from ..texturing.plan import PLANS
    from ..texturing.seeds import first_pictures
    from ..texturing.solid import solid_of

    solid = solid_of(mesh.load(job.inputs / "mesh.npz"))
    unknown, warnings = [], []
    if painter is None:
        painter, unknown, warnings = _model(params, job)
    job.restart_estimate()
    seeds = range(params.seed, params.seed + params.count)
    pictures = first_pictures(
        solid, painter, wish, PLANS[params.preset], seeds,
        lambda part: job.progress("Painting", UNWRAPPED + (1.0 - UNWRAPPED) * part),
    )  # fmt: skip
    files = {f"seed/{seed}": _keep_picture(job, f"seed-{seed}", one) for seed, one in zip(seeds, pictures)}
    job.progress("Done", 1.0)
    seconds = {"all": round(time.perf_counter() - begin, 2)}
    return files, {"seconds": seconds, "unknown_words": unknown, "warnings": warnings}


def _keep_picture(job: Job, name: str, picture: torch.Tensor) -> str:
    """Write a picture (3, S, S), display-encoded, for a panel: out/<name>.npy, (S, S, 3) uint8, row 0 at the top.

    Returns the file's name relative to the job's folder. In one step: Blender may look at any moment.
    """
    import numpy as np

    job.outputs.mkdir(exist_ok=True)
    part = job.outputs / f"{name}.part.npy"
    np.save(part, (255 * picture.clamp(0.0, 1.0)).round().byte().permute(1, 2, 0).cpu().numpy())
    part.replace(job.outputs / f"{name}.npy")
    return f"out/{name}.npy"


def _models(params: TextureParams) -> dict[str, dict[str, str]]:
    """Which models painted, but for the starter: downloaded ones with their revision."""
    from ..models import store

    paths = {name: getattr(params, name) for name in ("model", "controlnet", "autoencoder", "lora", "style_adapter")}
    return {name: store.described(path) for name, path in paths.items() if path}


def _checked(params: TextureParams) -> Wish:
    """What to paint, or JobError for parameters that make no sense."""
    if not params.prompt.strip():
        raise JobError(
            "bad_input", "There is no prompt.", "Say what the surface is made of, such as: weathered red wood."
        )
    for name, value, choices in (
        ("preset", params.preset, PRESETS), ("format", params.format, FORMATS), ("target", params.target, TARGETS),
        ("resolution", params.resolution, RESOLUTIONS), ("control kind", params.control_kind, CONTROLS),
    ):  # fmt: skip
        if value not in choices:
            raise JobError(
                "bad_input", f'"{value}" is no {name} this version knows.', f"Choose {', '.join(map(str, choices))}."
            )
    ranges = {"refine_strength": 1.0, "steps": 1000, "guidance": 100.0, "control": 2.0, "distillation": 10.0,
              "smoothness": 100.0, "detail": 2.0, "style_strength": 1.0, "lora_scale": 4.0}  # fmt: skip
    for name, most in ranges.items():
        if not 0 <= getattr(params, name) <= most:
            raise JobError(
                "bad_input", f"{name.replace('_', ' ').capitalize()} is {getattr(params, name)}.",
                f"Choose a value between 0 and {most}.",
            )  # fmt: skip
    if importlib.util.find_spec("torch") is None:
        raise JobError(
            "missing_packages", "The compute environment has no diffusion models yet.",
            "Install the environment with PyTorch in the preferences.",
        )  # fmt: skip
    from ..diffusion import pipelines
    from ..texturing.painter import Wish
    from ..texturing.plan import PLANS

    steps = params.steps or PLANS[params.preset].steps
    guidance = pipelines.guidance(params.guidance, params.model)
    return Wish(params.prompt.strip(), params.negative.strip(), steps, guidance, params.control)


def _settings(params: TextureParams):
    from ..texturing.distill import Target
    from ..texturing.plan import PLANS
    from ..texturing.stages import Settings
    from ..texturing.words import expected

    material = expected(params.prompt)
    return Settings(
        plan=PLANS[params.preset],
        seed=params.seed,
        target=Target(params.target),
        distillation=params.distillation,
        smoothness=params.smoothness,
        detail=params.detail,
        symmetric=params.symmetric,
        start=material.start,
        named=material.named,
        doubt=1.0,
    )


def _model(params: TextureParams, job: Job) -> tuple[Painter, list[str], list[str]]:
    """The diffusion model, the words of the prompt that it has never learned, and what else to tell."""
    if importlib.util.find_spec("diffusers") is None:
        raise JobError(
            "missing_packages", "The compute environment has no diffusion models yet.",
            "Install the environment with PyTorch in the preferences.",
        )  # fmt: skip
    job.progress("Loading the model", 0.01)
    from ..texturing import diffusion

    painter = diffusion.load(
        diffusion.Choice(
            model=params.model, controlnet=params.controlnet, control=params.control_kind,
            autoencoder=params.autoencoder, lora=params.lora, lora_scale=params.lora_scale,
            adapter=params.style_adapter, style=params.style, style_strength=params.style_strength,
        ),
        distills=params.target == "sds",
    )  # fmt: skip
    job.log(f"On {painter.device_name}: {painter.plan.words()}.")
    unknown, warnings = diffusion.understood(params.prompt, painter.tokenizer), []
    if params.control_kind == "depth":
        warnings.append("A ControlNet for depth does not know the light: some of it may be in the base color.")
    if unknown:
        warnings.append(f"The model does not know: {', '.join(unknown[:20])}.")
    if diffusion.too_long(params.prompt, painter.tokenizer):
        warnings.append("The prompt is longer than what the model reads: its end is ignored.")
    for warning in warnings:
        job.log(warning, "warning")
    return painter, unknown, warnings
