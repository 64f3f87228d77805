# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our bake beside Blender's own: ``python -m galatea.benchmarks.bake``.

A known texture is baked onto shapes with seams. The score is the step of color at the seams over that beside them (1:
invisible, see ``backend/texturing/quality.py``), at full size and at a quarter of it, as renderers read it from a
distance. Beside ours stand: Cycles' bake of positions with its margin across faces, from which the same texture is
computed; ours with nothing but the nearest texel around the charts; and ours without any gutter.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from ..backend.shading.pbr import Material
from ..backend.texturing import bake, maps, quality
from ..backend.texturing import mesh as texture_mesh
from ..backend.texturing.mesh import TextureMesh
from ..backend.uv.unwrap import unwrap
from .rig.animals import load_animal

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
CHILD = Path(__file__).with_name("bake_blender.py")
WAVES = 9.0
"""Radians per unit: about three waves across the box."""


def waves(position: torch.Tensor, normal: torch.Tensor) -> Material:
    albedo = 0.5 + 0.4 * torch.sin(WAVES * position + torch.tensor([0.0, 1.0, 2.0]))
    half = torch.full((len(position),), 0.5)
    return Material(albedo, half, half, normal)


def torus(rings: int = 64) -> TextureMesh:
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 2 * rings + 1), np.linspace(0, 2 * np.pi, rings + 1), indexing="ij")
    outward = np.stack([np.cos(v) * np.cos(u), np.cos(v) * np.sin(u), np.sin(v)], -1)
    points = (np.stack([np.cos(u), np.sin(u), np.zeros_like(u)], -1) + 0.4 * outward) / 1.4
    number = (np.arange(2 * rings)[:, None] * rings + np.arange(rings)[None]).astype(int)
    number = np.pad(number, ((0, 1), (0, 1)), mode="wrap")
    corners = np.stack([number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], -1).reshape(-1, 4)
    triangles = corners[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3)
    points, outward = points[:-1, :-1].reshape(-1, 3), outward[:-1, :-1].reshape(-1, 3)
    return texture_mesh.single(points, triangles, outward[triangles], unwrap(points, triangles, 1024)[0])


def animal(name: str) -> TextureMesh:
    mesh = load_animal(EXAMPLES / f"{name}.glb")
    points = mesh.vertices - (mesh.vertices.min(0) + mesh.vertices.max(0)) / 2
    points = points / np.abs(points).max()
    a, b, c = points[mesh.triangles].swapaxes(0, 1)
    normals = np.cross(b - a, c - a)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    corner_uv, _ = unwrap(points, mesh.triangles, 1024)
    return texture_mesh.single(points, mesh.triangles, np.repeat(normals[:, None], 3, axis=1), corner_uv)


def blender(mesh: TextureMesh, size: int) -> tuple[np.ndarray, float]:
    """Colors (H, W, 3), display-encoded, from Cycles' bake of positions, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        texture_mesh.save(mesh, Path(folder) / "mesh.npz")
        command = [sys.executable, "-I", str(CHILD), folder, str(size)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
        position = np.load(Path(folder) / "position.npy").reshape(-1, 3)
        seconds = json.loads((Path(folder) / "seconds.json").read_text())
    flat = torch.from_numpy(position)
    return maps.encode(waves(flat, flat).albedo.numpy()).reshape(size, size, 3), seconds


def ratios(mesh: TextureMesh, picture: np.ndarray) -> dict[str, float]:
    size = picture.shape[0] // 4
    small = picture.reshape(size, 4, size, 4, 3).mean((1, 3))
    return {
        "full": round(quality.seam_ratio(mesh, {(0, 1001): picture}), 3),
        "quarter": round(quality.seam_ratio(mesh, {(0, 1001): small}), 3),
    }


def measure(name: str, mesh: TextureMesh, size: int) -> dict:
    frames = bake.tangent_frames(mesh)
    start, cpu = time.perf_counter(), time.process_time()
    one = bake.bake_tile(mesh, frames, 0, 1001, waves, size)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    color = one.maps.base_color
    values = np.concatenate([color, np.zeros((size, size, 5), np.float32)], axis=2)
    theirs, their_seconds = blender(mesh, size)
    return {
        "shape": name, "faces": len(mesh.triangles), "size": size,
        "ours": ratios(mesh, color), "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2),
        "cycles": ratios(mesh, theirs), "cycles_seconds": round(their_seconds, 2),
        "nearest_only": ratios(mesh, bake.spread(values, one.covered)[..., :3]),
        "no_gutter": ratios(mesh, np.where(one.covered[..., None], color, 0.0).astype(np.float32)),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1024, help="texels across")
    size = parser.parse_args().size
    shapes = {"torus": torus, "horse": lambda: animal("horse"), "stag": lambda: animal("stag")}
    rows = [measure(name, make(), size) for name, make in shapes.items()]
    print(json.dumps(rows, indent=1))
    print("\n| shape | ours, full / quarter | Cycles | nearest texel only | no gutter | our s (CPU) | Cycles s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        scores = (row[key] for key in ("ours", "cycles", "nearest_only", "no_gutter"))
        cells = [row["shape"], *(f"{score['full']} / {score['quarter']}" for score in scores)]
        cells += [f"{row['seconds']} ({row['cpu_seconds']})", str(row["cycles_seconds"])]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
