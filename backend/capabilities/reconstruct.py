# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconstruct: pictures with cameras become a closed mesh with colours."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import time
import typing
from collections.abc import Iterator

from ..job import Job, JobError

if typing.TYPE_CHECKING:
    from ..isosurface.extract import Grid
    from ..reconstruction.coarse import Field
    from ..reconstruction.refine import Model
    from ..reconstruction.store import Store
    from ..reconstruction.texture import Texture
    from ..reconstruction.views import View

LARGEST_DETAIL = 512
COARSE_CELLS = 80
"""Along the longest side, of the field that volume rendering fits."""
COARSE_PICTURE = 128
"""Pixels: detail that is finer than the field's cells would be taken for shape."""
FINE_PICTURE = 256
SAVE_EVERY = 10.0
"""Seconds of computing that a stopped job loses at most."""
ENOUGH = 8
"""Views of which one can be wrong about its outline, where outlines had to be found."""
SWELL = 0.5
"""Cells by which the hull is blown up, because masks and cameras have errors."""


@dataclasses.dataclass(frozen=True)
class ReconstructParams:
    folder: str
    """With pictures and cameras, see ``reconstruction.read``."""
    cameras: str = "folder"
    """``folder``: those in the folder; ``scene``: those of the artist's scene, in in/cameras.json."""
    detail: int = 112
    """Cells of the mesh's grid along the object's longest side."""
    texture_size: int = 1024
    """Pixels of a picture's longer side; larger ones are scaled down."""
    coarse_steps: int = 150
    fine_steps: int = 80
    seed: int = 0


