# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of pictures with cameras: ``transforms.json``, COLMAP's text files, or ``cameras.npz``.

- ``transforms.json``: NeRF's convention, whose cameras are Blender's. Intrinsics (``camera_angle_x`` in radians, or
  ``fl_x``, ``fl_y``, ``cx``, ``cy`` in pixels) stand for all frames or in each.
- ``cameras.txt`` and ``images.txt`` in the folder, in ``sparse/`` or in ``sparse/0/``: without distortion.
- ``cameras.npz``: ``names`` (N,), ``camera_to_world`` (N, 4, 4) in Blender's convention, ``fx``, ``fy``, ``cx``, ``cy``
  (N,) in pixels.

Pictures lie beside these files or in ``images/``. Masks are the pictures' alpha, or ``masks/<name>.png``. Normals, if
somebody made any, are ``normals/<name>.png``: to the right, up and to the camera as red, green and blue from -1 to 1.
"""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import torch

from ..job import JobError
from ..pictures.files import loaded
from ..raster.camera import Camera
from . import scene
from .views import View

FEWEST = 3
"""Views; fewer say nothing about a shape."""
ENDINGS = ("", ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".PNG", ".JPG")
SAMPLE_CAMERAS = (
    "Put a transforms.json, COLMAP's cameras.txt and images.txt, or a cameras.npz beside the pictures (see "
    "docs/reconstruction.md)."
)
RIGID = 1e-2
"""Error of a rotation that is still taken for rounding in a text file."""
SHORT = 0.5
"""Length below which a color is no direction: black, or the gray of an empty background."""
BLANK = 2.0 / 255.0
"""A picture whose brightness varies less than this shows nothing."""
COLMAP_MODELS = {"SIMPLE_PINHOLE": 3, "PINHOLE": 4, "SIMPLE_RADIAL": 4, "RADIAL": 5, "OPENCV": 8}
"""Number of parameters. What follows the intrinsics is distortion, which must be zero."""


@dataclasses.dataclass(frozen=True)
class Frame:
    """A picture's name and camera as the file of cameras tells them; None where the picture itself must tell."""

    name: str
    camera_to_world: np.ndarray
    """(4, 4)"""
    fx: float | None
    fy: float | None
    cx: float | None
    cy: float | None
    width: int | None
    height: int | None
    angle: float | None = None
    """Radians across the picture's width, instead of fx."""
    lens: scene.Lens | None = None
    """Of a camera in the artist's scene, instead of fx, fy, cx and cy."""


def read_views(folder: Path, scene_cameras: Path | None = None) -> list[View]:
    """All views of a folder, with masks where the pictures have any. Raises JobError in the artist's words.

    ``scene_cameras`` is a file of cameras for these pictures, see :mod:`.scene`; without it the folder has its own.
    """
    frames = read_cameras(folder) if scene_cameras is None else _from_scene(scene_cameras)
    if len(frames) < FEWEST:
        raise JobError(
            "bad_input",
            f"There are {len(frames)} pictures with cameras, a shape needs {FEWEST} or more.",
            "Take pictures from all around the object: 16 are good.",
        )
    views = [_read_view(folder, frame) for frame in frames]
    with_mask = [view for view in views if view.mask is not None]
    if with_mask and len(with_mask) < len(views):
        missing = next(view.name for view in views if view.mask is None)
        raise JobError(
            "bad_input",
            f"{missing} has no transparent background, but other pictures have.",
            "Cut out the object in all pictures, or in none: then its outline is found.",
        )
    positions = torch.stack([view.camera.position for view in views])
    if float((positions - positions[0]).norm(dim=1).max()) <= 1e-6 * (1.0 + float(positions.abs().max())):
        raise JobError(
            "bad_input",
            "All cameras stand in the same place, so the pictures do not tell how far away anything is.",
            "Move the camera around the object, and check the cameras' file.",
        )
    return views


