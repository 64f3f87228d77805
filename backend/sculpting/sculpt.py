# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a kind of thing and a seed to its surface, with the sculptor."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch.nn import functional

from ..isosurface.extract import Grid, closed, extract
from ..models import eight_bits
from ..pictures.painted import largest_part
from .kinds import kinds
from .network import CELLS, CHANNELS, ROOM, SIDE, Decoder, Denoiser
from .schedule import scheduler

FILE = "sculptor.safetensors"
STEPS = 40
GUIDANCE = 2.0
"""Classifier-free guidance scale."""
DETAIL, FINEST = 2 * CELLS, 4 * CELLS
"""Samples along each side of the grid whose surface is taken; more would show nothing else."""
LEVEL = 0.4
"""Part of a cell that is inside, on the surface."""
NEIGHBOURS, FAINT = 5, 0.1
"""Cells along a side within which the fullest counts as full, unless less than FAINT of it is."""


@dataclasses.dataclass(frozen=True)
class Sculptor:
    denoiser: Denoiser
    decoder: Decoder
    spread: float
    """Standard deviation of the autoencoder's latents; the denoiser's have 1."""


def save(sculptor: Sculptor, folder: Path) -> None:
    state = {f"denoiser.{name}": value for name, value in sculptor.denoiser.state_dict().items()}
    state |= {f"decoder.{name}": value for name, value in sculptor.decoder.state_dict().items()}
    eight_bits.save(eight_bits.packed(state) | {"spread": torch.tensor(sculptor.spread)}, folder / FILE)


def read(folder: Path, device: torch.device | str = "cpu") -> Sculptor:
    """The networks whose weights are in a folder, to be used. Raises OSError and SafetensorError."""
    state = eight_bits.load(folder / FILE)
    if "spread" not in state:
        raise OSError(f"{FILE} says no spread")
    parts = Denoiser(len(kinds(folder))), Decoder()
    for name, part in zip(("denoiser", "decoder"), parts):
        own = {key.removeprefix(f"{name}."): value for key, value in state.items() if key.startswith(f"{name}.")}
        eight_bits.fill(part, own, device)
    return Sculptor(*parts, float(state["spread"]))


@torch.no_grad()
def solids(
    sculptor: Sculptor,
    named: Sequence[int | None],
    seeds: Sequence[int],
    steps: int = STEPS,
    guidance: float = GUIDANCE,
    report: Callable[[float], None] = lambda fraction: None,
    seen: torch.Tensor | None = None,
) -> torch.Tensor:
    """(N, CELLS, CELLS, CELLS) along X, Y, Z in [0, 1]: which part of each cell is inside, for each of N seeds.

    Args:
        named: the kind of each by its number; None where it is not known.
        seen: (1, sight.SIDE^2, sight.CHANNELS) of a picture of it, see ``sight.seen``.
    """
    denoiser, count = sculptor.denoiser, len(seeds)
    assert len(named) == count, (len(named), count)
    device = next(denoiser.parameters()).device
    shape = (CHANNELS, SIDE, SIDE, SIDE)
    latents = torch.stack([torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds])
    latents = latents.to(device)
    unnamed = torch.full((count,), denoiser.kinds, device=device)
    asked_for = torch.tensor([denoiser.kinds if kind is None else kind for kind in named], device=device)
    if seen is not None:
        seen = seen.expand(count, -1, -1)
    schedule = scheduler()
    schedule.set_timesteps(steps)
    for number, step in enumerate(schedule.timesteps):
        at = step.to(device).expand(count)
        asked, free = denoiser(latents, at, asked_for, seen), denoiser(latents, at, unnamed)
        latents = schedule.step(free + guidance * (asked - free), step, latents).prev_sample
        report((number + 1) / steps)
    return torch.cat([sculptor.decoder(sculptor.spread * one[None]) for one in latents]).sigmoid()


def surface(solid: torch.Tensor, detail: int = DETAIL) -> tuple[torch.Tensor, torch.Tensor]:
    """Vertices (V, 3), Z up and the front towards -Y, and triangles (T, 3) of a solid (CELLS, CELLS, CELLS).

    Raises ``isosurface.EmptySurface``.
    """
    # Beyond the box all is empty.
    room = functional.pad(with_thin_parts(solid)[None, None], (1,) * 6)
    sides = (round(detail * (CELLS + 2) / CELLS),) * 3
    fine = functional.interpolate(room, sides, mode="trilinear", align_corners=False)[0, 0]
    fine = functional.avg_pool3d(fine[None, None], 3, 1, 1)[0, 0]
    cell = 2.0 * ROOM * (CELLS + 2) / CELLS / sides[0]
    origin = torch.full((3,), 0.5 * cell * (1 - sides[0]), device=solid.device)
    mesh = extract(closed(LEVEL - fine, 1e-3), Grid(origin, cell, sides))
    return mesh.vertices, mesh.triangles


def in_one_piece(solid: torch.Tensor) -> float:
    """Of what is inside, the part that hangs together, 0 to 1."""
    return largest_part((with_thin_parts(solid) > LEVEL).cpu().numpy())


def with_thin_parts(solid: torch.Tensor) -> torch.Tensor:
    """A solid (X, Y, Z) in which sheets and rods that fill no cell are a cell thick."""
    fullest = functional.max_pool3d(solid[None, None], NEIGHBOURS, 1, NEIGHBOURS // 2)
    # Where thin parts meet thick ones there is no step.
    fullest = functional.avg_pool3d(fullest, 3, 1, 1, count_include_pad=False)[0, 0]
    return solid / fullest.clamp_min(FAINT)
