# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The painter that is a diffusion model with a ControlNet for light, of any repository in diffusers format."""

from __future__ import annotations

import typing
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from ..diffusion import pipelines
from ..job import JobError
from . import sheet
from .painter import Shot, Start, Wish

if typing.TYPE_CHECKING:
    from diffusers import StableDiffusionControlNetPipeline, StableDiffusionXLControlNetPipeline

BATCH = 4
"""Pictures painted at once: more gain nothing on a processor and cost memory on a graphics card."""
SHEET_SIZE = 512
"""Size of a model's pictures from which on the first views are painted as sheets: smaller models never saw any."""
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

    def __init__(self, pipeline: StableDiffusionControlNetPipeline | StableDiffusionXLControlNetPipeline) -> None:
        from diffusers import AutoPipelineForImage2Image

        self._from_noise = pipeline
        self._from_pictures = AutoPipelineForImage2Image.from_pipe(pipeline)
        self._from_pictures.set_progress_bar_config(disable=True)

    @property
    def size(self) -> int:
        return self._from_noise.unet.config.sample_size * self._from_noise.vae_scale_factor

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
        groups = self._groups(shots, sheets=start is None and self.size >= SHEET_SIZE)
        result = torch.empty(len(shots), 3, self.size, self.size)
        done = 0
        for group in groups:

            def heard(pipeline, step: int, timestep, values: dict, done: int = done, share: int = len(group)) -> dict:
                on_step((done + share * min(1.0, (step + 1) / wish.steps)) / len(shots))
                return values

            chosen = [shots[index] for index in group]
            if start is None and self.size >= SHEET_SIZE:
                asked = [prompt_of(wish, None)]
                painted = self._batch(wish, asked, chosen[:1], sheet.joined(controls[group]), None, heard)
                result[group] = sheet.cut(painted, len(group), self.size)
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
            return [list(range(first, min(first + BATCH, len(shots)))) for first in range(0, len(shots), BATCH)]
        by_light: dict[int, list[int]] = {}
        for index, shot in enumerate(shots):
            by_light.setdefault(id(shot.light), []).append(index)
        return [
            members[first : first + sheet.LARGEST]
            for members in by_light.values()
            for first in range(0, len(members), sheet.LARGEST)
        ]

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
        controls = controls.to(pipeline.device, pipeline.dtype)
        if start is None:
            pictures = {"image": controls, "height": controls.shape[2], "width": controls.shape[3]}
        else:
            pictures = {
                "image": start.pictures.to(pipeline.device, pipeline.dtype),
                "control_image": controls,
                "strength": start.strength,
            }
        result = pipeline(
            prompt=list(prompts),
            negative_prompt=[wish.negative] * len(prompts),
            num_inference_steps=max(wish.steps, 2),
            guidance_scale=wish.guidance,
            controlnet_conditioning_scale=wish.control,
            generator=[torch.Generator("cpu").manual_seed(shot.seed) for shot in shots],
            output_type="pt",
            callback_on_step_end=heard,
            **pictures,
        )
        return result.images.float().cpu()

    def pull(
        self, wish: Wish, shots: Sequence[Shot], controls: torch.Tensor, pictures: torch.Tensor, noise: float
    ) -> torch.Tensor:
        pipeline = self._from_noise
        if hasattr(pipeline, "text_encoder_2"):
            raise JobError(
                "bad_input", "Score distillation works with models like Stable Diffusion 1.5 only.",
                'Choose "denoise" as the target.',
            )  # fmt: skip
        device, dtype = pipeline.device, pipeline.dtype
        with torch.enable_grad():
            shown = pictures.detach().to(device, dtype).requires_grad_()
            latents = self._encoded(2.0 * shown - 1.0)
        with torch.no_grad():
            gradient = self._score(wish, shots, controls.to(device, dtype), latents.detach(), noise)
        (result,) = torch.autograd.grad(latents, shown, gradient)
        return result.to(pictures)

    def _encoded(self, pictures: torch.Tensor) -> torch.Tensor:
        vae = self._from_noise.vae
        code = vae.encode(pictures)
        latents = code.latent_dist.mean if hasattr(code, "latent_dist") else code.latents
        return latents * vae.config.scaling_factor

    def _score(
        self, wish: Wish, shots: Sequence[Shot], controls: torch.Tensor, latents: torch.Tensor, noise: float
    ) -> torch.Tensor:
        """Weight times (predicted noise - noise), by classifier-free guidance; the latents' gradient."""
        pipeline, schedule = self._from_noise, self._from_noise.scheduler
        count = len(shots)
        steps = len(schedule.alphas_cumprod)
        step = torch.full((count,), min(max(int(noise * steps), 1), steps - 2), device=latents.device)
        generators = [torch.Generator("cpu").manual_seed(shot.seed) for shot in shots]
        added = torch.stack([torch.randn(latents.shape[1:], generator=generator) for generator in generators])
        added = added.to(latents)
        mixed = schedule.add_noise(latents, added, step)
        text, empty = pipeline.encode_prompt(
            [prompt_of(wish, shot) for shot in shots], latents.device, 1, True, [wish.negative] * count
        )
        twice = {"timestep": step.repeat(2), "encoder_hidden_states": torch.cat((empty, text))}
        down, middle = pipeline.controlnet(
            mixed.repeat(2, 1, 1, 1), controlnet_cond=controls.repeat(2, 1, 1, 1),
            conditioning_scale=wish.control, return_dict=False, **twice,
        )  # fmt: skip
        prediction = pipeline.unet(
            mixed.repeat(2, 1, 1, 1),
            down_block_additional_residuals=down,
            mid_block_additional_residual=middle,
            **twice,
        ).sample
        kept = schedule.alphas_cumprod.to(latents)[step][:, None, None, None]
        if schedule.config.prediction_type == "v_prediction":
            prediction = kept.sqrt() * prediction + (1.0 - kept).sqrt() * mixed.repeat(2, 1, 1, 1)
        without, asked = prediction.chunk(2)
        guided = without + DISTILLATION_GUIDANCE * (asked - without)
        spread = asked.std((1, 2, 3), keepdim=True) / guided.std((1, 2, 3), keepdim=True).clamp_min(1e-6)
        guided = guided * (RESCALE * spread + 1.0 - RESCALE)
        return (kept.sqrt() * (1.0 - kept) * (guided - added)).clamp(-LARGEST_PULL, LARGEST_PULL)


