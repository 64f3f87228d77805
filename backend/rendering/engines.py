# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What paints the frames of a shot: a model of pictures with a ControlNet, or one of videos."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from ..diffusion import pipelines
from ..diffusion.conditioning import Prompter
from ..diffusion.predict import encoded
from ..job import JobError
from ..texturing import diffusion
from . import clips, noise, passes, refine, sampler, video
from .cells import Scale
from .fusion import Footprints, footprints
from .passes import Look, Shot
from .windows import Schedule, Window

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

    def schedule(self, params: RenderParams, frames: int) -> Schedule | None:
        """What the windows of a shot of so many frames want of each other; None if it must be painted as a whole."""


def engine_of(params: RenderParams) -> Engine:
    """The one for the model that was asked for. JobError for one that is not there, or cannot do it."""
    if not video.is_video(params.model):
        return ImageEngine(params)
    if params.clip:
        raise JobError("bad_input", "Video models do not refine clips.", "Choose another model, or no clip.")
    return VideoEngine(params)


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

    @property
    def batch(self) -> int:
        """Pictures with one prompt that the device has memory for at a time. Call it after :meth:`load`."""
        return self._batch

    def schedule(self, params: RenderParams, frames: int) -> Schedule:
        keyframes = (KEYFRAMES if params.model else 0) if params.keyframes < 0 else params.keyframes
        steps = params.steps or (STEPS if params.model else STARTER_STEPS)
        return Schedule(steps, keyframes, params.match_background, params.seed, frames)

    def warnings(self, params: RenderParams, shot: Shot) -> list[str]:
        return []

    def paint(
        self, params: RenderParams, shot: Shot, scale: Scale, look: Look, heard: Callable[[str, float], None]
    ) -> Pictures:
        pictures = Pictures(shot.folder)
        if all(pictures.path(number).is_file() for number in range(len(shot.frames))):
            return pictures
        every = Window(0, len(shot.frames))
        if params.clip:
            self._prepare(params, shot, scale, look, heard, every.numbers)
            self._finish(params, shot, scale, look, heard, self._read(params, shot, heard), every)
            return pictures
        end = REFINED if params.refine else 1.0
        latents = self._paint(params, shot, scale, look, lambda stage, part: heard(stage, end * part), every)
        self._finish(params, shot, scale, look, heard, latents, every)
        return pictures

    def paint_window(
        self, params: RenderParams, shot: Shot, scale: Scale, look: Look, heard: Callable[[str, float], None],
        window: Window, until: int, batch: int,
    ) -> None:  # fmt: skip
        """Go on with a window of the shot until a step, and after the last one decode it if nothing is to be refined.

        Args:
            until: what other windows have painted must be there for all steps before.
            batch: frames that are predicted at a time.
        """
        there = all(Pictures(shot.folder).path(number).is_file() for number in window.numbers)
        if there and sampler.told(shot.folder, self.schedule(params, len(shot.frames)), window):
            return
        latents = self._paint(params, shot, scale, look, heard, window, until, batch)
        if until == self.schedule(params, len(shot.frames)).steps and not params.refine:
            self._decode(shot, latents, window, heard)

    def refine(
        self, params: RenderParams, shot: Shot, scale: Scale, look: Look, heard: Callable[[str, float], None],
        windows: Sequence[Window],
    ) -> None:  # fmt: skip
        """Refine the whole shot, all windows of which are painted."""
        latents = sampler.painted(shot.folder, windows)
        self._finish(params, shot, scale, look, heard, latents, Window(0, len(shot.frames)))

    def _paint(
        self, params: RenderParams, shot: Shot, scale: Scale, look: Look, heard: Callable[[str, float], None],
        window: Window, until: int | None = None, batch: int = 0,
    ) -> torch.Tensor:  # fmt: skip
        schedule = self.schedule(params, len(shot.frames))
        last = schedule.steps if until is None else until
        steps = range(sampler.done(shot.folder, window), last)
        guests = {frame for step in steps for frame in (*schedule.chosen(step), *schedule.guests(step))}
        needed = sorted({*window.numbers, *guests})
        self._prepare(params, shot, scale, look, heard, needed)
        around = footprints(shot, scale, self.factor, STRIDES, needed) if schedule.keyframes else {}
        wish = self._wish(params, shot, schedule, batch)
        material = self._material(params, shot, around)
        prompter = Prompter(self._pipeline, self._pipeline.unet.device)
        return sampler.paint(
            self._pipeline, prompter, wish, material, shot.folder, lambda part: heard("Painting", part), window, until
        )

    def _read(self, params: RenderParams, shot: Shot, heard: Callable[[str, float], None]) -> torch.Tensor:
        """Latents (F, 4, h, w) float32 of the clip's frames, on the processor."""
        vae, found = self._pipeline.vae, []
        for number, path in enumerate(clips.of_frames(Path(params.clip), shot.frames).values()):
            heard("Reading the clip", REFINED * number / len(shot.frames))
            picture = torch.from_numpy(clips.read(path, shot)).permute(2, 0, 1)[None]
            with torch.no_grad():
                found.append(encoded(vae, picture.to(self._pipeline.unet.device)).float().cpu())
        return torch.cat(found)

    def _prepare(
        self, params: RenderParams, shot: Shot, scale: Scale, look: Look, heard: Callable[[str, float], None],
        numbers: Sequence[int],
    ) -> None:  # fmt: skip
        """What these frames are painted from, into the shot's folder."""
        control = passes.light_control if self.light else passes.depth_control
        others = regions(params, shot)
        for number in numbers:
            heard("Preparing the noise", 0.0)
            file, frame = _material_file(shot, number), shot.frames[number]
            if file.is_file():
                continue
            geometry = shot.geometry(frame)
            owner = noise.owned(shot, geometry, scale, self.factor, frame)
            block = self.factor * shot.size.oversampling
            parts = [passes.pooled(np.isin(geometry.surface, list(one)), block) for one in others.values()]
            passes.store(
                file, control=control(shot, frame, look).astype(np.float16),
                cells=owner.cells, pixel=owner.pixel, fresh=owner.fresh,
                background=passes.pooled(shot.is_painted(geometry), block) == 0,
                regions=np.stack((np.ones(owner.shape, np.float32) - sum(parts), *parts)),
            )  # fmt: skip

    def _material(self, params: RenderParams, shot: Shot, around: Mapping[int, Footprints]) -> sampler.Material:
        def stored(name: str) -> Callable[[int], np.ndarray]:
            def load(number: int) -> np.ndarray:
                with np.load(_material_file(shot, number)) as found:
                    return found[name]

            return load

        def noise_of(number: int, counter: int) -> np.ndarray:
            with np.load(_material_file(shot, number)) as found:
                shape = found["background"].shape
                owner = noise.Owned(found["cells"], found["pixel"], found["fresh"], shape)
            if params.noise == "surface":
                return noise.noise(owner, params.seed, counter)
            return noise.screen(shape, params.seed, counter, number if params.noise == "independent" else 0)

        return sampler.Material(
            noise=noise_of, control=lambda number: stored("control")(number).astype(np.float32),
            background=stored("background"), regions=stored("regions"), footprints=around, frames=len(shot.frames),
        )  # fmt: skip

    def _wish(self, params: RenderParams, shot: Shot, schedule: Schedule, batch: int = 0) -> sampler.Wish:
        others = regions(params, shot)
        return sampler.Wish(
            prompt=params.prompt.strip(), others=tuple(others), negative=params.negative.strip(), seed=params.seed,
            steps=schedule.steps, guidance=pipelines.guidance(params.guidance, params.model), control=params.control,
            keyframes=schedule.keyframes, fusion=params.fusion, match_background=params.match_background,
            chunk=batch or frames_at_a_time(self._batch, len(others)),
        )  # fmt: skip

    def _finish(
        self, params: RenderParams, shot: Shot, scale: Scale, look: Look, heard: Callable[[str, float], None],
        latents: torch.Tensor, window: Window,
    ) -> None:  # fmt: skip
        """Refine all frames, if that was asked for, and decode them."""
        if params.refine or params.clip:
            wish = self._wish(params, shot, self.schedule(params, len(shot.frames)))
            latents = sampler.refined(
                self._pipeline, Prompter(self._pipeline, self._pipeline.unet.device), wish,
                self._material(params, shot, {}), latents, refine.motion(shot, scale, self.factor),
                lambda part: heard("Refining", REFINED + (1.0 - REFINED) * part),
            )  # fmt: skip
        self._decode(shot, latents, window, heard)

    def _decode(self, shot: Shot, latents: torch.Tensor, window: Window, heard: Callable[[str, float], None]) -> None:
        vae, pictures = self._pipeline.vae, Pictures(shot.folder)
        with torch.no_grad():
            for number, one in zip(window.numbers, latents):
                heard("Painting", 1.0)
                given = one[None].to(self._pipeline.unet.device, vae.dtype)
                decoded = vae.decode(given / vae.config.scaling_factor).sample.float()[0] / 2 + 0.5
                pictures.keep(number, decoded.clamp(0.0, 1.0).permute(1, 2, 0).cpu().numpy())


def frames_at_a_time(batch: int, prompts: int) -> int:
    """How many are predicted together, for ``Engine.batch`` and the number of prompts beside the shot's."""
    return max(2 * batch // (2 + prompts), 1)


def _material_file(shot: Shot, number: int) -> Path:
    return shot.folder / f"material-{number}.npz"


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

    def schedule(self, params: RenderParams, frames: int) -> None:
        return None  # each of its windows needs the end of the one before

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
        partial = self._folder / f"painted-{number}.part.npy"
        np.save(partial, picture.astype(np.float16))
        partial.replace(self.path(number))

    def __call__(self, number: int) -> np.ndarray:
        return np.load(self.path(number)).astype(np.float32)
