# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the starter makes of one picture: ``python -m galatea.benchmarks.lifting DIR``, DIR of a training.

Pictures of held-out instances of every group of shapes; the mesh is compared with the object itself. Beside it stand
the nearest of 2,000 training objects by outline and color, and the outline's hull cut to the object's true depth.

Alignment: in the viewer's axes, boxes are centered on each other and as wide or high as each other, whichever is larger
of the truth. So the depth, the hidden side and the form count, not size or place.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy.spatial import cKDTree

from ..backend.diffusion.pipelines import STARTER
from ..backend.isosurface.extract import Grid, closed, extract
from ..backend.lifting import frustum, network
from ..backend.lifting.lift import HALF, lift
from ..backend.raster.camera import orbit
from ..backend.raster.gbuffer import rasterize
from ..backend.sculpting import kinds, portrait
from ..backend.sculpting.portrait import Portrait
from ..backend.training import lifter_data, scene, shapes
from ..backend.training.materials.draw import HELD_OUT
from ..backend.training.shards import Pictures, read_shards
from .reconstruct.objects import samples, visible_samples

GALLERY = 2000
"""Training objects among which the nearest is taken."""
POINTS = 20_000
TOLERANCES = 0.02, 0.05
"""Of the longest side of the truth's box."""
OUTLINE, COLOUR = 32, 8
"""Pixels of what retrieval compares: the outline, and colors of the same weight in all."""
WAYS = (
    "starter", "starter, told what it is", "sculptor alone", "lifter alone", "nearest of 2,000", "outline's hull",
)  # fmt: skip
"""What the engine makes, with a word and without, the two that it makes it from, and what to beat."""
MADE_UP = WAYS[-2:]
FORWARDS = math.radians(30)
"""So far a front may look aside and still count as forwards."""
TURN = math.radians(70)
"""Of the second view of each row of the sheet."""
DEVELOPMENT = 900_000
"""First seed of what may be looked at while something is chosen: of the training's range, and drawn by none."""


@dataclasses.dataclass(frozen=True)
class Case:
    """A held-out object and its picture."""

    name: str
    picture: np.ndarray
    """(4, S, S) uint8."""
    vertices: np.ndarray
    """(V, 3) in the viewer's axes, see ``frustum.unprojected``."""
    triangles: np.ndarray
    """(T, 3), counter-clockwise seen from outside."""
    depths: tuple[float, float]
    """Nearest and farthest w."""
    azimuth: float
    """Radians by which the viewer stands to the left of the object's front."""


