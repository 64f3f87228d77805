# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fit splats: pictures with cameras become Gaussian splats that look like them."""

from __future__ import annotations

import dataclasses
import importlib.util
import time
import typing

from ..job import Job, JobError

if typing.TYPE_CHECKING:
    from ..splats.fit import Model

FEWEST, MOST = 50, 2_000_000
SAVE_EVERY = 10.0
"""Seconds of computing that a stopped job loses at most."""


@dataclasses.dataclass(frozen=True)
class FitSplatsParams:
    folder: str
    """With pictures and cameras, see ``reconstruction.read``."""
    cameras: str = "folder"
    """``folder``: those in the folder; ``scene``: those of the artist's scene, in in/cameras.json."""
    count: int = 5000
    """Splats; those that end up transparent are left out."""
    steps: int = 400
    picture_size: int = 192
    """Pixels of a picture's longer side; larger ones are scaled down."""
    degree: int = 1
    """Of the harmonics that change a color with the view, 0 to 3."""
    seed: int = 0


def fit_splats(params: FitSplatsParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Writes out/splats.ply. Leaves files in checkpoint/ from which a stopped job goes on."""
    _check(params)
    import torch

    from ..reconstruction import memory
    from ..reconstruction import store as files
    from ..reconstruction.gather import gather
    from ..splats import draw, fit, ply
    from ..splats.splats import to_table

    begin = time.monotonic()
    store = files.Store(job.folder / "checkpoint", dataclasses.asdict(params))
    views, estimated = gather(params.folder, params.cameras, params.picture_size, job, store)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    saved = store.load("splats")
    done = float(saved["done"]) if saved is not None else 0.0
    generator = torch.Generator().manual_seed(params.seed + round(1e6 * done))
    model = _model(saved) if saved is not None else fit.start(views, params.count, (params.degree + 1) ** 2, generator)
    model = dataclasses.replace(model, **{name: value.to(device) for name, value in model.values().items()})
    views = [_to(view, device) for view in views]
    last = time.monotonic()

    def on_step(fraction: float, now: Model) -> None:
        nonlocal last
        if time.monotonic() - last > SAVE_EVERY or fraction == 1.0:
            store.save("splats", _arrays(now, fraction))
            last = time.monotonic()
        job.progress("Fitting splats", 0.05 + 0.93 * fraction)

    way = draw.best(device)
    with memory.told("Take fewer splats or smaller pictures, or close other programs."):
        model = fit.fit(model, views, way, fit.Settings(steps=params.steps), generator, on_step, done)
    splats = model.splats()
    splats = splats[(splats.opacity > fit.Settings.faded).nonzero()[:, 0]]
    if not len(splats):
        raise JobError(
            "empty_surface", "All splats faded away.",
            "Check that cameras and pictures belong together and that the masks show the object.",
        )  # fmt: skip
    job.outputs.mkdir(exist_ok=True)
    ply.write(to_table(splats), job.outputs / "splats.ply")
    decibels = fit.psnr(splats, views, way)
    job.progress("Done", 1.0)
    warnings = ["The pictures have no transparency: outlines were found by the plain backdrop."] if estimated else []
    report = {
        "views": len(views), "splats": len(splats), "psnr": round(decibels, 2), "device": device.type,
        "masks_estimated": estimated, "warnings": warnings, "seconds": {"all": round(time.monotonic() - begin, 1)},
    }  # fmt: skip
    return {"splats": "out/splats.ply"}, report


def _check(params: FitSplatsParams) -> None:
    if not FEWEST <= params.count <= MOST:
        raise JobError(
            "bad_input", f"{params.count} splats cannot be fitted.", f"Choose {FEWEST} to {MOST:,}; 5000 are usual."
        )
    if params.steps < 1 or params.picture_size < 16 or not 0 <= params.degree <= 3:
        raise JobError(
            "bad_input", "Steps, picture size or degree are out of range.",
            "Choose 1 step or more, 16 pixels or more, and a degree of 0 to 3.",
        )  # fmt: skip
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("PIL") is None:
        raise JobError(
            "missing_packages", "The compute environment has no PyTorch yet.",
            "Install the environment with PyTorch in the preferences.",
        )  # fmt: skip


def _arrays(model: Model, done: float) -> dict:
    import numpy as np

    values = {name: value.cpu().numpy() for name, value in model.values().items()}
    return values | {"spacing": np.array(model.spacing), "done": np.array(done)}


def _model(arrays: dict) -> Model:
    import torch

    from ..splats.fit import Model

    names = [field.name for field in dataclasses.fields(Model) if field.name != "spacing"]
    return Model(**{name: torch.from_numpy(arrays[name]) for name in names}, spacing=float(arrays["spacing"]))


def _to(view, device):
    return dataclasses.replace(
        view, camera=view.camera.to(device), colour=view.colour.to(device), mask=view.mask.to(device)
    )
