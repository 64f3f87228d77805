# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render: an animated scene and a prompt become a sequence of pictures whose surfaces keep their look."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.util
import json
import shutil
import sys
import time
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..job import Job, JobError

if typing.TYPE_CHECKING:
    import numpy as np

    from ..rendering.cells import Scale
    from ..rendering.consolidate import Skin
    from ..rendering.engines import Engine, Pictures
    from ..rendering.passes import Look, Shot, Size
    from ..rendering.windows import Schedule

CONTROLS = ("light", "depth")
BACKGROUNDS = ("painted", "transparent", "gray", "scene")
FORMATS = {"png8": (".png", 8), "png16": (".png", 16), "exr": (".exr", 16)}
"""Ending and bits."""
NOISES = ("surface", "fixed", "independent")
SMALLEST, LARGEST = 64, 2048
"""Of the longer side of the pictures, in pixels."""
MOST_FRAMES = 3000
"""In one job: all of them are painted together, and their latents are in memory."""
SAMPLE_BYTES = 40
"""On the disk, of each sample of a frame's geometry: arrays, and Blender's file of one frame at a time."""
LIGHT_SAMPLES, BACKDROP_SAMPLES = 8, 64
"""A pixel of a light picture has, and one of the scene's own look, before they are denoised."""
PASSES, PAINTED, GATHERED = 0.25, 0.85, 0.93
"""Parts of the job after which the geometry is rendered, the frames are painted, and their surfaces are gathered."""


@dataclass(frozen=True)
class RenderParams:
    prompt: str
    negative: str = ""
    """What the pictures should not show."""
    seed: int = 0
    frame_start: int = 1
    frame_end: int = 24
    frame_step: int = 1
    preview: int = 0
    """So many frames spread over the range instead of all of them, with just the noise that they have among all."""
    width: int = 1920
    height: int = 1080
    """Of the scene's own pictures: their shape counts, see ``size``."""
    size: int = 0
    """Pixels along the longer side; 0: what the model was made for."""
    objects: Sequence[str] = ()
    """Names of the objects that are painted, all if empty. Others are shown in gray."""
    prompts: Mapping[str, str] = field(default_factory=dict)
    """Of objects that have words of their own, by their names; they replace the prompt there."""
    background: str = "painted"
    """One of BACKGROUNDS."""
    format: str = "png8"
    """One of FORMATS: PNG with 8 or 16 bits, or OpenEXR with half floats."""
    steps: int = 0
    """Denoising steps; 0: the model's own."""
    guidance: float = 0.0
    """Classifier-free guidance scale: how strictly to follow the prompt; 0: the model's own."""
    control: float = 1.0
    """How strictly the pictures keep to shape and light, 0 to 2."""
    keyframes: int = -1
    """In each step, for frames to look at; 0 for none, -1 for what suits the model: none for the starter, whose detail
    they blur, see benchmarks/render."""
    fusion: float = 0.6
    """How much of the keyframes' features is taken over on surfaces, 0 to 1."""
    stick: float = 0.95
    """How much of the painted surfaces is gathered from all frames and stays on them, 0 to 1."""
    match_background: bool = True
    """Colors of all frames are matched where they show background."""
    refine: bool = False
    """Make the painted frames steadier by T-DASS before their surfaces are gathered."""
    clip: str = ""
    """Folder of frames that are refined instead of painting any; the names end in the frames' numbers."""
    noise: str = "surface"
    """One of NOISES; the others are for comparison."""
    model: str = ""
    """Folder of a model in diffusers format, or a checkpoint in one .safetensors file; the starter if empty. A folder
    may hold a video model, Wan VACE, which takes no ControlNet."""
    controlnet: str = ""
    """Folder of its ControlNet; the starter's for light if empty."""
    control_kind: str = "light"
    """What that was trained with, one of CONTROLS."""
    blender: Sequence[str] = ()
    """Command that starts a background Blender, which renders the geometry and the movie."""
    windows: int = 0
    """On a cluster: parts of the shot that machines paint at the same time; 0: of about windows.FRAMES frames each."""


class Others(typing.Protocol):
    """Machines that do the long parts of a render, into the job's folder."""

    def geometry(self, frames: Sequence[int], heard: Callable[[float], None]) -> dict:
        """The passes of these frames, with all that ``passes.render`` gives."""

    def paint(self, count: int, prompts: int, schedule: Schedule | None, heard: Callable[[float], None]) -> list[str]:
        """All ``count`` frames. Returns words that the model has never learned.

        Args:
            prompts: how many there are beside the shot's. schedule: None if the shot is painted as a whole.
        """