def reconstruct(params: ReconstructParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Writes out/mesh.npz (vertices, triangles, colours: linear base colours of the vertices) and out/texture.npz.

    Each stage leaves a file in checkpoint/ from which a stopped job goes on.
    """
    _check(params)
    import torch

    from ..isosurface import EmptySurface
    from ..reconstruction import memory
    from ..reconstruction import store as files
    from ..reconstruction.gather import gather

    store = files.Store(job.folder / "checkpoint", dataclasses.asdict(params))
    seconds: dict[str, float] = {}
    begin = time.monotonic()

    def finished(stage: str) -> None:
        nonlocal begin
        seconds[stage] = round(time.monotonic() - begin, 2)
        begin = time.monotonic()

    try:
        with _repeatable(), memory.told("Choose less detail or a smaller picture size, or close other programs."):
            views, estimated = gather(params.folder, params.cameras, params.texture_size, job, store)
            finished("views")
            grid, field = _coarse(params, job, store, views, estimated and len(views) >= ENOUGH)
            finished("coarse")
            model = _fine(params, job, store, views, grid, field)
            finished("mesh")
            job.progress("Colors", 0.95)
            mesh = model.mesh()
            texture, colours = _texture(views, model, mesh.vertices, mesh.triangles)
    except EmptySurface as error:
        raise JobError(
            "empty_surface",
            "The pictures led to an empty shape.",
            "Check that cameras and pictures belong together and that the masks show the object.",
        ) from error
    import numpy as np

    job.outputs.mkdir(exist_ok=True)
    np.savez(
        job.outputs / "mesh.npz",
        vertices=mesh.vertices.numpy(),
        triangles=mesh.triangles.numpy().astype(np.int32),
        colours=colours.numpy(),
    )
    np.savez_compressed(job.outputs / "texture.npz", **files.texture_to_arrays(texture))
    finished("colors")
    job.progress("Done", 1.0)
    warnings = ["The pictures have no transparency: outlines were found by the plain backdrop."] if estimated else []
    report = {
        "views": len(views),
        "vertices": len(mesh.vertices),
        "faces": len(mesh.triangles),
        "masks_estimated": estimated,
        "light": torch.round(model.light[:, 0], decimals=3).tolist(),
        "warnings": warnings,
        "seconds": seconds,
    }
    return {"mesh": "out/mesh.npz", "texture": "out/texture.npz"}, report


@contextlib.contextmanager
def _repeatable() -> Iterator[None]:
    """Sums over several threads keep their order, so that one seed gives one mesh."""
    import torch

    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)


def _check(params: ReconstructParams) -> None:
    if not 16 <= params.detail <= LARGEST_DETAIL:
        raise JobError(
            "bad_input", f"A detail of {params.detail} cannot be made.", f"Choose 16 to {LARGEST_DETAIL}; 112 is usual."
        )
    if min(params.coarse_steps, params.fine_steps) < 1 or params.texture_size < 32:
        raise JobError(
            "bad_input", "The numbers of steps must be above zero and the pictures 32 pixels or more.", "Correct them."
        )
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("PIL") is None:
        raise JobError(
            "missing_packages", "The compute environment has no PyTorch yet.",
            "Install the environment with PyTorch in the preferences.",
        )  # fmt: skip


def _coarse(params: ReconstructParams, job: Job, store: Store, views: list[View], doubted: bool) -> tuple[Grid, Field]:
    """The hull, and from it the field that the pictures agree with. ``doubted``: single outlines may be wrong."""
    import numpy as np
    import torch

    from ..reconstruction import coarse, hull
    from ..reconstruction import store as files
    from ..reconstruction.field import redistanced
    from ..reconstruction.views import resized

    job.progress("Finding the shape", 0.05)
    saved = store.load("coarse")
    done = float(saved["done"]) if saved is not None else 0.0
    small = [resized(view, COARSE_PICTURE) for view in views]
    if saved is not None:
        grid, field = files.field_from_arrays(saved)
    else:
        middle = [resized(view, FINE_PICTURE) for view in views]
        silhouettes = [hull.silhouette_distance(view.mask) for view in middle]
        low, high = hull.find_box(middle, silhouettes, doubted)
        grid = hull.grid_of_box(low, high, min(COARSE_CELLS, params.detail))
        distances = hull.hull_distance(grid.points(), middle, silhouettes, doubted).reshape(grid.shape)
        distances = redistanced(distances, grid.cell) - SWELL * grid.cell
        field = coarse.Field(distances, torch.full((grid.size, 3), 0.5))
    if done >= 1.0:
        return grid, field
    last = time.monotonic()

    def on_step(fraction: float, now: coarse.Field) -> None:
        nonlocal last
        if time.monotonic() - last > SAVE_EVERY or fraction == 1.0:
            store.save("coarse", files.field_to_arrays(grid, now) | {"done": np.array(fraction)})
            last = time.monotonic()
        job.progress("Finding the shape", 0.05 + 0.45 * fraction)

    settings = coarse.Settings(steps=params.coarse_steps)
    generator = torch.Generator().manual_seed(params.seed + round(1e6 * done))
    rays = coarse.rays_of(small, grid, field.distances)
    return grid, coarse.fit(grid, field, rays, settings, generator, on_step, done)


def _fine(
    params: ReconstructParams, job: Job, store: Store, views: list[View], coarse_grid: Grid, field: Field
) -> Model:
    """The mesh that looks like the pictures, as the model it is taken from."""
    import numpy as np
    import torch

    from ..isosurface import EmptySurface
    from ..reconstruction import hull, refine
    from ..reconstruction import store as files
    from ..reconstruction.views import resized

    job.progress("Refining the mesh", 0.5)
    saved = store.load("mesh")
    done = float(saved["done"]) if saved is not None else 0.0
    if saved is not None:
        model = files.model_from_arrays(saved)
    else:
        inside = coarse_grid.points()[(field.distances < 0).reshape(-1)]
        if not len(inside):
            raise EmptySurface
        low, high = inside.amin(0) - coarse_grid.cell, inside.amax(0) + coarse_grid.cell
        model = refine.start(hull.grid_of_box(low, high, params.detail), coarse_grid, field)
    if done >= 1.0:
        return model
    last = time.monotonic()

    def on_step(fraction: float, now: Model) -> None:
        nonlocal last
        if time.monotonic() - last > SAVE_EVERY or fraction == 1.0:
            store.save("mesh", files.model_to_arrays(now) | {"done": np.array(fraction)})
            last = time.monotonic()
        job.progress("Refining the mesh", 0.5 + 0.45 * fraction)

    small = [resized(view, FINE_PICTURE) for view in views]
    generator = torch.Generator().manual_seed(params.seed + round(1e6 * done))
    return refine.fit(model, small, refine.Settings(steps=params.fine_steps), generator, on_step, done)


def _texture(views: list[View], model: Model, vertices, triangles) -> tuple[Texture, typing.Any]:
    """The texture and the vertices' colours (V, 3)."""
    from ..reconstruction import texture
    from ..reconstruction.render import vertex_normals

    made = texture.make(views, vertices, triangles, model.light, model.grid, model.albedo)
    return made, made.albedo_at(vertices, vertex_normals(vertices, triangles))
