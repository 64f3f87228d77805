# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras of the artist's open scene, as ``in/cameras.json`` of a job tells them in Blender's own terms.

The file is a list: ``picture`` (file name), ``camera_to_world`` (4, 4), and the fields of :class:`Lens`.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Lens:
    """A perspective camera of Blender. How far it sees to the sides depends on the shape of the picture."""

    lens: float
    """Focal length in millimeters."""
    sensor_fit: str
    """AUTO, HORIZONTAL or VERTICAL: which side of the picture the sensor spans; AUTO is the longer one."""
    sensor_width: float
    sensor_height: float
    """Millimeters. The height counts with VERTICAL alone."""
    shift_x: float
    shift_y: float
    """Of the lens, in lengths of the spanned side, to the right and up."""

    def intrinsics(self, width: int, height: int) -> tuple[float, float, float]:
        """Focal length and centre (cx, cy) in pixels of a picture with square pixels."""
        horizontal = self.sensor_fit == "HORIZONTAL" or (self.sensor_fit == "AUTO" and width >= height)
        spanned = width if horizontal else height
        sensor = self.sensor_height if self.sensor_fit == "VERTICAL" else self.sensor_width
        return (
            self.lens * spanned / sensor,
            0.5 * width - self.shift_x * spanned,
            0.5 * height + self.shift_y * spanned,
        )


def read(path: Path) -> list[tuple[str, list[list[float]], Lens]]:
    """Picture, camera_to_world and lens of each camera. Raises what a damaged file makes json and dataclasses raise."""
    names = [field.name for field in dataclasses.fields(Lens)]
    return [
        (one["picture"], one["camera_to_world"], Lens(**{name: one[name] for name in names}))
        for one in json.loads(path.read_text(encoding="utf-8"))
    ]