@dataclass(frozen=True)
class Plan:
    """What follows from the parameters alone."""

    engine: Engine
    folder: Path
    """For what is kept between runs."""
    size: Size
    frames: tuple[int, ...]
    """That are painted."""
    shown: tuple[int, ...]
    """From which everything is taken that must be the same in all frames."""

    @property
    def needed(self) -> list[int]:
        """Frames whose geometry is rendered."""
        return sorted({*self.frames, *self.shown})


def plan(params: RenderParams, job: Job) -> Plan:
    """Raises JobError for a model that is not there."""
    from ..rendering import passes
    from ..rendering.engines import engine_of

    frames = range(params.frame_start, params.frame_end + 1, max(params.frame_step, 1))
    engine = engine_of(params)
    painted = passes.anchors(frames, params.preview) if params.preview else tuple(frames)
    return Plan(engine, job.folder / "work", _size(params, engine), painted, passes.anchors(frames))


def geometry(params: RenderParams, job: Job, made: Plan, folder: Path, frames: Sequence[int], begin: float) -> dict:
    """Let Blender render the passes of these frames into a folder; what is in the scene. ``begin``: of the progress."""
    from ..rendering import passes

    return passes.render(
        job, params.blender, job.inputs / "scene.blend", folder, frames, made.size,
        LIGHT_SAMPLES if made.engine.light else 0, begin, PASSES,
        backdrop=BACKDROP_SAMPLES if params.background == "scene" else 0, painted=params.objects,
    )  # fmt: skip


def surfaces(params: RenderParams, made: Plan, facts: dict) -> tuple[Shot, Scale, Look]:
    """The shot as it was rendered, and what all its frames share."""
    from ..rendering import passes
    from ..rendering.cells import scale

    shot = passes.shot(made.folder, made.frames, made.size, facts, params.objects)
    look = passes.look(shot, made.shown, made.engine.light)
    return shot, scale(shot, made.shown), look


def render(
    params: RenderParams, job: Job, others: Others | None = None
) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """in/scene.blend -> out/frames/0001.png, ..., or .exr, out/contact.png, and out/movie.mp4 where Blender has FFmpeg.

    What is done is kept in work/: a job that is run again in the same folder goes on where it was.

    Args:
        others: who renders the geometry and paints, if not this process.
    """
    _check(params, job)
    begin = time.perf_counter()
    job.progress("Loading the model", 0.0)
    from ..diffusion import pipelines
    from ..rendering import clips
    from ..rendering.engines import Pictures, regions

    _prepare_work(params, job)
    made = plan(params, job)
    engine = made.engine
    if params.clip:
        clips.of_frames(Path(params.clip), made.frames)
    _check_disk(job, made.size, len(made.needed))
    if others is None:
        facts = geometry(params, job, made, made.folder, made.needed, 0.01)
    else:
        facts = others.geometry(made.needed, lambda part: job.progress("Rendering the geometry", PASSES * part))
    shot, lengths, look = surfaces(params, made, facts)
    others_words = regions(params, shot)
    schedule = None if params.clip else engine.schedule(params, len(shot.frames))  # all frames of a clip at once
    rendered = time.perf_counter()
    if others is None:
        job.progress("Loading the model", PASSES)
        engine.load()
        unknown = engine.unknown((params.prompt, *others_words))
        warnings = _warned(params, job, engine, shot, unknown)
        job.restart_estimate()
        started = time.perf_counter()
        pictures = engine.paint(
            params, shot, lengths, look, lambda stage, part: job.progress(stage, PASSES + (PAINTED - PASSES) * part)
        )
    else:
        job.restart_estimate()
        started = rendered
        unknown = others.paint(
            len(shot.frames), len(others_words), schedule,
            lambda part: job.progress("Painting", PASSES + (PAINTED - PASSES) * part),
        )  # fmt: skip
        warnings, pictures = _warned(params, job, engine, shot, unknown), Pictures(made.folder)
    finished = time.perf_counter()
    files = _written(params, job, shot, lengths, look, engine.light, pictures)
    if problem := _movie(params, job, shot, files):
        warnings.append(problem)
    job.progress("Done", 1.0)
    ended = time.perf_counter()
    seconds = {
        "geometry": rendered - begin, "loading": started - rendered, "painting": finished - started,
        "writing": ended - finished, "all": ended - begin,
    }  # fmt: skip
    return files, {
        "frames": len(shot.frames), "width": made.size.width, "height": made.size.height, "fps": shot.fps,
        "keyframes": schedule.keyframes if schedule is not None else 0,
        "seconds": {stage: round(value, 1) for stage, value in seconds.items()}, "memory_mb": _memory(),
        "device": pipelines.describe(pipelines.best_device()).name if others is None else "cluster",
        "unknown_words": unknown, "warnings": warnings, "textures": _textures(job),
    }  # fmt: skip


def _memory() -> int | None:
    """Megabytes that this process had at most, None where that is not known (Windows)."""
    try:
        import resource
    except ModuleNotFoundError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1e6 if sys.platform == "darwin" else 1e3))


