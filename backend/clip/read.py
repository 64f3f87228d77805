# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A video, or a folder of numbered frames -> some of its frames at a size that is worked with, evenly in time."""

from __future__ import annotations

import dataclasses
import re
import typing
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ..job import JobError
from ..pictures import files

LARGEST = 640
"""Pixels of the longer side of frames that are kept. The animal is solved at 128, colors come from these."""
FEWEST, MOST = 6, 720
"""Frames of a part of a clip."""
SOLVED = 48
"""Frames that are solved at most; what lies between them is interpolated."""
UNEVEN = 0.5
"""Part of a frame's time by which frames come early or late in a clip of variable rate."""
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
RATES = 1.0, 240.0


@dataclasses.dataclass(frozen=True)
class Clip:
    """Some of the frames of a part of a clip."""

    name: str
    rate: float
    """Frames in a second, of the clip."""
    first: int
    """Number of the part's first frame; the clip's first one is 1."""
    count: int
    """Frames of the part."""
    size: tuple[int, int]
    """Width and height in pixels, of the clip."""
    chosen: np.ndarray
    """(P,) int64: which frames of the part are here, from 0."""
    frames: list[np.ndarray]
    """P of (H, W, 4) uint8: display-encoded, straight alpha, 255 everywhere where the clip has none."""
    masks: list[np.ndarray | None]
    """P of (H, W) float32 coverage that the artist gave, None where there is none."""
    notes: tuple[str, ...]
    """What the artist should know, a sentence each."""

    @property
    def has_alpha(self) -> bool:
        return any((frame[..., 3] < 128).any() for frame in self.frames)


OnFrame = typing.Callable[[float], None]


def read(path: Path, first: int, last: int, rate: float, on_frame: OnFrame = lambda done: None) -> Clip:
    """Frames ``first`` to ``last`` (from 1; 0: the clip's last one) of a video or a folder.

    ``rate`` is that of a folder; a video has its own. Where a video's frames come at varying times, those are taken
    that are shown at even ones. Raises JobError for what is no clip, and for a part that is too short or too long.
    """
    if path.is_dir():
        return _folder(path, first, last, rate, on_frame)
    if not path.is_file():
        raise JobError("bad_input", f"There is no clip {path}.", "Choose a video, or a folder of numbered frames.")
    return _video(path, first, last, on_frame)


def numbered(folder: Path) -> list[Path]:
    """Pictures of a folder in the order of the last number in their names."""
    found = [path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and not path.name.startswith(".")]
    return sorted(found, key=lambda path: ([int(number) for number in re.findall(r"\d+", path.stem)[-1:]], path.name))


def _part(name: str, count: int, first: int, last: int) -> range:
    """Frames from 0, of the part that is asked for."""
    if count < 2:
        raise JobError(
            "bad_input", f"{name} has one frame only, so nothing moves in it.",
            "Choose a longer clip; for single pictures there is From Photos.",
        )  # fmt: skip
    end = min(last or count, count)
    begin = max(first, 1) - 1
    if begin >= count or end <= begin:
        late = f"has {count} frames" if begin >= count else f"would end at frame {end}"
        raise JobError(
            "bad_input", f"{name} {late}, and the part of it would begin at frame {begin + 1}.",
            "Choose a First Frame within the clip and a Last Frame after it; 0 is the clip's own.",
        )  # fmt: skip
    if end - begin < FEWEST:
        which = f"Frame {end}" if end - begin == 1 else f"Frames {begin + 1} to {end}"
        raise JobError(
            "bad_input", f"{which} of {name}, which has {count}: too few to see a movement.",
            f"Choose {FEWEST} frames or more; one or two seconds are good.",
        )  # fmt: skip
    if end - begin > MOST:
        raise JobError(
            "bad_input", f"{name} has {end - begin} frames, and {MOST} can be rigged at once.",
            "Choose a part of it by First and Last Frame: two to four seconds show most of a movement.",
        )  # fmt: skip
    return range(begin, end)


def chosen_of(count: int) -> np.ndarray:
    """(P,) int64, at most SOLVED: evenly spread, with the first and the last."""
    return np.unique(np.linspace(0, count - 1, min(count, SOLVED)).round().astype(np.int64))


