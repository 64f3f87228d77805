# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What paints the frames of a shot: a model of pictures with a ControlNet, or one of videos."""

from __future__ import annotations

import typing
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from ..diffusion import pipelines
from ..diffusion.conditioning import Prompter
from ..texturing import diffusion
from . import noise, passes, refine, sampler, video
from .cells import Scale
from .fusion import footprints
from .passes import Look, Shot

if typing.TYPE_CHECKING:
    from ..capabilities.render import RenderParams

STARTER_SIZE, STARTER_STEPS = 256, 16
STEPS, KEYFRAMES = 25, 3
"""Of other models than the starter."""
STRIDES = (1, 2, 4, 8)
"""Latent pixels along a side of a token, of the layers that are fused."""
REFINED = 0.8
"""Part of the painting after which refining begins, if it was asked for."""


class Engine(typing.Protocol):
    """How a model is used."""

    size: int
    """Pixels along the longer side that it is best at."""
    factor: int
    """Pixels along a side of a latent pixel."""
    multiple: int
    """Of which the pictures' sides must be."""
    light: bool
    """Whether it follows the light pictures; else it knows the depth alone."""

    def load(self) -> None:
        """The networks, onto the best device. JobError for files that are missing or broken."""

    def unknown(self, prompts: Sequence[str]) -> list[str]:
        """Words that the model has never learned, as far as one can tell. Call it after :meth:`load`."""

    def warnings(self, params: RenderParams, shot: Shot) -> list[str]:
        """Sentences about what it will not do."""

    def paint(
        self, params: RenderParams, shot: Shot, scale: Scale, look: Look, heard: Callable[[str, float], None]
    ) -> Pictures:
        """Paint all frames that are not in the shot's folder yet, going on after the last step that is there.

        Args:
            heard: called with what is being done and the part that is done; it may raise.
        """


def engine_of(params: RenderParams) -> Engine:
    """The one for the model that was asked for. JobError for one that is not there."""
    return VideoEngine(params) if video.is_video(params.model) else ImageEngine(params)