def _warned(params: RenderParams, job: Job, engine: Engine, shot: Shot, unknown: Sequence[str]) -> list[str]:
    """What the artist should know, which is logged as well."""
    warnings = [f"The model does not know: {', '.join(unknown[:20])}."] if unknown else []
    if shot.left_out:
        warnings.append(f"Hair, volumes and point clouds are left out: {', '.join(shot.left_out[:5])}.")
    warnings += engine.warnings(params, shot)
    for warning in warnings:
        job.log(warning, "warning")
    return warnings


def _check(params: RenderParams, job: Job) -> None:
    """JobError for parameters that make no sense."""
    if not params.prompt.strip():
        raise JobError("bad_input", "There is no prompt.", "Say what the objects look like, such as: mossy stone.")
    for name, choices in (
        ("background", BACKGROUNDS),
        ("control_kind", CONTROLS),
        ("noise", NOISES),
        ("format", FORMATS),
    ):
        if getattr(params, name) not in choices:
            raise JobError(
                "bad_input", f'"{getattr(params, name)}" is no {name.replace("_", " ")} this version knows.',
                f"Choose {', '.join(choices)}.",
            )  # fmt: skip
    ranges = {
        "steps": 1000, "guidance": 100.0, "control": 2.0, "keyframes": 16, "fusion": 1.0, "stick": 1.0,
    }  # fmt: skip
    for name, most in ranges.items():
        least = -1 if name == "keyframes" else 0
        if not least <= getattr(params, name) <= most:
            raise JobError(
                "bad_input",
                f"{name.capitalize()} is {getattr(params, name)}.",
                f"Choose a value between {least} and {most}.",
            )
    frames = list(range(params.frame_start, params.frame_end + 1, max(params.frame_step, 1)))
    if not frames:
        raise JobError(
            "bad_input", f"There are no frames between {params.frame_start} and {params.frame_end}.",
            "Set the end of the range after its start.",
        )  # fmt: skip
    if len(frames) > MOST_FRAMES and not params.preview:
        raise JobError(
            "too_large", f"{len(frames)} frames are too many to be painted together.",
            f"Render parts of at most {MOST_FRAMES} frames with the same seed, or only every second frame.",
        )  # fmt: skip
    if params.size and not SMALLEST <= params.size <= LARGEST:
        raise JobError(
            "bad_input", f"Pictures of {params.size} pixels cannot be painted.",
            f"Choose {SMALLEST} to {LARGEST} pixels, and scale the result up.",
        )  # fmt: skip
    shorter, longer = sorted((params.width, params.height))
    if shorter <= 0 or longer > 8 * shorter:
        raise JobError(
            "bad_input", f"A picture of {params.width} x {params.height} pixels is too narrow.",
            "Change the resolution of the scene.",
        )  # fmt: skip
    if not params.blender:
        raise JobError(
            "bad_input", "There is no Blender that could render the geometry.", "Start the job from Blender."
        )
    if not (job.inputs / "scene.blend").is_file():
        raise JobError("bad_input", "The copy of the scene is gone.", "Start the job again.")
    if importlib.util.find_spec("diffusers") is None:
        raise JobError(
            "missing_packages", "The compute environment has no diffusion models yet.",
            "Install the environment with PyTorch in the preferences.",
        )  # fmt: skip


def _prepare_work(params: RenderParams, job: Job) -> None:
    """The folder for what is kept between runs; emptied when it was made with other parameters."""
    folder = job.folder / "work"
    from ..rendering import clips

    own = {"blender": "", "windows": 0, "clip": clips.facts(Path(params.clip)) if params.clip else []}
    said = json.dumps(dataclasses.asdict(params) | own, sort_keys=True)
    made = hashlib.sha256(said.encode()).hexdigest()
    if folder.is_dir() and (folder / "made-with").is_file():
        if (folder / "made-with").read_text(encoding="utf-8") == made:
            return
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "made-with").write_text(made, encoding="utf-8")