def read_cameras(folder: Path) -> list[Frame]:
    """The frames of whichever file of cameras the folder has."""
    if not folder.is_dir():
        raise JobError("bad_input", f"There is no folder {folder}.", "Choose the folder that holds the pictures.")
    try:
        if (folder / "transforms.json").is_file():
            return _from_transforms(folder / "transforms.json")
        if (folder / "cameras.npz").is_file():
            return _from_npz(folder / "cameras.npz")
        for place in (folder, folder / "sparse", folder / "sparse" / "0"):
            if (place / "images.txt").is_file() and (place / "cameras.txt").is_file():
                return _from_colmap(place)
    except (KeyError, ValueError, TypeError, IndexError, OSError) as error:
        raise JobError(
            "bad_input", f"The cameras in {folder} cannot be read: {_reason(error)}.", SAMPLE_CAMERAS
        ) from error
    if any((folder / place / "cameras.bin").is_file() for place in ("", "sparse", "sparse/0")):
        raise JobError(
            "bad_input", f"The cameras in {folder.name} are COLMAP's binary files.",
            "Export the model as text: colmap model_converter --output_type TXT.",
        )  # fmt: skip
    raise JobError("bad_input", f"{folder.name} holds no cameras.", SAMPLE_CAMERAS)


def _reason(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _from_transforms(path: Path) -> list[Frame]:
    data = json.loads(path.read_text(encoding="utf-8"))

    def number(frame: dict, name: str) -> float | None:
        value = frame.get(name, data.get(name))
        return None if value is None else float(value)

    frames = []
    for frame in data["frames"]:
        fx, angle = number(frame, "fl_x"), number(frame, "camera_angle_x")
        if fx is None and angle is None:
            raise ValueError("neither camera_angle_x nor fl_x says how wide the pictures are")
        if any(number(frame, name) for name in ("k1", "k2", "p1", "p2")):
            raise ValueError("the lens distorts (k1, k2, p1, p2); undistort the pictures first")
        width, height = number(frame, "w"), number(frame, "h")
        frames.append(
            Frame(
                str(frame["file_path"]),
                _matrix(frame["transform_matrix"], frame["file_path"]),
                fx,
                number(frame, "fl_y") or fx,
                number(frame, "cx"),
                number(frame, "cy"),
                None if width is None else round(width),
                None if height is None else round(height),
                angle,
            )
        )
    return frames


def _from_scene(path: Path) -> list[Frame]:
    try:
        return [
            Frame(picture, _matrix(matrix, picture), None, None, None, None, None, None, lens=lens)
            for picture, matrix, lens in scene.read(path)
        ]
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise JobError(
            "bad_input", f"The cameras of the scene cannot be used: {_reason(error)}.",
            "Use perspective cameras without negative scale.",
        ) from error  # fmt: skip


def _from_npz(path: Path) -> list[Frame]:
    with np.load(path, allow_pickle=False) as data:
        arrays = [data[name] for name in ("names", "camera_to_world", "fx", "fy", "cx", "cy")]
    if len({len(array) for array in arrays}) != 1:
        raise ValueError("its arrays have different lengths")
    return [
        Frame(str(name), _matrix(matrix, name), float(fx), float(fy), float(cx), float(cy), None, None)
        for name, matrix, fx, fy, cx, cy in zip(*arrays, strict=True)
    ]


def _from_colmap(folder: Path) -> list[Frame]:
    """COLMAP's cameras look along +Z with +Y down, and its poses are world to camera."""
    lenses = {}
    for line in _lines(folder / "cameras.txt"):
        number, model, width, height, *values = line.split()
        if len(values) != COLMAP_MODELS.get(model):
            raise ValueError(f"camera {number} is of the unsupported kind {model}; undistort the pictures first")
        values = [float(value) for value in values]
        if model in ("PINHOLE", "OPENCV"):
            fx, fy, cx, cy, *distortion = values
        else:
            fx, cx, cy, *distortion = values
            fy = fx
        if any(distortion):
            raise ValueError(f"the lens of camera {number} distorts; undistort the pictures first")
        lenses[number] = fx, fy, cx, cy, int(width), int(height)
    frames = []
    for line in _lines(folder / "images.txt", keep_empty=True)[::2]:  # every other line lists points
        _, w, x, y, z, *translation, camera, name = line.split(maxsplit=9)
        rotation = _rotation(*(float(value) for value in (w, x, y, z)))
        matrix = np.eye(4)
        matrix[:3, :3] = rotation.T @ np.diag((1.0, -1.0, -1.0))
        matrix[:3, 3] = -rotation.T @ np.array([float(value) for value in translation])
        if camera not in lenses:
            raise ValueError(f"{name} names the camera {camera}, which cameras.txt does not have")
        frames.append(Frame(name, _matrix(matrix, name), *lenses[camera]))
    return frames


def _lines(path: Path, keep_empty: bool = False) -> list[str]:
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    while lines and not lines[-1]:
        lines.pop()
    return lines if keep_empty else [line for line in lines if line]


def _rotation(w: float, x: float, y: float, z: float) -> np.ndarray:
    """(3, 3) of a quaternion, which need not be of unit length."""
    w, x, y, z = np.array((w, x, y, z)) / math.sqrt(w * w + x * x + y * y + z * z)
    return np.array(
        (
            (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
            (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
            (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
        )
    )


def _matrix(values: object, name: object) -> np.ndarray:
    """(4, 4) with a clean rotation; ValueError for anything that no camera can have. Its scale is dropped."""
    matrix = np.array(values, dtype=np.float64)
    if matrix.shape == (3, 4):
        matrix = np.concatenate((matrix, [[0.0, 0.0, 0.0, 1.0]]))
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
        raise ValueError(f"the camera of {name} is no 4 by 4 matrix of finite numbers")
    lengths = np.linalg.norm(matrix[:3, :3], axis=0)
    axes = matrix[:3, :3] / np.maximum(lengths, 1e-12)
    if np.abs(axes.T @ axes - np.eye(3)).max() > RIGID or np.linalg.det(axes) < 0.0:
        raise ValueError(f"the camera of {name} is sheared or mirrored")
    left, _, right = np.linalg.svd(axes)
    matrix[:3, :3] = left @ right
    return matrix


def _read_view(folder: Path, frame: Frame) -> View:
    path = _find(folder, frame.name)
    if path is None:
        raise JobError(
            "bad_input",
            f"The cameras name a picture {frame.name} that is not there.",
            "Put it beside the cameras or into a folder called images, or remove it from the cameras' file.",
        )
    colour, mask = _read_picture(path)
    height, width = colour.shape[:2]
    if frame.width is not None and (frame.width, frame.height or height) != (width, height):
        raise JobError(
            "bad_input",
            f"{path.name} has {width} x {height} pixels, but its camera is one for {frame.width} x {frame.height}.",
            "Use the pictures that the cameras were made from, or scale all of them back to that size.",
        )
    if frame.lens is not None:
        fx, cx, cy = frame.lens.intrinsics(width, height)
        frame = dataclasses.replace(frame, fx=fx, fy=fx, cx=cx, cy=cy)
    if frame.cx is not None and not (0 < frame.cx < width and 0 < (frame.cy or height / 2) < height):
        raise JobError(
            "bad_input",
            f"The camera of {path.name} has its centre outside the picture of {width} x {height} pixels.",
            "Use the pictures that the cameras were made from, or scale all of them back to that size.",
        )
    fx = frame.fx if frame.fx is not None else 0.5 * width / math.tan(0.5 * frame.angle)
    if not (math.isfinite(fx) and fx > 0.0):
        raise JobError("bad_input", f"The camera of {path.name} has no focal length above zero.", SAMPLE_CAMERAS)
    mask = _separate_mask(folder, path, (width, height)) if mask is None else mask
    if mask is not None and not (mask > 0.5).any():
        raise JobError(
            "bad_input",
            f"Nothing is to be seen in {path.name}: all of it is transparent.",
            "Render or cut it out again, or remove it from the cameras' file.",
        )
    camera = Camera(
        torch.tensor(frame.camera_to_world, dtype=torch.float32),
        fx,
        frame.fy if frame.fy is not None else fx,
        frame.cx if frame.cx is not None else width / 2,
        frame.cy if frame.cy is not None else height / 2,
        width,
        height,
    )
    normals = _beside(folder / "normals", path)
    return View(path.name, camera, colour, mask, None if normals is None else _read_normals(normals, camera))


def _find(folder: Path, name: str) -> Path | None:
    """The picture's path; its ending may be missing, and only names inside the folder are looked at."""
    relative = Path(name.replace("\\", "/"))
    for place in (
        folder / relative,
        folder / "images" / relative,
        folder / relative.name,
        folder / "images" / relative.name,
    ):
        for ending in ENDINGS:
            path = place.with_name(place.name + ending)
            if path.is_file() and folder.resolve() in path.resolve().parents:
                return path
    return None


def _read_picture(path: Path) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Colours (H, W, 3) and, if some of it is transparent, alpha (H, W)."""
    with loaded(path) as image:
        deep = image.mode.startswith("I") or image.mode == "F"
        pixels = np.asarray(image if deep else image.convert("RGBA"), dtype=np.float32)
    if deep:  # grey with more than 8 bits
        pixels = np.stack([pixels / max(float(pixels.max()), 1.0) * 255.0] * 3 + [np.full_like(pixels, 255.0)], axis=-1)
    colour, alpha = torch.from_numpy(pixels[..., :3] / 255.0), torch.from_numpy(pixels[..., 3] / 255.0)
    transparent = bool((alpha < 0.5).any())
    shown = colour[alpha > 0.5]
    if not transparent and float(shown.std(dim=0).max()) < BLANK:
        raise JobError("bad_input", f"{path.name} is blank.", "Render it again, or remove it from the cameras' file.")
    return colour, alpha if transparent else None


def _separate_mask(folder: Path, picture: Path, size: tuple[int, int]) -> torch.Tensor | None:
    """``masks/<name>.png``, white where the object is."""
    path = _beside(folder / "masks", picture)
    if path is None:
        return None
    with loaded(path) as image:
        _same_size("mask", path, image.size, size)
        return torch.from_numpy(np.asarray(image.convert("L"), dtype=np.float32) / 255.0)


def _read_normals(path: Path, camera: Camera) -> torch.Tensor:
    """(H, W, 3) in the world. Where the picture is transparent, or shows no direction at all, they are 0."""
    with loaded(path) as image:
        _same_size("picture of normals", path, image.size, (camera.width, camera.height))
        pixels = torch.from_numpy(np.asarray(image.convert("RGBA"), dtype=np.float32) / 255.0)
    direction = 2.0 * pixels[..., :3] - 1.0
    length = direction.norm(dim=-1, keepdim=True)
    unit = torch.where(length > SHORT, direction / length.clamp_min(SHORT), 0.0)
    return pixels[..., 3:] * unit @ camera.camera_to_world[:3, :3].T


def _beside(folder: Path, picture: Path) -> Path | None:
    """``<folder>/<name>.png`` for a picture, with or without its own ending."""
    found = (folder / name for name in (f"{picture.stem}.png", f"{picture.name}.png"))
    return next((path for path in found if path.is_file()), None)


def _same_size(what: str, path: Path, size: tuple[int, int], wanted: tuple[int, int]) -> None:
    if size != wanted:
        raise JobError(
            "bad_input",
            f"The {what} {path.name} has another size than its picture.",
            f"Give each {what} the size of its picture.",
        )
