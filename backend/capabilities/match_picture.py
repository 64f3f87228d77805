# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Match a picture: for each place of an animal in a picture the place on a mesh, or on a plain animal without one."""

from __future__ import annotations

import importlib.util
import re
import time
import typing
from dataclasses import dataclass

import numpy as np

from ..job import Job, JobError

PICTURE = "picture.png"
CROP = 128
"""Pixels of the square around the animal that the network sees."""
UNSURE = 0.3
"""Mean sureness of a picture below which the artist is told."""
KIND = "quadruped"
"""What the template is."""


@dataclass(frozen=True)
class MatchPictureParams:
    flip: bool = False
    """The mesh's head is at the other end than where it was found."""
    seed: int = 0


def match_picture(params: MatchPictureParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """in/picture.png, with in/masks/picture.png where there is a mask, and in/mesh.npz as Rig's -> out/shown.npz.

    That has ``places`` (S, S, 3) float64 in world space on the mesh for cells of a square around the animal, row 0 at
    the top, ``sure`` (S, S) float32, 0..1, and ``square`` (4,) its left, upper, right and lower border in parts of the
    picture's width and height. Without in/mesh.npz the places are on a plain animal, out/animal.npz: ``vertices`` and
    ``triangles``, looking along -Y. Raises JobError for a picture without an animal and a mesh without four legs.
    """
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("PIL") is None:
        raise JobError(
            "missing_packages", "The compute environment has no PyTorch yet.",
            "Install the environment with PyTorch in the preferences.",
        )  # fmt: skip
    from ..correspondence import picture
    from ..photos.template import quadruped

    start = time.monotonic()
    job.progress("Looking at the picture", 0.02)
    template = quadruped()
    photo = _photo(job)
    found, seen = picture.shown(photo, template)
    warnings = _warned(photo.mask_from, photo.cut, seen.sure)
    files = {"shown": "out/shown.npz"}
    job.outputs.mkdir(exist_ok=True)
    if (job.inputs / "mesh.npz").is_file():
        points, sure, notes = _on_mesh(params, job, template)
        seen = picture.carried(found, seen, template, points, sure)
        warnings += notes
    else:
        np.savez(job.outputs / "animal.npz", vertices=template.vertices, triangles=template.triangles)
        files["animal"] = "out/animal.npz"
    width, height = photo.size
    left, upper = photo.corner
    square = left / width, upper / height, (left + photo.side) / width, (upper + photo.side) / height
    np.savez(job.outputs / "shown.npz", places=seen.places, sure=seen.sure.astype(np.float32), square=np.array(square))
    job.progress("Done", 1.0)
    inside = seen.sure > 0
    return files, {
        "sure_percent": round(100 * float(seen.sure[inside].mean()) if inside.any() else 0.0, 1),
        "warnings": warnings,
        "seconds": {"all": round(time.monotonic() - start, 2)},
    }


def _photo(job: Job):
    """The picture, cut out. Raises JobError, which does not name the job's file: the artist has never seen that."""
    from ..photos import collect

    try:
        return collect.photo_of(job.inputs / PICTURE, CROP)
    except JobError as error:
        said = re.sub(re.escape(PICTURE), "the picture", error.message, flags=re.IGNORECASE)
        raise JobError(
            error.code, said[0].upper() + said[1:],
            "Cut the animal out, give it a mask that is white where the animal is, or choose another picture.",
        ) from error  # fmt: skip


def _on_mesh(params: MatchPictureParams, job: Job, template) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Where the template's vertices are on the mesh (V, 3), world space, how sure (V,), and notes."""
    from ..correspondence.figure import figure
    from ..correspondence.match import matched
    from ..correspondence.picture import shape_of
    from ..mesh.clean import clean

    rng = np.random.default_rng(params.seed)
    with np.load(job.inputs / "mesh.npz", allow_pickle=False) as data:
        mesh, up = clean(data["vertices"], data["triangles"]), data["up"]
    job.progress("Looking at the mesh", 0.1)
    own = figure(mesh, KIND, params.flip, rng, up, lambda done: job.progress("Looking at the mesh", 0.1 + 0.3 * done))
    plain = shape_of(template)
    told = "Bending the plain animal into it"
    standing = figure(
        plain, KIND, False, rng, np.array([0.0, 0.0, 1.0]), lambda done: job.progress(told, 0.4 + 0.2 * done)
    )
    found = matched(standing, own, plain, mesh, rng, lambda done: job.progress(told, 0.6 + 0.35 * done))
    return found.forth.points, found.forth.sure, [own.note] if own.note else []


def _warned(mask_from: str, cut: bool, sure: np.ndarray) -> list[str]:
    """What the artist should know, a sentence each."""
    warnings = []
    if mask_from == "found":
        warnings.append(
            "The picture has no transparency: the outline was found by color. If points are wrong, cut the animal out."
        )
    if cut:
        warnings.append("The animal is cut off at the border of the picture.")
    inside = sure > 0
    if not inside.any() or sure[inside].mean() < UNSURE:
        warnings.append("Hardly anything in the picture looks like a four-legged animal: do not rely on the points.")
    return warnings