def cases(count: int, held_out: bool = True) -> list[Case]:
    """Of ``count`` families, evenly over all groups."""
    chosen = shapes.FAMILIES[:: max(1, len(shapes.FAMILIES) // count)][:count]
    return [case(family.name, number, held_out) for number, family in enumerate(chosen)]


def case(name: str, number: int, held_out: bool = True) -> Case:
    seed = (HELD_OUT if held_out else DEVELOPMENT) + number
    subject = dataclasses.replace(scene.random_subject(seed, held_out), family=name, shape_seed=seed)
    shape = shapes.make(scene.family(name), subject.shape_seed)
    made, _ = lifter_data.example(shape, subject, seed, held_out)
    camera = lifter_data.framed(shape.vertices, subject, frustum.PICTURE)
    matrix = camera.camera_to_world[:3, :3].numpy()
    local = (shape.vertices - camera.position.numpy()) @ matrix
    found = lifter_data.crossings(shape, camera)
    viewed = np.stack((local[:, 0], -local[:, 2], local[:, 1]), axis=1)
    return Case(
        name,
        made.picture,
        viewed,
        shape.triangles,
        (float(found.depth.min()), float(found.depth.max())),
        subject.azimuth,
    )


@dataclasses.dataclass(frozen=True)
class Gallery:
    """Training pictures to choose from."""

    pictures: Pictures
    features: torch.Tensor
    """(N, F)"""


def gallery(training: Path) -> Gallery:
    found = read_shards(training / "solids", ("pictures", "solids"))
    count = min(len(found), GALLERY * lifter_data.VIEWS)
    batches = [torch.stack([found.picture(i) for i in range(n, min(n + 256, count))]) for n in range(0, count, 256)]
    return Gallery(found, torch.cat([features(batch) for batch in batches]))


def features(pictures: torch.Tensor) -> torch.Tensor:
    """(N, F) of pictures (N, 4, S, S) uint8: outlines and colors, each of the same weight."""
    pictures = pictures.float() / 255
    pool = torch.nn.functional.adaptive_avg_pool2d
    outline, colour = pool(pictures[:, 3:], OUTLINE).flatten(1), pool(pictures[:, :3], COLOUR).flatten(1)
    return torch.cat((outline / outline.shape[1] ** 0.5, colour / colour.shape[1] ** 0.5), dim=1)


Surface = tuple[np.ndarray, np.ndarray]
"""Vertices (V, 3) in the viewer's axes and triangles."""


def surface(solid: torch.Tensor) -> Surface:
    """Of a grid along v, u, w."""
    distances = closed(HALF - solid.permute(1, 2, 0).flip(2), 1e-3)
    mesh = extract(distances, Grid(torch.zeros(3), 1.0, (frustum.CELLS,) * 3))
    x, y, z = mesh.vertices.unbind(-1)
    places = frustum.places_of(torch.stack((x, frustum.CELLS - 1 - z, y), dim=-1))
    return frustum.unprojected(places, frustum.TANGENT, 0.0).numpy(), mesh.triangles.numpy()


def nearest(known: Gallery, item: Case) -> Surface:
    own = features(torch.from_numpy(item.picture)[None])
    best = int((known.features - own).square().sum(dim=1).argmin())
    return surface(known.pictures.array("solids", best).float() / 255)


def hull(item: Case) -> Surface:
    """The outline, drawn along the lines of sight from the nearest depth of the object to its farthest."""
    alpha = torch.nn.functional.adaptive_avg_pool2d(
        torch.from_numpy(item.picture[None, 3:]).float() / 255, frustum.CELLS
    )
    depth = (torch.arange(frustum.CELLS) + 0.5) * 2 * frustum.REACH / frustum.CELLS - frustum.REACH
    within = (depth >= item.depths[0]) & (depth <= item.depths[1])
    return surface(alpha[0, 0, :, :, None] * within)


def lifted(lifter: network.Lifter, item: Case) -> Surface:
    """What the lifter makes alone, in the viewer's axes."""
    made = lift(lifter, item.picture.transpose(1, 2, 0).astype(np.float32) / 255, level=True)
    return made.vertices.numpy(), made.triangles.numpy()


def sculpted(networks: portrait.Networks, item: Case, kind: int | None = None) -> tuple[Surface, Surface, Portrait]:
    """What the engine makes, and what the sculptor makes alone, of what is found in the picture."""
    picture = item.picture.transpose(1, 2, 0).astype(np.float32) / 255
    found = portrait.portrait(networks, picture, list(range(portrait.TRIES)), kind)
    sine, cosine = math.sin(float(found.frame.elevation)), math.cos(float(found.frame.elevation))
    result = []
    for made in (portrait.surface(found), portrait.sculpted(found)):
        right, away, up = made.vertices.double().unbind(-1)
        tilted = torch.stack((right, away * cosine - up * sine, up * cosine + away * sine), dim=-1)
        result.append((tilted.numpy(), made.triangles.numpy()))
    return *result, found


def score(made: Surface, item: Case) -> dict[str, float]:
    """Mean distance of the surfaces in percent of the longest side, and F-scores in [0, 1]."""
    vertices, triangles = aligned(made[0], item.vertices), made[1]
    size = float(np.ptp(item.vertices, axis=0).max())
    wanted = visible_samples(item.vertices, item.triangles, POINTS)
    found, _ = samples(vertices, triangles, POINTS)
    there, back = cKDTree(wanted).query(found)[0], cKDTree(found).query(wanted)[0]
    result = {"chamfer": 100 * float(there.mean() + back.mean()) / 2 / size}
    for tolerance in TOLERANCES:
        precision, recall = (float((distance < tolerance * size).mean()) for distance in (there, back))
        result[f"f{100 * tolerance:.0f}"] = 2 * precision * recall / max(precision + recall, 1e-9)
    return result


def aligned(vertices: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(V, 3) vertices with the box of truth (W, 3): see above."""
    low, high, wanted = vertices.min(0), vertices.max(0), np.ptp(truth, axis=0)
    axis = 0 if wanted[0] > wanted[2] else 2
    scale = wanted[axis] / max(float(high[axis] - low[axis]), 1e-6)
    return (vertices - (low + high) / 2) * scale + (truth.min(0) + truth.max(0)) / 2


def clay(made: Surface, size: int = 128, azimuth: float = 0.0) -> np.ndarray:
    """(size, size, 3) uint8: the shape without its colors, from the viewer or turned."""
    vertices, triangles = torch.from_numpy(made[0]).float(), torch.from_numpy(made[1]).long()
    vertices = vertices - 0.5 * (vertices.amin(0) + vertices.amax(0))
    vertices = vertices / vertices.norm(dim=-1).amax()
    seen = rasterize(vertices, triangles, orbit(azimuth, 0.0, 6.0, 0.36, size))
    light = torch.nn.functional.normalize(torch.tensor((-0.5, -1.0, 0.8)), dim=0)
    shade = 0.25 + 0.65 * (seen.normal @ light).clamp_min(0.0)
    return (seen.image(shade[:, None].expand(-1, 3), 0.95).numpy() * 255).astype(np.uint8)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/lifting", description="One picture to a mesh, beside baselines.")
    parser.add_argument("training", type=Path, metavar="DIR", help="of a training: its solids are the gallery")
    parser.add_argument("--weights", type=Path, default=STARTER, metavar="DIR", help="the starter if not given")
    parser.add_argument("--count", type=int, default=46, metavar="N", help="held-out objects")
    parser.add_argument("--development", action="store_true", help="other objects, to choose by")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="picture, truth and results side by side")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    known = gallery(options.training)
    networks = portrait.read(options.weights / "lifter", options.weights / "sculptor")
    rows, pictures, turns, seconds = [], [], [], 0.0
    taken_for = []
    for item in cases(options.count, not options.development):
        begin = time.process_time()
        made, alone, found = sculpted(networks, item)
        seconds += time.process_time() - begin
        turns.append((item.azimuth, item.azimuth - float(found.frame.turn)))
        kind = kinds.named(item.name)
        taken_for.append(found.kind == kind)
        told, _, _ = sculpted(networks, item, kind)
        made = [made, told, alone, lifted(networks.lifter, item), nearest(known, item), hull(item)]
        rows.append({"name": item.name, **{way: score(one, item) for way, one in zip(WAYS, made)}})
        print(item.name, {way: round(rows[-1][way]["f5"], 2) for way in WAYS}, file=sys.stderr)
        shown = item.picture[:3].transpose(1, 2, 0)
        views = [clay(one, azimuth=turn) for one in ((item.vertices, item.triangles), *made) for turn in (0.0, TURN)]
        pictures.append(np.concatenate([shown, *views], axis=1))
    print("| " + " | ".join(("", "Chamfer, %", *(f"F-score at {100 * t:.0f} %" for t in TOLERANCES))) + " |")
    print("| --- | ---: | ---: | ---: |")
    for way in WAYS:
        means = [np.mean([row[way][key] for row in rows]) for key in rows[0][way]]
        print(f"| {way} | " + " | ".join(f"{mean:.3g}" for mean in means) + " |")
    better = np.mean([row[WAYS[0]]["chamfer"] < min(row[way]["chamfer"] for way in MADE_UP) for row in rows])
    print(
        f"\n{len(rows)} objects; nearer than the last two in {100 * better:.0f} %; {seconds / len(rows):.2f} CPU s each"
    )
    print(f"made as what it is: {100 * np.mean(taken_for):.0f} %")
    forwards = (np.cos(turns) > math.cos(FORWARDS)).mean(axis=0)
    print(f"front within 30 degrees: {100 * forwards[0]:.0f} % as in the picture, {100 * forwards[1]:.0f} % turned")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))
    if options.sheet:
        Image.fromarray(np.concatenate(pictures)).save(options.sheet)


if __name__ == "__main__":
    main(sys.argv[1:])
