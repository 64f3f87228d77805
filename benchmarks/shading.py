# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our pictures beside Cycles': ``python -m galatea.benchmarks.shading``; the options are in ``--help``.

Simple shapes in six materials under four turned lights, rendered by Blender's Cycles (a child process) and by
``backend/shading``, both with direct light alone. The score is the PSNR of display-encoded pictures over the pixels
that lie wholly inside the shape, so that no background helps. Beside it stand the same shader without visibility and
the diffuse part alone. One light is also rendered by Cycles with all bounces, to tell what direct light leaves out.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import hashlib
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from ..backend.raster.camera import Camera, orbit
from ..backend.raster.gbuffer import GBuffer, rasterize
from ..backend.shading import display, procedural
from ..backend.shading.environment import Light, prepare
from ..backend.shading.pbr import Material, shade
from ..backend.shading.sphere import directions, look_up
from ..backend.shading.surface import Surface, visible_surface
from . import document
from .shading_scenes import LOOKS, SHAPES, Look, Mesh, lights

SIZE = 128
OVERSAMPLING = 4
DIRECTIONS = 128
"""That visibility is computed for; training uses as many."""
SAMPLES = 256
"""Of Cycles, for each pixel."""
TURN = 0.7
"""Radians that every light is turned, so that a wrong rotation is seen."""
FOV = math.radians(30.0)
WANTED = 30.0
"""Decibels, with direct light."""
CHILD = Path(__file__).with_name("shading_cycles.py")


@dataclasses.dataclass(frozen=True)
class Case:
    shape: str
    light: str
    look: Look
    bounces: bool


def cases(quick: bool) -> list[Case]:
    shapes, names = list(SHAPES), list(lights())
    if quick:
        shapes, names = shapes[1:2], names[:1]
    direct = [Case(shape, light, look, False) for shape in shapes for light in names for look in LOOKS]
    return direct + [Case(shape, names[0], look, True) for shape in shapes for look in LOOKS]


def camera(scale: int = 1) -> Camera:
    return orbit(0.5, 0.55, 4.6, FOV, scale * SIZE)


def render_cycles(wanted: list[Case], samples: int, folder: Path) -> list[np.ndarray]:
    """Cycles' pictures (H, W, 4), linear and alpha. Those that the folder holds already are not made again."""
    for name in {case.shape for case in wanted}:
        mesh = SHAPES[name]()
        for field in dataclasses.fields(mesh):
            np.save(folder / f"{name} {field.name}.npy", getattr(mesh, field.name))
    for name, light in lights().items():
        np.save(folder / f"{name} radiance.npy", light.radiance.numpy())
    jobs = []
    for case in wanted:
        job = {field.name: f"{case.shape} {field.name}.npy" for field in dataclasses.fields(Mesh)} | {
            "radiance": f"{case.light} radiance.npy",
            "albedo": case.look.albedo,
            "roughness": case.look.roughness,
            "metallic": case.look.metallic,
            "turn": TURN,
            "fov": FOV,
            "camera_to_world": camera().camera_to_world.tolist(),
            "samples": samples,
            "bounces": case.bounces,
            "size": SIZE,
        }
        digest = hashlib.sha256(json.dumps(job).encode())
        for value in job.values():
            if str(value).endswith(".npy"):
                digest.update((folder / value).read_bytes())
        jobs.append({"name": digest.hexdigest()[:16], **job})
    (folder / "jobs.json").write_text(json.dumps(jobs))
    missing = sum(not (folder / f"{job['name']}.npy").exists() for job in jobs)
    print(f"Cycles renders {missing} pictures", file=sys.stderr)
    if missing:
        subprocess.run([sys.executable, "-I", str(CHILD), str(folder)], check=True, stdout=subprocess.DEVNULL)
    return [np.load(folder / f"{job['name']}.npy") for job in jobs]


@dataclasses.dataclass(frozen=True)
class Scene:
    gbuffer: GBuffer
    surface: Surface


def prepare_scene(mesh: Mesh) -> Scene:
    vertices, triangles = torch.from_numpy(mesh.vertices), torch.from_numpy(mesh.triangles)
    gbuffer = rasterize(vertices, triangles, camera(OVERSAMPLING), torch.from_numpy(mesh.corner_normals))
    return Scene(gbuffer, visible_surface(vertices, triangles, gbuffer, directions(DIRECTIONS), OVERSAMPLING))


def full(scene: Scene, look: Look, light: Light) -> torch.Tensor:
    """Radiance (N, 3) of the points of the scene."""
    count = scene.gbuffer.position.shape[0]
    material = Material(
        torch.tensor(look.albedo).expand(count, 3),
        torch.full((count,), look.roughness),
        torch.full((count,), look.metallic),
        scene.gbuffer.normal,
    )
    return shade(material, scene.surface, light)


def without_visibility(scene: Scene, look: Look, light: Light) -> torch.Tensor:
    """The radiance (N, 3) if nothing were in the way."""
    bare = dataclasses.replace(scene.surface, visibility=None, visibility_row=None, mirror=None)
    return full(Scene(scene.gbuffer, bare), look, light)


def diffuse_alone(scene: Scene, look: Look, light: Light) -> torch.Tensor:
    """The radiance (N, 3) of a body that only scatters, unshadowed."""
    arriving = look_up(light.irradiance, scene.gbuffer.normal @ light.environment.rotation) / math.pi
    return torch.tensor(look.albedo) * arriving


def picture(scene: Scene, radiance: torch.Tensor) -> np.ndarray:
    """(H, W, 3) linear."""
    blocks = (SIZE, OVERSAMPLING, SIZE, OVERSAMPLING, 3)
    return scene.gbuffer.image(radiance).reshape(blocks).mean((1, 3)).numpy()