def prompt_of(wish: Wish, shot: Shot | None) -> str:
    """The prompt with the word for where the camera stands; for a sheet of several views without."""
    words = VIEW_WORDS[shot.place.word()] if shot is not None else ""
    return f"{wish.prompt}, {words}" if words else wish.prompt


def load(model: str, controlnet: str) -> DiffusionPainter:
    """The painter of a local repository and ControlNet, the starter's if empty; on the best device there is.

    Raises JobError for folders that are missing or cannot be read.
    """
    repository = Path(model) if model else pipelines.STARTER
    control = Path(controlnet) if controlnet else repository / "controlnet-light"
    if not model and not (repository / "model_index.json").is_file():
        raise JobError(
            "missing_weights", "The models that ship with Galatea are not in their folder.",
            "Install the extension again, or choose the folders of another model and its ControlNet under Advanced.",
        )  # fmt: skip
    if not (repository / "model_index.json").is_file():
        raise JobError("bad_input", f"{repository} holds no diffusion model.", "Choose a folder with model_index.json.")
    if not (control / "config.json").is_file():
        raise JobError(
            "bad_input", f"{control} holds no ControlNet.", "Choose the folder of a light ControlNet with config.json."
        )
    try:
        return DiffusionPainter(pipelines.load_with_control(repository, control, pipelines.best_device()))
    except ModuleNotFoundError:
        raise
    except Exception as error:  # libraries raise anything for a broken file
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise JobError(
            "bad_input", f"The model in {repository} or its ControlNet cannot be read: {reason[:200].rstrip('.')}.",
            "Copy or download its files again.",
        ) from error  # fmt: skip


def understood(prompt: str, tokenizer) -> list[str]:
    """The words of a prompt that the model has never learned; JobError if it knows none at all."""
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
