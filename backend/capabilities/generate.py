# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate: a picture or a prompt becomes a finished mesh."""

from __future__ import annotations

import importlib.util
import math
import time
import typing
from dataclasses import dataclass, field
from pathlib import Path

from ..job import Job, JobError

if typing.TYPE_CHECKING:
    from ..engines.cards import Engine
    from ..engines.contract import Dense
    from ..pictures.gate import Subject

SERVER = "http://127.0.0.1:8080"
MOST_TRIES = 16
PAINTED, SEEN, MADE = 0.15, 0.2, 0.75
"""Parts of the progress after which a picture is painted, its subject found, and the dense mesh made."""
SCULPTED, FINISHED = 0.1, 0.35
"""The same where the starter makes a shape of the prompt: after which it is there, and finished but without colors."""


@dataclass(frozen=True)
class GenerateParams:
    image: str = ""
    """Path of a picture, relative ones from the job's folder; without one the prompt is painted first, or read by the
    engine itself."""
    prompt: str = ""
    """What to make, or what the picture shows; with a picture it may be empty."""
    mask: str = ""
    """The same of a black and white picture of where the subject is; the picture itself tells it if empty."""
    engine: str = "starter"
    """Id of a card of ``engines.cards``."""
    weights: str = ""
    """Folder of the engine's model."""
    server: str = SERVER
    """Address of an engine that is another program."""
    painter: str = ""
    """Folder of the model that paints the prompt, in diffusers format; the starter if empty."""
    tries: int = 4
    """Shapes or pictures made of a prompt, of as many seeds. The shape goes on that hangs together best, or the picture
    of whose shape the lifter is most sure."""
    textured: bool = True
    """Paint by the prompt what the starter has made of it; else it stays like clay."""
    front: bool = True
    """Turn the object's front towards -Y where the engine knows it; else the picture's viewer stays there."""
    seed: int = 0
    detail: int = 0
    """Grid samples along a side of the engine's box; 0: the engine's own."""
    steps: int = 0
    """Denoising steps of the engine; 0: its own."""
    faces: int = 20_000
    """At most so many triangles; 0 keeps them all."""
    height: float = 1.0
    """Meters."""
    resolution: int = 1024
    """Texels across the maps."""
    only_commercial: bool = False
    """Refuse engines whose results may not be sold everywhere."""


