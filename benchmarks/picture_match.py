# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Match Picture on pictures of artists' animals, as ``benchmarks.photos`` takes them: part of ``.correspondence``.

The truth is dense: which place of the mesh each pixel shows is known from the posed mesh that was photographed. Beside
it the nearest place in the box: for a mesh as it rests it is told from where the picture was taken.
"""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import torch
from scipy.spatial import KDTree

from ..backend.correspondence import cells, picture
from ..backend.correspondence.figure import figure
from ..backend.correspondence.match import matched
from ..backend.correspondence.surface import vertex_normals
from ..backend.mesh.clean import Shape
from ..backend.photos import collect
from ..backend.photos.template import Template, quadruped
from ..backend.raster import gbuffer
from ..tools import fetch_animals
from .photos.__main__ import PICTURES, ROOT, SEED
from .photos.collections import SIZE, Truth, made
from .rig.animals import load_animal

DEVELOPED, HELD_OUT = ("horse", "fox"), ("wolf", "deer", "husky")
POINTS = 300
"""Random pixels of each picture."""
CLOSE = 0.1
"""Of the longer side of the animal's box in a picture: PCK. Papers take the square around it, 1.5 times as large."""
CROP = 128
UP = np.array([0.0, 0, 1])


@dataclasses.dataclass(frozen=True)
class Known:
    """Random pixels of a picture, and what they show."""

    pixel: np.ndarray
    """(N, 2) of the whole picture."""
    face: np.ndarray
    """(N,)"""
    share: np.ndarray
    """(N, 3)"""
    low: np.ndarray
    side: np.ndarray
    """(2,) each: upper left corner and sides of the animal's box, pixels."""

    @property
    def part(self) -> np.ndarray:
        """(N, 2) of the box."""
        return (self.pixel - self.low) / self.side


def row(name: str) -> dict:
    """Errors of one animal's pictures."""
    folder, truth = made(name, "clean", PICTURES, SEED, ROOT)
    animal = load_animal(fetch_animals.fetch() / f"{name}.glb")
    rest = Shape(animal.vertices, animal.triangles)
    template, rng = quadruped(), np.random.default_rng(0)
    photos = collect.collect(folder, CROP)
    known = [known_of(truth, number, rng) for number in range(len(photos))]
    start = time.process_time()
    plain = picture.shape_of(template)
    figures = [figure(shape, "quadruped", False, rng, UP) for shape in (plain, rest)]
    found = matched(*figures, plain, rest, rng)
    of_mesh = time.process_time() - start
    start = time.process_time()
    shown = [picture.shown(photo, template) for photo in photos]
    of_picture = (time.process_time() - start) / len(photos)
    result = {"animal": name, "mesh seconds": round(of_mesh, 1), "picture seconds": round(of_picture, 2)}
    boxes = [boxed(rest, truth, number) for number in range(len(photos))]
    scores: dict[str, list] = {"to mesh": [], "to mesh boxes": [], "to picture": [], "to picture boxes": []}
    diagonal = np.linalg.norm(np.ptp(rest.vertices, axis=0))
    for number, photo in enumerate(photos):
        own = known[number]
        true = places_of(own, rest)
        on_mesh = picture.carried(*shown[number], template, found.forth.points, found.forth.sure)
        points, sure = at(on_mesh, cells_of(own.pixel, photo))
        error = np.linalg.norm(points - true, axis=1) / diagonal
        box_part, box_vertex = boxes[number]
        near = KDTree(box_part).query(own.part)[1]
        scores["to mesh"].append(told(error, sure))
        scores["to mesh boxes"].append(told(np.linalg.norm(rest.vertices[box_vertex[near]] - true, axis=1) / diagonal))
        there = pixels_of(on_mesh, true, photo)
        scores["to picture"].append(hit(there, own))
        vertex = KDTree(rest.vertices[box_vertex]).query(true)[1]
        scores["to picture boxes"].append(hit(own.low + box_part[vertex] * own.side, own))
    for key, values in scores.items():
        result[key] = np.mean(values, axis=0).round(2).tolist()
    result["pictures"] = np.mean(between(known, shown, photos, truth, template), axis=0).round(1).tolist()
    return result


def between(known: list[Known], shown: list, photos: list, truth: Truth, template: Template) -> list[tuple]:
    """(PCK, that of the nearest place in the box) in % of all ordered pairs of pictures, of points that both show."""
    scores = []
    for one, own in enumerate(known):
        points, _ = at(shown[one][1], cells_of(own.pixel, photos[one]))
        for other, camera in enumerate(truth.cameras):
            if one == other:
                continue
            corners = truth.vertices[other][truth.triangles[own.face]]
            world = np.einsum("nk,nkd->nd", own.share, corners)
            pixel, depth = projected(camera, world)
            buffer = gbuffer.rasterize(
                torch.tensor(truth.vertices[other], dtype=torch.float32), torch.tensor(truth.triangles), camera
            )
            surface = buffer.image(buffer.depth[:, None], torch.inf)[..., 0].numpy()
            x, y = np.floor(pixel).astype(int).clip(0, SIZE - 1).T
            visible = surface[y, x] > depth - 0.01 * np.ptp(world, axis=0).max()
            visible &= np.isfinite(surface[y, x])
            if visible.sum() < 10:
                continue
            side = CLOSE * known[other].side.max()
            there = pixels_of(shown[other][1], points, photos[other])
            plain = known[other].low + own.part * known[other].side
            gaps = [np.linalg.norm(found - pixel, axis=1)[visible] for found in (there, plain)]
            scores.append(tuple(100 * float((gap < side).mean()) for gap in gaps))
    return scores