class ImageEngine:
    """Models of the families SD 1.5 and SDXL."""

    def __init__(self, params: RenderParams) -> None:
        choice = diffusion.Choice(model=params.model, controlnet=params.controlnet, control=params.control_kind)
        self._sources = diffusion.sources_of(choice)
        own, self.factor = pipelines.picture_size(self._sources)
        self.size = own if params.model else STARTER_SIZE
        self.multiple = 8 * self.factor  # three halvings of the latents
        self.light = params.control_kind == "light"
        self._pipeline: typing.Any = None
        self._batch = 1

    def load(self) -> None:
        device = pipelines.best_device()
        plan = diffusion.plan_for(self._sources, device)
        self._pipeline, self._batch = pipelines.load(self._sources, plan, device), plan.batch

    def unknown(self, prompts: Sequence[str]) -> list[str]:
        return pipelines.unknown_words(" ".join(prompts), self._pipeline.tokenizer)

    def warnings(self, params: RenderParams, shot: Shot) -> list[str]:
        return []

    def paint(
        self, params: RenderParams, shot: Shot, scale: Scale, look: Look, heard: Callable[[str, float], None]
    ) -> Pictures:
        pictures = Pictures(shot.folder)
        if all(pictures.path(number).is_file() for number in range(len(shot.frames))):
            return pictures
        control = passes.light_control if self.light else passes.depth_control
        others = regions(params, shot)
        keyframes = (KEYFRAMES if params.model else 0) if params.keyframes < 0 else params.keyframes
        for number, frame in enumerate(shot.frames):
            heard("Preparing the noise", 0.0)
            geometry = shot.geometry(frame)
            owner = noise.owned(shot, geometry, scale, self.factor, frame)
            block = self.factor * shot.size.oversampling
            parts = [passes.pooled(np.isin(geometry.surface, list(one)), block) for one in others.values()]
            np.savez(
                shot.folder / f"material-{number}.npz", control=control(shot, frame, look).astype(np.float16),
                cells=owner.cells, pixel=owner.pixel, fresh=owner.fresh,
                background=passes.pooled(shot.is_painted(geometry), block) == 0,
                regions=np.stack((np.ones(owner.shape, np.float32) - sum(parts), *parts)),
            )  # fmt: skip

        def stored(name: str) -> Callable[[int], np.ndarray]:
            def load(number: int) -> np.ndarray:
                with np.load(shot.folder / f"material-{number}.npz") as found:
                    return found[name]

            return load

        def noise_of(number: int, counter: int) -> np.ndarray:
            with np.load(shot.folder / f"material-{number}.npz") as found:
                shape = found["background"].shape
                owner = noise.Owned(found["cells"], found["pixel"], found["fresh"], shape)
            if params.noise == "surface":
                return noise.noise(owner, params.seed, counter)
            return noise.screen(shape, params.seed, counter, number if params.noise == "independent" else 0)

        material = sampler.Material(
            noise=noise_of, control=lambda number: stored("control")(number).astype(np.float32),
            background=stored("background"), regions=stored("regions"),
            footprints=footprints(shot, scale, self.factor, STRIDES) if keyframes else {}, frames=len(shot.frames),
        )  # fmt: skip
        wish = sampler.Wish(
            prompt=params.prompt.strip(), others=tuple(others), negative=params.negative.strip(), seed=params.seed,
            steps=params.steps or (STEPS if params.model else STARTER_STEPS),
            guidance=pipelines.guidance(params.guidance, params.model), control=params.control,
            keyframes=keyframes, fusion=params.fusion, match_background=params.match_background,
            chunk=max(2 * self._batch // (2 + len(others)), 1),
        )  # fmt: skip
        prompter = Prompter(self._pipeline, self._pipeline.unet.device)
        end = REFINED if params.refine else 1.0
        latents = sampler.paint(
            self._pipeline, prompter, wish, material, shot.folder, lambda part: heard("Painting", end * part)
        )
        if params.refine:
            latents = sampler.refined(
                self._pipeline, prompter, wish, material, latents, refine.motion(shot, scale, self.factor),
                lambda part: heard("Refining", end + (1.0 - end) * part),
            )  # fmt: skip
        vae = self._pipeline.vae
        with torch.no_grad():
            for number in range(len(latents)):
                heard("Painting", 1.0)
                given = latents[number : number + 1].to(self._pipeline.unet.device, vae.dtype)
                decoded = vae.decode(given / vae.config.scaling_factor).sample.float()[0] / 2 + 0.5
                pictures.keep(number, decoded.clamp(0.0, 1.0).permute(1, 2, 0).cpu().numpy())
        return pictures


class VideoEngine:
    """Wan VACE."""

    size, factor, multiple, light = video.SIZE, video.FACTOR, video.FACTOR, False

    def __init__(self, params: RenderParams) -> None:
        self._folder = Path(params.model)
        self._device = pipelines.best_device()
        self._pipeline: typing.Any = None

    def load(self) -> None:
        self._pipeline = video.load(self._folder, self._device)

    def unknown(self, prompts: Sequence[str]) -> list[str]:
        return []

    def warnings(self, params: RenderParams, shot: Shot) -> list[str]:
        found = ["Video models were not yet run on real weights, only on tiny ones of the same layout."]
        own = sorted(shot.names[index] for indices in regions(params, shot).values() for index in indices)
        if own:
            found.append(f"Video models know one prompt alone; those of objects are left out: {', '.join(own[:5])}.")
        return found

    def paint(
        self, params: RenderParams, shot: Shot, scale: Scale, look: Look, heard: Callable[[str, float], None]
    ) -> Pictures:
        pictures = Pictures(shot.folder)
        video.paint(
            self._pipeline, params.prompt.strip(), params.negative.strip(),
            lambda number: passes.depth_control(shot, shot.frames[number], look), len(shot.frames), pictures,
            seed=params.seed, steps=params.steps or video.STEPS, guidance=params.guidance or video.GUIDANCE,
            strength=params.control, device=self._device, heard=lambda part: heard("Painting", part),
        )  # fmt: skip
        return pictures


def regions(params: RenderParams, shot: Shot) -> dict[str, frozenset[int]]:
    """Prompts other than the shot's, and the indices of the painted objects that each is for."""
    found: dict[str, set[int]] = {}
    for index in sorted(shot.painted):
        words = params.prompts.get(shot.names[index], "").strip()
        if words and words != params.prompt.strip():
            found.setdefault(words, set()).add(index)
    return {words: frozenset(indices) for words, indices in found.items()}


class Pictures:
    """What the model painted, one file for each frame: (H, W, 3) within [0, 1]."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, number: int) -> Path:
        return self._folder / f"painted-{number}.npy"

    def keep(self, number: int, picture: np.ndarray) -> None:
        partial = self._folder / "painted.part.npy"
        np.save(partial, picture.astype(np.float16))
        partial.replace(self.path(number))

    def __call__(self, number: int) -> np.ndarray:
        return np.load(self.path(number)).astype(np.float32)
