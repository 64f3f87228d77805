# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One machine's part of a render that several share. :mod:`..cluster.split` says who does what."""

from __future__ import annotations

import dataclasses
import json
import shutil
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..diffusion import keeping
from ..job import Job, JobError
from .render import RenderParams, geometry, plan, surfaces

if typing.TYPE_CHECKING:
    from ..rendering.engines import Engine


@dataclass(frozen=True)
class RenderWindowParams:
    render: Mapping[str, typing.Any]
    """Fields of RenderParams."""
    folder: str
    """Of the render's job, which all machines share."""
    stage: str
    """"ask", "geometry", "paint", "refine" or "whole"."""
    begin: int = 0
    """First frame of the window by its number: in the shot; for "geometry" among the frames that are rendered."""
    end: int = 0
    until: int = 0
    """For "paint": so many steps."""
    batch: int = 0
    """Frames that are predicted at a time."""
    windows: Sequence[Sequence[int]] = ()
    """For "refine": begin and end of all of them."""
    blender: Sequence[str] = ()
    """Command that starts a background Blender here."""


def render_window(params: RenderWindowParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Goes on with a part of the render in another job's folder, and returns no files."""
    render = dataclasses.replace(RenderParams(**params.render), blender=params.blender)
    if not (Path(params.folder) / "in" / "scene.blend").is_file():
        raise JobError(
            "not_shared", f"A machine of the cluster does not see {params.folder}.",
            "Choose a folder that all machines share, or --windows 1.",
        )  # fmt: skip
    whole = job.part(Path(params.folder), 0.0, 1.0)
    if params.stage == "geometry":
        _geometry(params, render, whole)
        return {}, {}
    engine = _engine(render)
    if params.stage == "ask":
        unknown = engine.unknown((render.prompt, *render.prompts.values()))
        return {}, {"unknown": unknown, "batch": getattr(engine, "batch", 1)}
    from ..rendering.windows import Window

    made = plan(render, whole)
    facts = json.loads((made.folder / "scene.json").read_text(encoding="utf-8"))
    shot, lengths, look = surfaces(render, made, facts)

    def hear(stage: str, part: float) -> None:
        whole.progress(stage, part)

    match params.stage:
        case "paint":
            window = Window(params.begin, params.end)
            engine.paint_window(render, shot, lengths, look, hear, window, params.until, params.batch)
        case "refine":
            engine.refine(render, shot, lengths, look, hear, [Window(*one) for one in params.windows])
        case "whole":
            engine.paint(render, shot, lengths, look, hear)
    return {}, {}


def _geometry(params: RenderWindowParams, render: RenderParams, whole: Job) -> None:
    """In a folder of its own, for Blender's files have the same names everywhere."""
    from ..rendering import passes

    made = plan(render, whole)
    wanted = [
        frame for frame in made.needed[params.begin : params.end] if not passes.path(made.folder, frame).is_file()
    ]
    if not wanted:
        return
    place = made.folder / f"geometry-{params.begin}-{params.end}"
    geometry(render, whole, made, place, wanted, 0.0)
    # The scene's file is copied, not moved: who is stopped in between looks for it there again.
    facts = place / "scene.json.part"
    shutil.copyfile(place / "scene.json", facts)
    facts.replace(made.folder / "scene.json")
    for path in (*place.glob("mesh-*.npz"), *(passes.path(place, frame) for frame in wanted)):
        path.replace(made.folder / path.name)


def _engine(render: RenderParams) -> Engine:
    """The networks stay for the next step of the same render."""

    def load() -> Engine:
        from ..rendering.engines import engine_of

        engine = engine_of(render)
        engine.load()
        return engine

    return keeping.kept(("render", render.model, render.controlnet, render.control_kind), load)
