# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of several pictures of the same thing makes the best mesh: asked of the lifter, before any engine works."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from .frustum import CELLS, PICTURE
from .lift import HALF, resized
from .network import Lifter


@torch.no_grad()
def sureness(network: Lifter, picture: np.ndarray) -> float:
    """How well what the network takes for solid fills the outline of a picture, 0 to 1.

    Where it cannot make sense of a part of the picture, no cell behind it is likely. The overlap (intersection over
    union) of those pixels behind which one is, and of the outline.

    Args:
        picture: as :func:`.lift.lift` takes it.
    """
    given = torch.from_numpy(picture).permute(2, 0, 1)[None].to(next(network.parameters()).device)
    small = resized(given, PICTURE)
    solid = network(2.0 * small - 1.0).solid[0].sigmoid().amax(dim=-1) > HALF
    outline = functional.adaptive_avg_pool2d(small[:, 3:], CELLS)[0, 0] > HALF
    return float((solid & outline).sum() / (solid | outline).sum().clamp_min(1))
