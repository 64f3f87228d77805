# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a child Blender rendered of each frame (``addon/scene_passes.py``), as arrays.

Pictures are padded with background to multiples of what the networks need, never stretched; :meth:`Shot.crop` undoes
it.
"""

from __future__ import annotations

import dataclasses
import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..job import Job, JobError
from . import exr

SCRIPT = Path(__file__).parents[2] / "addon" / "scene_passes.py"
EXPOSURE = 0.27
"""Mean linear brightness of the rough gray light picture on surfaces, about that of the training pictures."""
UNLIT = 1e-6
"""Mean linear brightness of it up to which there is no light."""
REACH = 0.1
"""Disparity of the farthest point in a depth control, the nearest has 1."""
INFINITE = 1e9
"""Depth from which on nothing is hit: Blender writes 1e10."""


@dataclasses.dataclass(frozen=True)
class Size:
    """Pixels of a shot's pictures."""

    width: int
    height: int
    multiple: int
    """Of which the networks need both sides."""
    oversampling: int
    """Samples of the geometry along a side of a pixel."""

    @property
    def padded(self) -> tuple[int, int]:
        """Height and width."""
        return tuple(-(-side // self.multiple) * self.multiple for side in (self.height, self.width))


@dataclasses.dataclass(frozen=True)
class Geometry:
    """Exact geometry of one frame at (h, w) samples, padded; background has ``surface`` 0."""

    surface: np.ndarray
    """(h, w) int64: object index, 0 for none."""
    instance: np.ndarray
    """(h, w) uint32: tells instances of an object apart, the same in all frames."""
    place: np.ndarray
    """(h, w, 3) float32: position on the undeformed object, in its own space."""
    depth: np.ndarray
    """(h, w) float32, infinite in the background."""


@dataclasses.dataclass(frozen=True)
class Shot:
    """The frames that are painted, in a folder that the child has filled."""

    folder: Path
    frames: tuple[int, ...]
    size: Size
    names: dict[int, str]
    """Objects by index."""
    left_out: tuple[str, ...]
    """Objects without a surface to paint on: hair, volumes, point clouds."""
    fps: float
    painted: frozenset[int]
    """Indices of the objects that are painted; the others are shown in gray."""
    layers: Mapping[int, str]
    """UV layers of the painted meshes that have some, by the objects' indices."""

    def geometry(self, frame: int) -> Geometry:
        """Of one frame."""
        with np.load(self._path(frame), allow_pickle=False) as stored:
            parts = {name: self._padded(stored[name]) for name in ("surface", "instance", "place")}
            return Geometry(**parts, depth=self._padded(stored["depth"], np.inf))

    def light(self, frame: int) -> np.ndarray:
        """(H, W, 3) float32, linear and premultiplied: brightness of rough, half rough and mirror surfaces."""
        with np.load(self._path(frame), allow_pickle=False) as stored:
            return self._padded(stored["light"])

    def backdrop(self, frame: int) -> np.ndarray:
        """(H, W, 4) float32, linear and premultiplied: the scene with its own materials, without what is painted."""
        with np.load(self._path(frame), allow_pickle=False) as stored:
            return self._padded(stored["backdrop"].astype(np.float32))

    def _path(self, frame: int) -> Path:
        return path(self.folder, frame)

    def is_painted(self, geometry: Geometry) -> np.ndarray:
        """(h, w) bool."""
        return np.isin(geometry.surface, list(self.painted))

    def crop(self, picture: np.ndarray) -> np.ndarray:
        """A padded picture (H, W, ...) without its border."""
        top, left = self._border()
        return picture[top : top + self.size.height, left : left + self.size.width]

    def _border(self) -> tuple[int, int]:
        height, width = self.size.padded
        return (height - self.size.height) // 2, (width - self.size.width) // 2

    def _padded(self, plane: np.ndarray, value: float = 0.0) -> np.ndarray:
        factor = plane.shape[0] // self.size.height
        (top, left), (height, width) = self._border(), self.size.padded
        bottom, right = height - self.size.height - top, width - self.size.width - left
        sides = ((top * factor, bottom * factor), (left * factor, right * factor))
        return np.pad(plane, sides + ((0, 0),) * (plane.ndim - 2), constant_values=value)


def anchors(frames: Sequence[int], count: int = 4) -> tuple[int, ...]:
    """Up to ``count`` frames spread over the shot. What must be the same in all frames is taken from these alone,
    so that a preview of some frames shows just what the whole shot will show."""
    count = min(count, len(frames))
    return tuple(dict.fromkeys(frames[round(index * (len(frames) - 1) / max(count - 1, 1))] for index in range(count)))


def path(folder: Path, frame: int) -> Path:
    """Where the arrays of a frame are kept."""
    return folder / f"frame-{frame:04d}.npz"


def store(file: Path, **arrays: np.ndarray) -> None:
    """Arrays as a file (.npz) that is there as a whole or not at all, also while others write the same."""
    partial = file.with_name(f"{file.stem}.{secrets.token_hex(4)}.part.npz")
    np.savez(partial, **arrays)
    partial.replace(file)


def take(folder: Path, frame: int, light: bool, backdrop: bool = False, keep: bool = False) -> None:
    """Keep of a frame's OpenEXR files what is needed, in a form that is read fast.

    Args:
        backdrop: whether there is one.
        keep: leave these files, for who wants more of them.
    """
    source = folder / f"geometry-{frame:04d}.exr"
    lights = [folder / f"light-{frame:04d}-{kind}.exr" for kind in range(3)] if light else []
    passes = exr.read(source)
    hit = passes["Depth"] < INFINITE
    arrays = {
        "surface": np.where(hit, np.rint(passes["Object Index"]).astype(np.int64), 0),
        "instance": np.where(hit, np.ascontiguousarray(passes["galatea_instance"]).view(np.uint32), 0),
        "place": np.nan_to_num(passes["galatea_rest"][..., :3]),
        "depth": np.where(hit, passes["Depth"], np.inf),
    }
    if light:
        planes = [exr.read(one)["Combined"][..., :3].mean(-1) for one in lights]
        arrays["light"] = np.nan_to_num(np.stack(planes, axis=-1))
    if backdrop:
        lights.append(folder / f"backdrop-{frame:04d}.exr")
        arrays["backdrop"] = np.nan_to_num(exr.read(lights[-1])["Combined"]).astype(np.float16)
    store(path(folder, frame), **arrays)
    if not keep:
        for one in (source, *lights):
            one.unlink()


def render(
    job: Job,
    blender: Sequence[str],
    scene: Path,
    folder: Path,
    frames: Sequence[int],
    size: Size,
    light: int,
    begin: float,
    end: float,
    beauty: int = 0,
    backdrop: int = 0,
    painted: Sequence[str] = (),
) -> dict:
    """Let a child Blender render the passes of these frames; those that are there already are kept.

    Returns what is in the scene. Raises JobError in the artist's words.

    Args:
        light: samples of the light pictures, 0 for none.
        begin, end: the part of the job's progress that this is.
        beauty: samples of the scene's own look, 0 for none; with it Blender's files are kept.
        backdrop: samples of the same without the objects that are painted, 0 for none.
        painted: names of these objects, all if empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [frame for frame in frames if not path(folder, frame).is_file()]
    if not missing:
        return json.loads((folder / "scene.json").read_text(encoding="utf-8"))
    (folder / "problem.json").unlink(missing_ok=True)
    task = {
        "scene": str(scene), "output": str(folder), "frames": missing, "width": size.width, "height": size.height,
        "oversampling": size.oversampling, "light": light, "beauty": beauty,
        "backdrop": backdrop, "painted": list(painted),
    }  # fmt: skip
    (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
    last = []

    def hear(line: str) -> None:
        if line.startswith("galatea-frame "):
            done = int(line.split()[1])
            take(folder, missing[done - 1], bool(light), bool(backdrop), keep=bool(beauty))
            job.progress("Rendering the geometry", begin + (end - begin) * done / len(missing))
        elif line.strip() and not line.startswith(("Fra:", "Saved:", "Time:")):
            last.append(line)

    status = job.run_child([*blender, str(SCRIPT), "--", str(folder / "task.json")], on_line=hear)
    if (folder / "problem.json").is_file():
        problem = json.loads((folder / "problem.json").read_text(encoding="utf-8"))
        raise JobError("bad_input", problem["message"], problem["hint"])
    if status != 0:
        if any("No space left" in line for line in last):
            raise JobError("disk_full", "The disk is full.", "Free some space, then resume this job.")
        job.log("\n".join(last[-20:]), "error")
        raise JobError(
            "blender", f"Blender could not render the scene's geometry: {last[-1] if last else 'it ended early'}.",
            "See whether F12 renders the scene with Cycles, then try again.",
        )  # fmt: skip
    return json.loads((folder / "scene.json").read_text(encoding="utf-8"))


def shot(folder: Path, frames: Sequence[int], size: Size, facts: dict, wanted: Sequence[str]) -> Shot:
    """The frames of a filled folder. ``wanted``: names of the objects that are painted, all if empty."""
    names = {int(index): name for index, name in facts["objects"].items()}
    painted = frozenset(index for index, name in names.items() if not wanted or name in wanted)
    layers = {int(index): name for index, name in facts.get("meshes", {}).items()}
    return Shot(folder, tuple(frames), size, names, tuple(facts["left_out"]), facts["fps"], painted, layers)


@dataclasses.dataclass(frozen=True)
class Look:
    """Numbers that all frames of a shot share, from its anchors."""

    exposure: float
    """Factor on the light pictures."""
    nearest: float
    farthest: float
    """Depths of painted surfaces."""


def look(shot: Shot, chosen: Sequence[int], light: bool) -> Look:
    """From these frames. Raises JobError where no painted surface is seen in any, or no light falls on them."""
    brightness, nearest, farthest = [], np.inf, 0.0
    for frame in chosen:
        geometry = shot.geometry(frame)
        depth = geometry.depth[shot.is_painted(geometry)]
        if not len(depth):
            continue
        nearest, farthest = min(nearest, float(depth.min())), max(farthest, float(depth.max()))
        if light:
            share = pooled(shot.is_painted(geometry), shot.size.oversampling)
            brightness.append(shot.light(frame)[..., 0][share > 0.5])
    if not farthest:
        raise JobError(
            "bad_input", "The camera sees none of the objects that are to be painted.",
            "Point it at them, select others, or choose other frames.",
        )  # fmt: skip
    mean = float(np.concatenate(brightness).mean()) if light else 0.0
    if light and mean <= UNLIT:
        raise JobError(
            "bad_input", "No lamp and no sky lights the objects that are to be painted.",
            "Turn one up that reaches them: materials that glow do not count. Without any, Galatea adds daylight.",
        )  # fmt: skip
    # What is small has no pixel of its own, and no mean.
    return Look(EXPOSURE / mean if mean > UNLIT else 1.0, nearest, farthest)


def pooled(plane: np.ndarray, factor: int) -> np.ndarray:
    """Means (h / factor, w / factor, ...) float32 of blocks."""
    height, width = plane.shape[:2]
    blocks = plane.reshape(height // factor, factor, width // factor, factor, *plane.shape[2:])
    return blocks.mean(axis=(1, 3), dtype=np.float32)


def encode(linear: np.ndarray) -> np.ndarray:
    """Linear Rec.709 to display-encoded sRGB, float32 within [0, 1]."""
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    ).astype(np.float32)


def decode(encoded: np.ndarray) -> np.ndarray:
    """The inverse of :func:`encode`."""
    encoded = np.clip(encoded, 0.0, 1.0)
    return np.where(
        encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 2.4
    ).astype(np.float32)


def light_control(shot: Shot, frame: int, look: Look) -> np.ndarray:
    """(H, W, 3) control picture for the light ControlNet: display-encoded, 0 where nothing is painted."""
    share = pooled(shot.is_painted(shot.geometry(frame)), shot.size.oversampling)
    return encode(shot.light(frame) * look.exposure) * share[..., None]


def depth_control(shot: Shot, frame: int, look: Look) -> np.ndarray:
    """(H, W, 3) control picture for a depth ControlNet: disparity over the range of the whole shot, near is white."""
    geometry = shot.geometry(frame)
    near, far = 1 / look.nearest, 1 / look.farthest
    value = REACH + (1 - REACH) * (1 / geometry.depth - far) / max(near - far, 1e-9)
    value = np.where(shot.is_painted(geometry), np.clip(value, REACH, 1.0), 0.0)
    return np.repeat(pooled(value, shot.size.oversampling)[..., None], 3, axis=-1)
