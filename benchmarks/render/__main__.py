# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render beside painting each frame alone: ``python -m galatea.benchmarks.render DIR``; the options are in ``--help``.

Both have the same weights, prompt, seeds, steps, light and way of putting pictures together. Needs Blender as a module.
Progress goes to stderr, tables to stdout; DIR keeps the frames, and what is there already is not made again.

Rows are means over seeds: noise that sticks is as white in each frame as any other, so of one seed the gradients of the
two ways differ by chance alone, by up to a half.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ...backend.capabilities import render as capability
from ...backend.capabilities.render import RenderParams
from ...backend.diffusion import pipelines
from ...backend.job import Job
from ...backend.rendering import engines, exr, passes, pictures
from ...backend.rendering.cells import scale
from .. import document
from . import lookups, scores

PROMPTS = {
    "turntable": "a mossy stone", "bounce": "a rusty iron ball", "walk": "a wolf of red marble",
    "crowd": "a blue wooden toy",
}  # fmt: skip
FLOOR = "Floor"
SIZE = 256
BEAUTY = 24
ALONE = {"noise": "fixed", "keyframes": 0, "stick": 0.0, "match_background": False}
"""What makes each frame for itself: the same noise on the screen, as everybody does who renders frames one by one."""
VARIANTS = {"Render, with keyframes": {"keyframes": 3}, "Render, refined": {"refine": True}}
SCRIPT = Path(__file__).with_name("scenes.py")
BLENDER = (sys.executable, "-I")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.render", description="Render beside painting each frame alone.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="for scenes and frames")
    parser.add_argument("--scene", choices=PROMPTS, action="append", help="only this one; may be repeated")
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--size", type=int, default=SIZE, help="pixels")
    parser.add_argument("--steps", type=int, default=0, help="denoising steps; 0 for the default")
    parser.add_argument("--seeds", type=int, default=3, help="of which the rows are means")
    parser.add_argument("--variants", action="store_true", help="also with keyframes, and refined by T-DASS")
    document.add_options(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    result = {"frames": options.frames, "size": options.size, "steps": options.steps or engines.STARTER_STEPS}
    result |= {"seeds": options.seeds, "processors": os.cpu_count(), "scenes": {}, "noise": {}}
    for name in options.scene or PROMPTS:
        rows, ways = measure(name, options.folder / name, options)
        result["scenes"][name], result["noise"][name] = rows, ways
    document.publish(result, markdown(result), options)


def measure(name: str, folder: Path, options: argparse.Namespace) -> tuple[dict, dict]:
    """All rows of one scene, and of its noise."""
    frames, size, steps = options.frames, options.size, options.steps
    folder.mkdir(parents=True, exist_ok=True)
    blend = folder / "scene.blend"
    if not blend.is_file():
        subprocess.run([*BLENDER, SCRIPT, "--", name, str(frames), str(blend)], check=True, stdout=subprocess.DEVNULL)
    common = RenderParams(
        prompt=PROMPTS[name], frame_end=frames, size=size, width=size, height=size, steps=steps, blender=BLENDER
    )
    engine = engines.engine_of(common)
    wanted, factor = capability._size(common, engine), engine.factor
    numbers = list(range(1, frames + 1))
    facts = passes.render(
        job_at(folder), BLENDER, blend, folder / "truth", numbers, wanted, capability.LIGHT_SAMPLES, 0.0, 1.0, BEAUTY
    )
    objects = tuple(name for name in facts["objects"].values() if name != FLOOR)
    shot = passes.shot(folder / "truth", numbers, wanted, facts, objects)
    views = [view(shot, frame) for frame in numbers]
    rows = {"truth": scores.scores(truth(shot, numbers), views)}
    rows["truth through the autoencoder"] = scores.scores(through_autoencoder(truth(shot, numbers)), views)
    ways = {"each frame alone": ALONE, "Render": {}} | (VARIANTS if options.variants else {})
    for title, changes in ways.items():
        found = []
        for seed in range(options.seeds):
            params = RenderParams(**vars(common) | {"objects": objects, "seed": seed} | changes)
            job = job_at(folder_of(folder, title, seed))
            spent = run(params, job, blend, folder / "truth")
            painted = [shot.crop(engines.Pictures(job.folder / "work")(number)) for number in range(frames)]
            finished = [picture(job.outputs / "frames" / f"{frame:04d}.png") for frame in numbers]
            found.append((scores.scores(np.stack(painted), views), scores.scores(np.stack(finished), views) | spent))
        if changes is not ALONE:
            rows[f"{title}, before surfaces are gathered"] = mean([before for before, _ in found])
        rows[title] = mean([after for _, after in found])
    pictures.sheet(
        [
            folder_of(folder, title, 0) / "out" / "frames" / f"{frame:04d}.png"
            for title in ("each frame alone", "Render")
            for frame in passes.anchors(numbers, 6)
        ]
    ).save(folder / "sheet.png")
    print(f"{name}: {json.dumps(rows)}", file=sys.stderr, flush=True)
    return rows, lookups.rows(shot, scale(shot, passes.anchors(numbers)), factor)


def folder_of(folder: Path, title: str, seed: int) -> Path:
    """Where the job of a way and a seed is."""
    return folder / f"{title.lower().replace(', ', '-').replace(' ', '-')}-{seed}"


def mean(rows: list[dict[str, float]]) -> dict[str, float]:
    """Of each score."""
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


def job_at(folder: Path) -> Job:
    """One that says on stderr where it stands."""
    (folder / "in").mkdir(parents=True, exist_ok=True)
    said = set()

    def send(message) -> None:
        stage = getattr(message, "stage", "")
        if stage and stage not in said:
            said.add(stage)
            print(f"{folder.name}: {stage}", file=sys.stderr, flush=True)

    return Job(folder, send)


def run(params: RenderParams, job: Job, blend: Path, shared: Path) -> dict[str, float]:
    """Run the capability on passes that are rendered already; returns the seconds that painting took, on the clock and
    of processors."""
    (job.inputs / "scene.blend").write_bytes(blend.read_bytes())
    capability._prepare_work(params, job)
    work = job.folder / "work"
    for source in (shared / "scene.json", *shared.glob("frame-*.npz"), *shared.glob("mesh-*.npz")):
        if not (work / source.name).exists():
            os.link(source, work / source.name)
    timed = job.folder / "seconds.json"
    begin, spent = time.perf_counter(), time.process_time() + children_seconds()
    capability.render(params, job)
    if not timed.is_file():  # later runs pass over what is there
        spent = time.process_time() + children_seconds() - spent
        timed.write_text(json.dumps({"seconds": time.perf_counter() - begin, "processor": spent}))
    return json.loads(timed.read_text())


def children_seconds() -> float:
    """Of processors, of this process's children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def picture(path: Path) -> np.ndarray:
    """(H, W, 3) float32."""
    return np.asarray(Image.open(path).convert("RGB"), np.float32) / 255


def view(shot: passes.Shot, frame: int) -> scores.View:
    """Geometry at the middle of the pixels: the first of each block of samples is near enough."""
    factor = shot.size.oversampling
    geometry = shot.geometry(frame)
    mine = shot.is_painted(geometry)
    vector = exr.read(shot.folder / f"geometry-{frame:04d}.exr")["Vector"][..., :2]

    def thinned(plane: np.ndarray) -> np.ndarray:
        return shot.crop(plane[::factor, ::factor])

    number = np.where(mine, geometry.surface * 2**32 + geometry.instance, 0)
    back = np.stack((vector[..., 0], -vector[..., 1]), axis=-1)[::factor, ::factor] / factor
    return scores.View(thinned(number), thinned(geometry.place), thinned(geometry.depth), back)


def truth(shot: passes.Shot, numbers: list[int]) -> np.ndarray:
    """(F, H, W, 3): the scene with its own materials before gray."""
    found = []
    for frame in numbers:
        combined = exr.read(shot.folder / f"light-{frame:04d}-3.exr")["Combined"]
        behind = passes.decode(np.full(3, 0.5, np.float32))
        found.append(passes.encode(combined[..., :3] + (1 - combined[..., 3:]) * behind))
    return np.stack(found)


def through_autoencoder(frames: np.ndarray) -> np.ndarray:
    """Encoded and decoded again, each frame for itself."""
    device = torch.device("cpu")
    pipeline = pipelines.load_text_to_image(pipelines.STARTER, device)
    found = []
    with torch.no_grad():
        for frame in torch.from_numpy(frames).permute(0, 3, 1, 2).split(4):
            latents = pipeline.vae.encode(2 * frame - 1).latents
            found.append((pipeline.vae.decode(latents).sample / 2 + 0.5).clamp(0, 1))
    return torch.cat(found).permute(0, 2, 3, 1).numpy()


COLUMNS = {"warp": "warp error", "gradient": "gradient energy", "flicker": "flicker", "edges": "depth edges found"}


def markdown(result: dict) -> str:
    """A table for each scene, and what is left of the errors of painting each frame alone."""
    parts = [
        f"{result['frames']} frames of {result['size']} pixels, {result['steps']} steps, {result['processors']} "
        f"processors shared with others, means over {result['seeds']} seeds; processor seconds without geometry and "
        "light. Warp error: over the variance within objects. Gradient energy in thousandths, flicker in thousandths."
    ]
    for name, rows in result["scenes"].items():
        lines = [f"| {name} | {' | '.join(COLUMNS.values())} | processor seconds |"]
        lines += ["| --- | ---: | ---: | ---: | ---: | ---: |"]
        for title, row in rows.items():
            cells = [f"{row['warp']:.3f}", f"{1000 * row['gradient']:.2f}", f"{1000 * row['flicker']:.2f}"]
            cells += [f"{row['edges']:.2f}", f"{row['processor']:.0f}" if "processor" in row else ""]
            lines.append(f"| {title} | {' | '.join(cells)} |")
        alone, ours, floor = rows["each frame alone"], rows["Render"], rows["truth"]
        above = (ours["warp"] - floor["warp"]) / max(alone["warp"] - floor["warp"], 1e-9)
        parts += [
            "\n".join(lines),
            f"Of each frame alone: warp error above the floor {above:.2f}, gradient energy "
            f"{ours['gradient'] / alone['gradient']:.2f}, flicker {ours['flicker'] / alone['flicker']:.2f}.",
        ]
    parts += ["Noise, mean of the shots (correlation of neighbors within a frame, and with the next frame):"]
    lines = ["| noise | variance | neighbors | used twice | next frame |", "| --- | ---: | ---: | ---: | ---: |"]
    shots = list(result["noise"].values())
    for way in shots[0]:
        means = [np.mean([shot[way][name] for shot in shots]) for name in shots[0][way]]
        lines.append(f"| {way} | {' | '.join(f'{mean:.2f}' for mean in means)} |")
    return "\n\n".join([*parts, "\n".join(lines)]) + "\n"


if __name__ == "__main__":
    main()
