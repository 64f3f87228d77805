# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of jobs in panels, without making them images of the artist's file.

Blender's own thumbnails of files would do it too, but those come late and are written into the user's cache.
"""

from __future__ import annotations

from pathlib import Path

import bpy.utils.previews
import numpy as np

MOST = 256
"""Pictures kept; all are thrown away when there are more."""


class Thumbnails:
    """Lives as long as the extension is enabled."""

    def __init__(self) -> None:
        self._icons = bpy.utils.previews.new()

    def icon(self, path: Path) -> int:
        """Number of an icon that shows the picture in a file, as it is now; 0 if it cannot be read.

        The file holds (H, W, 3) uint8, display-encoded, row 0 at the top, as ``numpy.save`` writes it. Cheap when
        asked again.
        """
        try:
            name = f"{path}:{path.stat().st_mtime_ns}"
            if name not in self._icons:
                self._add(name, np.load(path, allow_pickle=False))
        except (OSError, ValueError):
            return 0
        return self._icons[name].icon_id

    def file(self, path: Path) -> int:
        """Number of an icon of a picture file as Blender reads it, as it is now; 0 if it is not there."""
        try:
            name = f"{path}:{path.stat().st_mtime_ns}"
        except OSError:
            return 0
        if name not in self._icons:
            if len(self._icons) >= MOST:
                self._icons.clear()
            self._icons.load(name, str(path), "IMAGE")
        return self._icons[name].icon_id

    def _add(self, name: str, picture: np.ndarray) -> None:
        if len(self._icons) >= MOST:
            self._icons.clear()
        height, width, _ = picture.shape
        pixels = np.ones((height, width, 4), dtype=np.float32)
        pixels[..., :3] = picture[::-1] / 255.0
        icon = self._icons.new(name)
        icon.image_size = width, height
        icon.image_pixels_float.foreach_set(pixels.ravel())

    def close(self) -> None:
        bpy.utils.previews.remove(self._icons)