def _size(params: RenderParams, engine: Engine) -> Size:
    """Of the pictures, in the shape of the scene's."""
    from ..rendering.passes import Size

    side = params.size or engine.size
    longer = max(params.width, params.height)
    width, height = (max(round(pixels * side / longer), 8) for pixels in (params.width, params.height))
    # Eight samples across a latent at least.
    return Size(width, height, engine.multiple, max(2, 8 // engine.factor))


def _check_disk(job: Job, size: Size, frames: int) -> None:
    """JobError where the passes of so many frames have no room."""
    needed = frames * size.width * size.height * size.oversampling**2 * SAMPLE_BYTES
    free = shutil.disk_usage(job.folder).free
    if needed > free:
        raise JobError(
            "disk_full", f"{frames} frames need {needed / 1e9:.1f} GB on the disk, and {free / 1e9:.1f} GB are free.",
            "Free some space, choose another data folder in the preferences, or render fewer frames.",
        )  # fmt: skip


def _written(
    params: RenderParams, job: Job, shot: Shot, scale: Scale, look: Look, light: bool, pictures: Pictures
) -> dict[str, str]:
    """The finished frames and the sheet of them. Frames that are there already are passed over."""
    import numpy as np

    from ..rendering import consolidate
    from ..rendering.pictures import Recipe, composed, sheet, write

    recipe = Recipe(shot, scale, look, light, params.stick, params.background)
    (job.outputs / "frames").mkdir(parents=True, exist_ok=True)
    ending, bits = FORMATS[params.format]
    paths = [job.outputs / "frames" / f"{frame:04d}{ending}" for frame in shot.frames]
    skin = behind = None

    def hear(part: float) -> None:
        job.progress("Gathering the surfaces", PAINTED + (GATHERED - PAINTED) * part)

    if params.stick and not all(path.is_file() for path in paths):
        skin = consolidate.gather(shot, scale, look, light, pictures, hear)
        behind = consolidate.background(shot, pictures, hear) if params.background == "painted" else None
        if not params.preview:
            _write_textures(job, shot, scale, skin)
    for number, (frame, path) in enumerate(zip(shot.frames, paths)):
        stage = PAINTED if skin is None else GATHERED
        job.progress("Writing the frames", stage + (0.98 - stage) * number / len(paths))
        if not path.is_file():
            write(path, composed(recipe, frame, pictures(number), skin, behind), bits)
    sheet(paths).save(job.outputs / "contact.png")
    shown = job.outputs / "shown.npy"
    np.save(shown, np.asarray(sheet(paths, columns=2, most=4)))
    job.progress("Writing the frames", 0.98, preview=f"out/{shown.name}")
    files = {f"frame/{frame}": f"out/frames/{path.name}" for frame, path in zip(shot.frames, paths)}
    files |= {f"texture/{name}": f"out/textures/{made['file']}" for name, made in _textures(job).items()}
    return files | {"contact": "out/contact.png"}


def _write_textures(job: Job, shot: Shot, scale: Scale, skin: Skin) -> None:
    """What was gathered, for each painted object with UVs that some frame shows: out/textures."""
    import numpy as np

    from ..rendering import passes, unwrapped
    from ..texturing.picture import write_png

    folder = job.outputs / "textures"
    folder.mkdir(exist_ok=True)
    instances: dict[int, list[np.ndarray]] = {}
    for frame in passes.anchors(shot.frames):
        geometry = shot.geometry(frame)
        for index in shot.layers:
            instances.setdefault(index, []).append(geometry.instance[geometry.surface == index])
    made = {}
    for index, layer in shot.layers.items():
        seen, count = np.unique(np.concatenate(instances[index]), return_counts=True)
        if index not in shot.painted or not len(seen):
            continue
        with np.load(shot.folder / f"mesh-{index}.npz") as stored:
            mesh = unwrapped.Mesh(index, layer, stored["places"], stored["uv"])
        found = unwrapped.unwrapped(skin, scale, mesh, int(seen[count.argmax()]))
        if found is not None:
            name = f"texture-{index}.png"
            write_png(folder / name, found.picture, 8)
            made[shot.names[index]] = {"file": name, "layer": layer, "seen": round(found.seen, 3)}
    (folder / "made.json").write_text(json.dumps(made), encoding="utf-8")


def _textures(job: Job) -> dict[str, dict]:
    """What :func:`_write_textures` made, by the objects' names."""
    path = job.outputs / "textures" / "made.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _movie(params: RenderParams, job: Job, shot: Shot, files: dict[str, str]) -> str:
    """Let Blender put the frames into out/movie.mp4. Returns why it did not, "" if it did or had nothing to do."""
    if len(shot.frames) < 2 or params.preview:
        return ""
    job.progress("Writing the movie", 0.98)
    result = job.outputs / "movie.mp4"
    task = {
        "frames": [str(job.folder / files[f"frame/{frame}"]) for frame in shot.frames], "result": str(result),
        "fps": shot.fps / max(params.frame_step, 1), "width": shot.size.width, "height": shot.size.height,
    }  # fmt: skip
    (shot.folder / "movie.json").write_text(json.dumps(task), encoding="utf-8")
    script = Path(__file__).parents[2] / "addon" / "movie.py"
    status = job.run_child(
        [*params.blender, str(script), "--", str(shot.folder / "movie.json")], on_line=lambda line: None
    )
    if status != 0 or not result.is_file():
        return "No movie was written: this Blender has no FFmpeg. The frames are there."
    files["movie"] = "out/movie.mp4"
    return ""