def known_of(truth: Truth, number: int, rng: np.random.Generator) -> Known:
    """Random pixels of a clean picture."""
    camera = truth.cameras[number]
    buffer = gbuffer.rasterize(
        torch.tensor(truth.vertices[number], dtype=torch.float32), torch.tensor(truth.triangles), camera
    )
    row, column = np.nonzero(buffer.mask.numpy())
    chosen = rng.permutation(len(row))[:POINTS]
    pixel = np.stack([column, row], axis=1)
    low, high = pixel.min(axis=0), pixel.max(axis=0) + 1
    return Known(pixel[chosen] + 0.5, buffer.face.numpy()[chosen], buffer.barycentric.numpy()[chosen], low, high - low)


def places_of(known: Known, rest: Shape) -> np.ndarray:
    """(N, 3) on the mesh at rest: its triangles are in the order of the posed ones."""
    return np.einsum("nk,nkd->nd", known.share, rest.vertices[rest.triangles[known.face]])


def boxed(rest: Shape, truth: Truth, number: int) -> tuple[np.ndarray, np.ndarray]:
    """(V, 2) parts of the box of the vertices of the mesh at rest that look at the true camera, and these (V,)."""
    right, up, back = truth.cameras[number].camera_to_world[:3, :3].numpy().astype(float).T
    flat = np.stack([rest.vertices @ right, -(rest.vertices @ up)], axis=1)
    part = (flat - flat.min(axis=0)) / np.ptp(flat, axis=0)
    facing = np.flatnonzero(vertex_normals(rest.vertices, rest.triangles) @ back > 0)
    return part[facing], facing


def cells_of(pixel: np.ndarray, photo: collect.Photo) -> np.ndarray:
    """(N, 2) column and row of whole pictures' pixels among a picture's cells."""
    return (pixel - np.array(photo.corner)) * picture.SIZE / photo.side - 0.5


def at(shown: picture.Shown, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places (N, 3) and sureness (N,) of the nearest cells of the animal."""
    row, column = np.nonzero(shown.sure > 0)
    near = KDTree(np.stack([column, row], axis=1)).query(cells)[1]
    return shown.places[row[near], column[near]], shown.sure[row[near], column[near]]


def pixels_of(shown: picture.Shown, points: np.ndarray, photo: collect.Photo) -> np.ndarray:
    """(N, 2) pixels of the whole picture that show points (N, 3), as Show Point tells it."""
    row, column = np.nonzero(shown.sure > 0)
    weight = cells.shares(shown.places[row, column], shown.sure[row, column], points)
    found = weight @ np.stack([column, row], axis=1)
    return np.array(photo.corner) + (found + 0.5) * photo.side / picture.SIZE


def projected(camera, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (N, 2) and depths (N,)."""
    matrix = camera.camera_to_world.numpy().astype(float)
    local = (points - matrix[:3, 3]) @ matrix[:3, :3]
    depth = -local[:, 2]
    x, y = camera.cx + camera.fx * local[:, 0] / depth, camera.cy - camera.fy * local[:, 1] / depth
    return np.stack([x, y], axis=1), depth


def told(error: np.ndarray, sure: np.ndarray | None = None) -> tuple[float, ...]:
    """Mean error in %, part within 5 and 10 % in %, and the mean error of the surer half of the points in %."""
    half = error if sure is None else error[sure >= np.median(sure)]
    return 100 * error.mean(), 100 * (error < 0.05).mean(), 100 * (error < 0.1).mean(), 100 * half.mean()


def hit(there: np.ndarray, known: Known) -> tuple[float]:
    """PCK in %."""
    return (100 * float((np.linalg.norm(there - known.pixel, axis=1) < CLOSE * known.side.max()).mean()),)


def table(rows: list[dict]) -> str:
    """Markdown, with means of the animals that were looked at and of the others."""
    lines = [
        "Pictures (12 of each animal, in random poses) to the mesh at rest: mean error in % of the diagonal; within 5 "
        "and 10 % of it; back from the mesh, and from picture to picture: within a tenth of the animal's longer side. "
        "Behind each the same of the nearest place in the box.",
        "",
        "| animal | to the mesh: error | boxes | near 5 % | boxes | near 10 % | boxes | to the picture | boxes "
        "| two pictures | boxes |",
        "| --- |" + " --- |" * 10,
    ]
    lines += [_line(one["animal"], one) for one in rows]
    for title, names in (("**looked at**", DEVELOPED), ("**not looked at**", HELD_OUT)):
        chosen = [one for one in rows if one["animal"] in names]
        if len(chosen) > 1:
            keys = ("to mesh", "to mesh boxes", "to picture", "to picture boxes", "pictures")
            lines.append(_line(title, {key: np.mean([one[key] for one in chosen], axis=0) for key in keys}))
    seconds = [np.mean([one[key] for one in rows]) for key in ("mesh seconds", "picture seconds")]
    lines += ["", f"Processor seconds: {seconds[0]:.0f} for a mesh, {seconds[1]:.1f} for a picture."]
    return "\n".join([*lines, ""])


def _line(title: str, one: dict) -> str:
    mesh, boxes = one["to mesh"], one["to mesh boxes"]
    pairs = [(mesh[0], boxes[0], 1), (mesh[1], boxes[1], 0), (mesh[2], boxes[2], 0)]
    pairs += [(one["to picture"][0], one["to picture boxes"][0], 0), (*one["pictures"], 0)]
    return f"| {title} | " + " | ".join(f"{value:.{digits}f}" for *both, digits in pairs for value in both) + " |"
