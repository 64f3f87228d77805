# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several views in one picture: what a model paints at once agrees (Deng et al., "FlashTex", 2024)."""

from __future__ import annotations

import torch

COLUMNS = 2
LARGEST = 4
"""Views in a sheet: with more each gets too small a part of what a model can overlook."""


def joined(pictures: torch.Tensor) -> torch.Tensor:
    """(V, C, S, S) as one sheet (1, C, rows S, COLUMNS S), row-major; what is left over is black."""
    count, channels, height, width = pictures.shape
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    empty = pictures.new_zeros(rows * columns - count, channels, height, width)
    grid = torch.cat((pictures, empty)).reshape(rows, columns, channels, height, width)
    return grid.permute(2, 0, 3, 1, 4).reshape(1, channels, rows * height, columns * width)


def cut(sheet: torch.Tensor, count: int, size: int) -> torch.Tensor:
    """The first ``count`` pictures (V, C, S, S) of a sheet (1, C, rows S, columns S)."""
    channels = sheet.shape[1]
    rows, columns = sheet.shape[2] // size, sheet.shape[3] // size
    grid = sheet.reshape(channels, rows, size, columns, size).permute(1, 3, 0, 2, 4)
    return grid.reshape(rows * columns, channels, size, size)[:count]