def wholly_inside(scene: Scene) -> np.ndarray:
    """(H, W) bool."""
    return scene.gbuffer.mask.reshape(SIZE, OVERSAMPLING, SIZE, OVERSAMPLING).all(3).all(1).numpy()


def encode(linear: np.ndarray) -> np.ndarray:
    return display.encode(torch.from_numpy(np.ascontiguousarray(linear))).numpy()


def psnr(first: np.ndarray, second: np.ndarray, inside: np.ndarray) -> float:
    difference = (encode(first) - encode(second))[inside]
    return float(-10.0 * np.log10(np.mean(difference**2) + 1e-12))


def run(wanted: list[Case], samples: int, folder: Path) -> tuple[dict, dict[Case, np.ndarray]]:
    """All figures; and for each case a column of pictures (3 H, W, 3), encoded: Cycles, ours, their difference."""
    references = render_cycles(wanted, samples, folder)
    prepared = {
        name: prepare(light, directions(DIRECTIONS)).rotated(procedural.about_z(TURN))
        for name, light in lights().items()
    }
    scenes = {shape: prepare_scene(SHAPES[shape]()) for shape in {case.shape for case in wanted}}
    rows, columns = [], {}
    for case, reference in zip(wanted, references):
        scene, light = scenes[case.shape], prepared[case.light]
        inside = wholly_inside(scene) & (reference[..., 3] > 0.999)
        reference = reference[..., :3]
        ours = picture(scene, full(scene, case.look, light))
        peers = (picture(scene, method(scene, case.look, light)) for method in (without_visibility, diffuse_alone))
        ours_db, bare_db, diffuse_db = (psnr(image, reference, inside) for image in (ours, *peers))
        rows.append(
            {
                "shape": case.shape,
                "light": case.light,
                "look": case.look.name,
                "bounces": case.bounces,
                "psnr": ours_db,
                "psnr_without_visibility": bare_db,
                "psnr_diffuse_alone": diffuse_db,
            }
        )
        difference = 0.5 + 2.0 * (encode(ours) - encode(reference))
        difference[~inside] = 0.5
        columns[case] = np.concatenate((encode(reference), encode(ours), difference.clip(0.0, 1.0)))
    settings = {"size": SIZE, "samples": samples, "directions": DIRECTIONS}
    return settings | {"date": datetime.date.today().isoformat(), "rows": rows}, columns


def tables(result: dict) -> str:
    """Markdown: a summary, then every case."""
    direct = [row for row in result["rows"] if not row["bounces"]]
    bounced = [row for row in result["rows"] if row["bounces"]]
    above = sum(row["psnr"] >= WANTED for row in direct)
    lines = [
        f"Measured {result['date']}: {result['size']} pixels, {result['samples']} samples of Cycles, "
        f"{result['directions']} directions of visibility. "
        f"With direct light {above} of {len(direct)} pictures reach {WANTED:.0f} dB.",
        "",
        "| PSNR in dB | lowest | mean | lowest, all bounces | mean, all bounces |",
        "| --- | --- | --- | --- | --- |",
    ]
    methods = {
        "Galatea": "psnr",
        "without visibility": "psnr_without_visibility",
        "diffuse part alone, without visibility": "psnr_diffuse_alone",
    }
    for name, key in methods.items():
        cells = (f"{f([row[key] for row in rows]):.1f}" for rows in (direct, bounced) for f in (min, np.mean))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "Every case; in brackets without visibility:",
        "",
        "| shape | light | " + " | ".join(look.name for look in LOOKS) + " |",
        "| --- " * (2 + len(LOOKS)) + "|",
    ]
    groups: dict[tuple[str, str, bool], list[dict]] = {}
    for row in sorted(result["rows"], key=lambda row: list(SHAPES).index(row["shape"])):
        groups.setdefault((row["shape"], row["light"], row["bounces"]), []).append(row)
    for (shape, light, bounces), rows in groups.items():
        cells = (f"{row['psnr']:.1f} ({row['psnr_without_visibility']:.1f})" for row in rows)
        lines.append(f"| {shape} | {light}{', all bounces' if bounces else ''} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def sheet(columns: dict[Case, np.ndarray], only_light: str | None = None) -> Image.Image:
    """For each shape and light three rows (Cycles, ours, twice their difference on grey), the looks in columns."""
    rows: dict[tuple[str, str], list[np.ndarray]] = {}
    for case, column in columns.items():
        if not case.bounces and only_light in (None, case.light):
            rows.setdefault((case.shape, case.light), []).append(column)
    values = np.concatenate([np.concatenate(row, axis=1) for row in rows.values()])
    image = Image.fromarray((255.0 * values + 0.5).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for number in range(3 * len(rows)):
        draw.text((3, SIZE * number + 2), ("Cycles", "Galatea", "difference x 2")[number % 3], fill=(200, 200, 200))
    return image


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.shading", description="Our shading beside Cycles.")
    parser.add_argument("--quick", action="store_true", help="one shape under one light")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="of Cycles, for each pixel")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="Cycles, ours and their difference")
    parser.add_argument("--picture-light", metavar="NAME", help="only this light in the picture")
    parser.add_argument("--json", type=Path, metavar="FILE", help="figures as JSON")
    parser.add_argument("--document", type=Path, metavar="FILE", help="put the tables between a document's marks")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep Cycles' pictures here and use them again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        result, columns = run(cases(options.quick), options.samples, folder)
    text = tables(result)
    print(text)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))
    if options.document:
        document.put(options.document, text)
    if options.picture:
        sheet(columns, options.picture_light).save(options.picture, quality=92)


if __name__ == "__main__":
    main()
