# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The painter that is a diffusion model with a ControlNet, of the families SD 1.5 and SDXL."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from ..diffusion import guidance, keeping, memory, pipelines
from ..diffusion.conditioning import Prompter
from ..diffusion.predict import Controls, decoded, encoded, predictor
from ..job import JobError
from ..models import shipped
from ..shading.controls import depth_picture
from . import sheet
from .painter import Shot, Start, Wish

if typing.TYPE_CHECKING:
    from diffusers import StableDiffusionControlNetPipeline, StableDiffusionXLControlNetPipeline

SHEET_SIZE = memory.SHEET_FROM
VIEW_WORDS = {"front": "front view", "side": "side view", "rear": "rear view", "top": "top view", "": ""}
RESCALE = 0.7
"""Part of the guided prediction that is scaled back to the spread of the unguided one (Lin et al., 2024, section 3.4:
"Common Diffusion Noise Schedules and Sample Steps are Flawed")."""
DISTILLATION_GUIDANCE = 50.0
"""Score distillation needs far stricter guidance than sampling (Poole et al., "DreamFusion", 2023)."""
LARGEST_PULL = 0.1
"""Of a latent's gradient (Deng et al., "FlashTex", 2024)."""


class DiffusionPainter:
    """See :class:`.painter.Painter`."""

    def __init__(
        self,
        pipeline: StableDiffusionControlNetPipeline | StableDiffusionXLControlNetPipeline,
        plan: memory.Plan,
        device: torch.device,
        control: str = "light",
    ) -> None:
        """``control``: what the ControlNet was trained with, "light" or "depth"."""
        from diffusers import AutoPipelineForImage2Image

        self._from_noise = pipeline
        self._from_pictures = AutoPipelineForImage2Image.from_pipe(pipeline)
        self._from_pictures.set_progress_bar_config(disable=True)
        self.plan = plan
        self._device, self._control = device, control
        self.prompter = Prompter(pipeline, device, plan.text_stays)

    @property
    def size(self) -> int:
        return self._from_noise.unet.config.sample_size * self._from_noise.vae_scale_factor

    @property
    def device_name(self) -> str:
        return pipelines.describe(self._device).name

    @property
    def tokenizer(self):
        return self._from_noise.tokenizer

    def paint(
        self,
        wish: Wish,
        shots: Sequence[Shot],
        controls: torch.Tensor,
        start: Start | None,
        on_step: Callable[[float], None],
    ) -> torch.Tensor:
        sheets = start is None and self.size >= SHEET_SIZE
        groups = self._groups(shots, sheets)
        controls = self._controls(shots, controls)
        result = torch.empty(len(shots), 3, self.size, self.size)
        done = 0
        for group in groups:

            def heard(pipeline, step: int, timestep, values: dict, done: int = done, share: int = len(group)) -> dict:
                on_step((done + share * min(1.0, (step + 1) / wish.steps)) / len(shots))
                return values

            chosen = [shots[index] for index in group]
            if sheets:
                result[group] = self._sheet(wish, chosen, controls[group], heard)
            else:
                begin = None if start is None else Start(start.pictures[group], start.strength)
                asked = [prompt_of(wish, shot) for shot in chosen]
                result[group] = self._batch(wish, asked, chosen, controls[group], begin, heard)
            done += len(group)
        on_step(1.0)
        return result.to(controls)

    def _groups(self, shots: Sequence[Shot], sheets: bool) -> list[list[int]]:
        """Which shots are painted together: in a sheet only those in the same light."""
        if not sheets:
            batch = self.plan.batch
            return [list(range(first, min(first + batch, len(shots)))) for first in range(0, len(shots), batch)]
        by_light: dict[int, list[int]] = {}
        for index, shot in enumerate(shots):
            by_light.setdefault(id(shot.light), []).append(index)
        return [
            members[first : first + sheet.LARGEST]
            for members in by_light.values()
            for first in range(0, len(members), sheet.LARGEST)
        ]

    def _controls(self, shots: Sequence[Shot], controls: torch.Tensor) -> torch.Tensor:
        """What the ControlNet knows instead of the light, where that is something else."""
        if self._control == "light":
            return controls
        depths = [depth_picture(shot.view.gbuffer).permute(2, 0, 1).expand(3, -1, -1) for shot in shots]
        return torch.stack(depths).to(controls)

    def _sheet(self, wish: Wish, shots: Sequence[Shot], controls: torch.Tensor, heard: Callable) -> torch.Tensor:
        """One picture of all these views. Where it would be too large they are painted smaller, and enlarged."""
        side = min(self.size, memory.LARGEST_SHEET // sheet.COLUMNS)
        shrunk = controls if side == self.size else torch.nn.functional.interpolate(controls, side, mode="area")
        painted = self._batch(wish, [prompt_of(wish, None)], shots[:1], sheet.joined(shrunk), None, heard)
        pictures = sheet.cut(painted, len(shots), side)
        if side == self.size:
            return pictures
        return torch.nn.functional.interpolate(pictures, self.size, mode="bicubic").clamp(0.0, 1.0)

    def _batch(
        self,
        wish: Wish,
        prompts: Sequence[str],
        shots: Sequence[Shot],
        controls: torch.Tensor,
        start: Start | None,
        heard: Callable,
    ) -> torch.Tensor:
        pipeline = self._from_noise if start is None else self._from_pictures
        dtype = pipeline.unet.dtype
        try:
            controls = controls.to(self._device, dtype)
            if start is None:
                pictures = {"image": controls, "height": controls.shape[2], "width": controls.shape[3]}
            else:
                with torch.no_grad():
                    latents = encoded(self._from_noise.vae, start.pictures.to(self._device)).to(dtype)
                pictures = {"image": latents, "control_image": controls, "strength": start.strength}
            latents = pipeline(
                **self.prompter.for_pipeline(prompts, wish.negative, guided=wish.guidance > 1),
                num_inference_steps=max(wish.steps, 2),
                guidance_scale=wish.guidance,
                controlnet_conditioning_scale=wish.control,
                generator=[torch.Generator("cpu").manual_seed(shot.seed) for shot in shots],
                output_type="latent",
                callback_on_step_end=heard,
                **pictures,
            ).images
            return decoded(self._from_noise.vae, latents).float().cpu()
        except torch.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise JobError(
                "out_of_memory", "The graphics card has not enough memory for this model.",
                "Close other programs, use a small autoencoder, or choose CPU in the preferences.",
            ) from error  # fmt: skip

    def pull(
        self, wish: Wish, shots: Sequence[Shot], controls: torch.Tensor, pictures: torch.Tensor, noise: float
    ) -> torch.Tensor:
        controls = self._controls(shots, controls).to(self._device, self._from_noise.unet.dtype)
        with torch.enable_grad():
            shown = pictures.detach().to(self._device).requires_grad_()
            latents = encoded(self._from_noise.vae, shown)
        with torch.no_grad():
            gradient = self._score(wish, shots, controls, latents.detach().to(controls.dtype), noise)
        (result,) = torch.autograd.grad(latents, shown, gradient.to(latents.dtype))
        return result.to(pictures)

    def _score(
        self, wish: Wish, shots: Sequence[Shot], controls: torch.Tensor, latents: torch.Tensor, noise: float
    ) -> torch.Tensor:
        """The latents' gradient by score distillation."""
        schedule = self._from_noise.scheduler
        steps = len(schedule.alphas_cumprod)
        step = torch.full((len(shots),), min(max(int(noise * steps), 1), steps - 2), device=latents.device)
        generators = [torch.Generator("cpu").manual_seed(shot.seed) for shot in shots]
        added = torch.stack([torch.randn(latents.shape[1:], generator=generator) for generator in generators])
        at = guidance.noised(latents, schedule.alphas_cumprod, step, added.to(latents.device))
        shown = Controls(controls, wish.control)
        predict = predictor(self._from_noise, self.prompter, tuple(controls.shape[2:]), shown, wish.negative)
        return guidance.sds(
            predict, at, [prompt_of(wish, shot) for shot in shots], DISTILLATION_GUIDANCE, guidance.damped,
            wish.negative, RESCALE,
        ).clamp(-LARGEST_PULL, LARGEST_PULL)  # fmt: skip


def prompt_of(wish: Wish, shot: Shot | None) -> str:
    """The prompt with the word for where the camera stands; for a sheet of several views without."""
    words = VIEW_WORDS[shot.place.word()] if shot is not None else ""
    return f"{wish.prompt}, {words}" if words else wish.prompt


@dataclasses.dataclass(frozen=True)
class Choice:
    """The models that paint; "" for the starter's, or for none."""

    model: str = ""
    """Folder in diffusers format, or a checkpoint in one .safetensors file."""
    controlnet: str = ""
    control: str = "light"
    """What the ControlNet was trained with, "light" or "depth"."""
    autoencoder: str = ""
    lora: str = ""
    lora_scale: float = 1.0
    adapter: str = ""
    """Folder of an IP-Adapter."""
    style: str = ""
    """Picture for it."""
    style_strength: float = 0.6


def load(choice: Choice, distills: bool = False) -> DiffusionPainter:
    """The painter of local models, on the best device there is; ``distills`` if it will be asked to pull.

    Raises JobError for files that are missing or cannot be read, and where the device has too little memory.
    """
    sources = sources_of(choice)
    style = _style_picture(choice)
    device = pipelines.best_device()

    def loaded() -> tuple[typing.Any, memory.Plan]:
        plan = plan_for(sources, device, distills)
        return pipelines.load(sources, plan, device), plan

    try:
        if sources.style is None:
            files = keeping.stamps(sources.model, sources.controlnet, sources.autoencoder, sources.lora)
            pipeline, plan = keeping.kept((sources, distills, files), loaded)
        else:  # its strength stays in the networks
            keeping.drop()
            pipeline, plan = loaded()
        painter = DiffusionPainter(pipeline, plan, device, choice.control)
    except (ModuleNotFoundError, JobError):
        raise
    except Exception as error:  # libraries raise anything for a broken file
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise JobError(
            "bad_input",
            f"The model in {sources.model} or its ControlNet cannot be read: {reason[:200].rstrip('.')}.",
            "Copy or download its files again.",
        ) from error
    if style is not None:
        painter.prompter.show(style, choice.style_strength)
    return painter


def sources_of(choice: Choice) -> pipelines.Sources:
    """The files of a choice. JobError for those that are missing."""
    model = Path(choice.model) if choice.model else pipelines.STARTER
    single = model.suffix == pipelines.SINGLE_FILE
    if not choice.model and not (model / "model_index.json").is_file():
        raise shipped.problem("choose the folders of another model and its ControlNet under Advanced")
    if not (model.is_file() if single else (model / "model_index.json").is_file()):
        raise JobError(
            "bad_input", f"{model} holds no diffusion model.",
            "Choose a folder with model_index.json, or a checkpoint in one .safetensors file.",
        )  # fmt: skip
    if not choice.controlnet and single:
        raise JobError(
            "bad_input", "A model in one file needs a ControlNet of its family.", "Choose its folder under Model."
        )
    control = Path(choice.controlnet) if choice.controlnet else model / "controlnet-light"
    if not (control / "config.json").is_file():
        raise JobError(
            "bad_input", f"{control} holds no ControlNet.", "Choose the folder of a ControlNet with config.json."
        )
    autoencoder, lora, adapter = (
        Path(text) if text else None for text in (choice.autoencoder, choice.lora, choice.adapter)
    )
    for path, words in (
        (autoencoder and autoencoder / "config.json", "autoencoder"), (lora, "LoRA"), (adapter, "style adapter"),
    ):  # fmt: skip
        if path is not None and not path.exists():
            raise JobError("bad_input", f"There is no {words} at {path}.", "Choose another one, or none.")
    return pipelines.Sources(model, control, autoencoder, lora, choice.lora_scale, adapter if choice.style else None)


def plan_for(sources: pipelines.Sources, device: torch.device, distills: bool = False) -> memory.Plan:
    """How the models fit onto a device."""
    size, factor = pipelines.picture_size(sources)
    sizes, sheet = pipelines.sizes(sources), memory.sheet_side(size)
    return memory.plan(pipelines.describe(device), sizes, size, sheet, factor, distills)


def _style_picture(choice: Choice):
    """The picture (PIL) whose style is taken over, None for none."""
    if not choice.style:
        return None
    if not choice.adapter:
        raise JobError(
            "bad_input", "A style picture needs a style adapter (IP-Adapter) for the model.",
            "Choose one under Model, or describe the style in the prompt instead.",
        )  # fmt: skip
    from PIL import Image

    try:
        return Image.open(choice.style).convert("RGB")
    except OSError as error:
        raise JobError(
            "bad_input", f"{choice.style} cannot be read as a picture.", "Choose a PNG or JPEG file."
        ) from error


def understood(prompt: str, tokenizer) -> list[str]:
    """The words of a prompt that the model has never learned; JobError if it knows none at all."""
    if pipelines.has_full_vocabulary(tokenizer):
        return []
    unknown = pipelines.unknown_words(prompt, tokenizer)
    if len(unknown) == len(pipelines.words_of(prompt)):
        raise JobError(
            "bad_input", "The model knows no word of the prompt.",
            "Say in English words what the surface is made of, such as: weathered red wood.",
        )  # fmt: skip
    return unknown


def too_long(prompt: str, tokenizer) -> bool:
    """Whether the model reads only the beginning."""
    return len(tokenizer(prompt, truncation=False).input_ids) > tokenizer.model_max_length