def generate(params: GenerateParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Writes what Finish writes, below finish/out, and out/picture.png (cut out), out/mask.png (of the whole picture).

    Maps that Texture has painted are below texture/out. What is done already is not done again when a stopped job goes
    on.
    """
    card = _checked(params)
    import numpy as np

    from ..engines import run, turning
    from ..engines.contract import Order
    from ..models import store
    from ..sculpting import kinds

    job.outputs.mkdir(exist_ok=True)
    seconds: dict[str, float] = {}
    watch = _Watch(seconds)
    seen = _Seen()
    sculpts = not params.image and kinds.chosen(card, params.prompt, params.painter)
    begin, made, end = (0.0, SCULPTED, FINISHED if params.textured else 1.0) if sculpts else (SEEN, MADE, 1.0)
    if card.takes_picture and not sculpts:
        seen = _seen(params, job, watch)
    subject, unknown = seen.subject, seen.unknown_words
    order = Order(
        None if subject is None else subject.picture, params.prompt, params.seed, params.detail, params.steps,
        Path(params.weights) if params.weights else None, params.server, params.tries if sculpts else 1, params.front,
    )  # fmt: skip
    dense = run.run(card, order, job.part(job.folder / "engine", begin, made))
    watch("engine")
    finished, report = _finish(params, dense, job, made, end)
    files = seen.files | finished
    watch("finish")
    notes = [*(subject.notes if subject else ()), *dense.notes, *report["notes"]]
    if sculpts and params.textured:
        try:
            painting, unknown = _paint(params, job)
            files |= painting
        except JobError as error:  # the shape is there, and Texture is one more click
            notes.insert(0, f"It stays like clay, for it could not be painted. {error.message} {error.hint}")
        watch("texture")
    if turning.two_fronts(dense):
        notes.insert(0, "Front and back look alike: perhaps it has two fronts. Try another seed, and turn it around.")
    if unknown:
        notes.insert(0, f"The painter has never learned: {', '.join(unknown)}. Say it in other words.")
    report |= {
        "engine": card.id,
        "title": card.title,
        "tried": card.tried,
        "license": {"code": card.code.name, "weights": card.weights.name, "commercial": card.commercial},
        "weights": store.described(params.weights) if params.weights else {},
        "picture": None if subject is None else {"mask": subject.mask_from, "pixels": subject.pixels},
        "taken_for": dense.taken_for,
        "unknown_words": unknown,
        "painted_seed": seen.painted_seed,
        "dense_faces": len(dense.triangles),
        "dense_size": np.ptp(dense.vertices, axis=0).round(4).tolist(),
        "notes": list(dict.fromkeys(notes)),
        "seconds": seconds,
    }
    job.progress("Done", 1.0)
    return files, report


def _checked(params: GenerateParams) -> Engine:
    """The engine, or JobError for parameters that make no sense."""
    from ..engines import available, cards
    from .finish import FEWEST_FACES, MOST_FACES, SIZES

    try:
        card = cards.engine(params.engine)
    except KeyError as error:
        names = ", ".join(card.id for card in cards.ENGINES)
        raise JobError("bad_input", f'There is no engine "{params.engine}".', f"Choose one of: {names}.") from error
    if not params.image and not params.prompt.strip():
        raise JobError(
            "bad_input", "There is neither a picture nor a prompt.",
            "Choose a picture, or say what to make, such as: a red wooden chair.",
        )  # fmt: skip
    if not card.takes_picture and not params.prompt.strip():
        raise JobError(
            "bad_input", f"{card.title} reads no pictures.", "Write a prompt, or choose an engine that takes pictures."
        )
    sizes_make_sense = (
        (not params.faces or FEWEST_FACES <= params.faces <= MOST_FACES)
        and params.resolution in SIZES
        and (math.isfinite(params.height) and params.height > 0)
        and (not params.detail or 16 <= params.detail <= 1024)
        and 0 <= params.steps <= 1000
        and 1 <= params.tries <= MOST_TRIES
    )
    if not sizes_make_sense:
        raise JobError(
            "bad_input", "Faces, resolution, height, detail, steps or tries are out of range.",
            f"Choose {FEWEST_FACES} to {MOST_FACES:,} faces, maps of {', '.join(map(str, SIZES))} pixels, a height "
            f"above 0, a detail of 16 to 1024, at most 1000 steps and 1 to {MOST_TRIES} tries; 0 leaves faces, detail "
            "and steps to Galatea.",
        )  # fmt: skip
    problem = available.obstacle(
        card, Path(params.weights) if params.weights else None, params.server, params.only_commercial
    )
    if problem:
        message, _, hint = problem.partition(". ")
        raise JobError("no_engine", f"{message}.", hint)
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("PIL") is None:
        raise JobError(
            "missing_packages", "The compute environment has no PyTorch yet.",
            "Install the environment with PyTorch in the preferences.",
        )  # fmt: skip
    return card


@dataclass(frozen=True)
class _Seen:
    """What an engine sees. All of it is empty for one that needs no picture."""

    subject: Subject | None = None
    files: dict[str, str] = field(default_factory=dict)
    unknown_words: list[str] = field(default_factory=list)
    painted_seed: int | None = None
    """Of the painting that was chosen."""


def _seen(params: GenerateParams, job: Job, watch: _Watch) -> _Seen:
    """The subject of the picture, or of the best one that is painted of the prompt."""
    from ..pictures import painted
    from ..pictures.gate import gate

    files, unknown, seed = {}, [], None
    if not params.image:
        place = job.part(job.folder / "painted", 0.0, PAINTED)
        pictures, unknown = painted.paint(params.prompt, params.painter, params.seed, params.tries, place)
        watch("painting")
    job.progress("Finding the subject", PAINTED)
    if params.image:
        subject = gate(job.folder / params.image, job.folder / params.mask if params.mask else None)
    else:
        number, subject = painted.best(pictures)
        seed = params.seed + number
        files["painted"] = pictures[number].relative_to(job.folder).as_posix()
    files |= _write(subject, job)
    job.progress("Finding the subject", SEEN, painted.keep(job, "subject", painted.small(subject, 2)))
    watch("picture")
    return _Seen(subject, files, unknown, seed)


def _write(subject: Subject, job: Job) -> dict[str, str]:
    from PIL import Image

    for name, pixels in (("picture", subject.picture), ("mask", subject.mask)):
        Image.fromarray((pixels * 255.0).round().astype("uint8")).save(job.outputs / f"{name}.png")
    return {"picture": "out/picture.png", "mask": "out/mask.png"}


def _finish(
    params: GenerateParams, dense: Dense, job: Job, begin: float, end: float
) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """The dense mesh through Finish: its files by the names that Finish gives them, and its report.

    Meanwhile the mesh turns in the panel.
    """
    from ..engines import turning
    from ..engines.files import save_for_finish
    from ..pictures import painted
    from .finish import FinishParams, finish

    frames = [painted.keep(job, f"turn-{n}", picture) for n, picture in enumerate(turning.turn(dense))]
    place = job.folder / "finish"
    save_for_finish(dense, place / "in")
    (place / "out").mkdir(exist_ok=True)
    settings = FinishParams(faces=params.faces, height=params.height, resolution=params.resolution)
    files, report = finish(settings, job.part(place, begin, end, frames))
    return {name: f"finish/{path}" for name, path in files.items()}, report


def _paint(params: GenerateParams, job: Job) -> tuple[dict[str, str], list[str]]:
    """The finished mesh through Texture's draft: maps instead of those without colors, and unknown words."""
    import numpy as np

    from ..texturing import mesh as texture_mesh
    from .texture import TextureParams, texture

    place = job.folder / "texture"
    (place / "in").mkdir(parents=True, exist_ok=True)
    (place / "out").mkdir(exist_ok=True)
    with np.load(job.folder / "finish/out/mesh.npz", allow_pickle=False) as data:
        shape = (data[name] for name in ("vertices", "triangles", "corner_normals", "corner_uv"))
        texture_mesh.save(texture_mesh.single(*shape), place / "in/mesh.npz")
    settings = TextureParams(params.prompt, seed=params.seed, preset="draft", resolution=params.resolution)
    files, report = texture(settings, job.part(place, FINISHED, 1.0))
    # The normals stay those of the dense mesh.
    kept = {name: f"texture/{path}" for name, path in files.items() if name[:1].isdigit() and "normal" not in name}
    return kept, report["unknown_words"]


class _Watch:
    """Takes the time of each stage."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._begin = time.monotonic()

    def __call__(self, stage: str) -> None:
        now = time.monotonic()
        self._seconds[stage] = round(now - self._begin, 2)
        self._begin = now