def _folder(folder: Path, first: int, last: int, rate: float, on_frame: OnFrame) -> Clip:
    paths = numbered(folder)
    if not paths:
        raise JobError("bad_input", f"{folder.name} holds no pictures.", "Choose the folder that holds the frames.")
    part = _part(folder.name, len(paths), first, last)
    chosen = chosen_of(len(part))
    frames, masks, size = [], [], (0, 0)
    for number, which in enumerate(chosen):
        on_frame(number / len(chosen))
        path = paths[part[which]]
        picture = files.read(path)
        with files.opened(path) as image:
            own = image.size
        if frames and own != size:
            raise JobError(
                "bad_input",
                f"{path.name} has {own[0]} x {own[1]} pixels, the frames before have {size[0]} x {size[1]}.",
                "A clip's frames are of one size: remove what does not belong to it.",
            )  # fmt: skip
        size = own
        frames.append(scaled((picture.pixels * 255.0).round().astype(np.uint8)))
        mask = folder / "masks" / f"{path.stem}.png"
        height, width = frames[-1].shape[:2]
        masks.append(files.read_mask(mask, (width, height)) if mask.is_file() else None)
    return Clip(folder.name, rate, part[0] + 1, len(part), size, chosen, frames, masks, ())


def _video(path: Path, first: int, last: int, on_frame: OnFrame) -> Clip:
    """In two runs: when its frames are shown, then those that are wanted."""
    times, rate = [], 0.0
    for video in _opened(path):
        rate = video.get(cv2.CAP_PROP_FPS)
        while video.grab():
            times.append(video.get(cv2.CAP_PROP_POS_MSEC) / 1000.0)
            on_frame(0.5 * min(len(times) / max(video.get(cv2.CAP_PROP_FRAME_COUNT), 1.0), 1.0))
    if not times:
        raise _unreadable(path)
    own, rate, uneven = even(np.array(times), rate)
    part = _part(path.name, len(own), first, last)
    chosen = chosen_of(len(part))
    wanted = own[[part[which] for which in chosen]]
    found: dict[int, np.ndarray] = {}
    size = (0, 0)
    for video in _opened(path):
        for number in range(int(wanted[-1]) + 1):
            if not video.grab():
                break
            if number in wanted:
                on_frame(0.5 + 0.5 * number / (wanted[-1] + 1))
                ok, pixels = video.retrieve()
                if not ok:
                    break
                size = pixels.shape[1], pixels.shape[0]
                alpha = np.full((*pixels.shape[:2], 1), 255, np.uint8)
                found[number] = scaled(np.concatenate([pixels[..., ::-1], alpha], axis=-1))
    kept = [number for number, which in enumerate(wanted) if int(which) in found]
    if len(kept) < min(FEWEST, len(wanted)):
        raise _unreadable(path)
    notes = []
    if len(kept) < len(wanted):
        notes.append(f"{len(wanted) - len(kept)} frames of {path.name} cannot be read; they were passed over.")
    if uneven:
        notes.append(f"The frames of {path.name} come at varying times: those at even ones, {rate:g} a second, count.")
    if max(size) > LARGEST:
        notes.append(f"{path.name} was scaled down from {size[0]} x {size[1]} pixels.")
    frames = [found[int(wanted[number])] for number in kept]
    return Clip(path.name, rate, part[0] + 1, len(part), size, chosen[kept], frames, [None] * len(frames), tuple(notes))


def even(times: np.ndarray, rate: float) -> tuple[np.ndarray, float, bool]:
    """Which frames are shown at even times, how many in a second, and whether frames (N,) in seconds are uneven.

    ``rate`` is what the file says; nonsense is replaced by what the times say.
    """
    if len(times) < 2:
        return np.arange(len(times)), rate, False
    steps = np.diff(times)
    if not (steps > 0).any():  # a file without times
        return np.arange(len(times)), rate if RATES[0] <= rate <= RATES[1] else 24.0, False
    if not RATES[0] <= rate <= RATES[1]:
        rate = float(1.0 / np.median(steps[steps > 0]))
    late = times - times[0] - np.arange(len(times)) / rate
    if np.abs(late).max() < UNEVEN / rate:
        return np.arange(len(times)), rate, False
    count = round((times[-1] - times[0]) * rate) + 1
    wanted = np.arange(count) / rate + 0.5 / rate
    return np.searchsorted(times - times[0], wanted, side="right") - 1, rate, True


def scaled(frame: np.ndarray) -> np.ndarray:
    """(h, w, 4) uint8, the longer side at most LARGEST pixels."""
    height, width = frame.shape[:2]
    scale = LARGEST / max(height, width)
    if scale >= 1.0:
        return frame
    size = max(1, round(width * scale)), max(1, round(height * scale))
    weighted = Image.fromarray(frame).convert("RGBa").resize(size, Image.Resampling.BOX)
    return np.asarray(weighted.convert("RGBA"))


def _opened(path: Path) -> typing.Iterator[cv2.VideoCapture]:
    """The open video, once."""
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        if not video.isOpened():
            raise _unreadable(path)
        yield video
    finally:
        video.release()


def _unreadable(path: Path) -> JobError:
    return JobError(
        "bad_input",
        f"{path.name} is no video that can be read.",
        "Save it again as MP4 (H.264), or as numbered frames.",
    )
