# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes ``lobes.npz``: ``python -m galatea.backend.shading.fit_lobes``, some minutes, after a change of the levels.

The specular lobe of a surface seen at an angle is longer than it is wide, bent and cut off by the horizon; a look-up in
a prefiltered environment is round. So the lobe is replaced by three look-ups in the plane of incidence. Their angles,
levels and weights are fitted for each roughness and cos_view, so that the *expected squared error in an environment
with power spectrum 1 / (l + 1/2)^2* is smallest: natural images have about that one. By the addition theorem of
spherical harmonics this error is a sum over degrees l of Legendre polynomials of angles between look-ups and lobe.
"""

from __future__ import annotations

import math
import sys

import numpy as np
import torch

from .microfacet import GRID, LOBES, MIN_ALPHA, TAPS, roughness_grid, visible_lobe
from .prefilter import LEVELS, round_kernel

DEGREES = 56
ANGLES = torch.deg2rad(torch.arange(-60.0, 121.0, 2.0))
"""In the plane of incidence, from the normal towards the mirror direction."""
STEPS = 2000


def legendre(x: torch.Tensor) -> torch.Tensor:
    """P_0 to P_(DEGREES - 1) of x (...), stacked last, by Bonnet's recursion."""
    values = [torch.ones_like(x), x]
    for degree in range(1, DEGREES - 1):
        values.append(((2 * degree + 1) * x * values[-1] - degree * values[-2]) / (degree + 1))
    return torch.stack(values, dim=-1)


def kernel_coefficients() -> torch.Tensor:
    """(L, DEGREES): mean of P_l over each level's kernel."""
    cosine = torch.linspace(0.0, 1.0, 20_001, dtype=torch.float64)
    polynomials = legendre(cosine)
    rows = [torch.ones(DEGREES, dtype=torch.float64)]
    for roughness in LEVELS[1:]:
        density = round_kernel(cosine, roughness)
        weight = density / torch.trapezoid(density, cosine)
        rows.append(torch.trapezoid(weight[:, None] * polynomials, cosine, dim=0))
    return torch.stack(rows).float()


def lobe_coefficients() -> torch.Tensor:
    """(R, M, A, DEGREES): mean over the lobe of P_l of the angle to each of ANGLES."""
    axes = torch.stack((-ANGLES.sin(), torch.zeros_like(ANGLES), ANGLES.cos()), dim=-1)
    rows = []
    for roughness in roughness_grid():
        alpha = (roughness**2).clamp_min(MIN_ALPHA)
        row = []
        for cosine in torch.linspace(0.0, 1.0, GRID, dtype=torch.float64).clamp_min(1e-3):
            light, weight, _ = visible_lobe(cosine, alpha, 610)
            weight = (weight / weight.sum()).float()
            row.append(
                torch.einsum(
                    "s,sal->al",
                    weight,
                    legendre((light.float() @ axes.T).clamp(-1.0, 1.0)),
                )
            )
        rows.append(torch.stack(row))
        print(f"lobes of roughness {float(roughness):.2f}", file=sys.stderr)
    return torch.stack(rows)


def between(table: torch.Tensor, position: torch.Tensor) -> torch.Tensor:
    """Entries of the second last axis of a table (..., A, C) at positions (..., K), linear: (..., K, C)."""
    position = position.clamp(0.0, table.shape[-2] - 1.001)
    low = position.detach().floor()
    index = low.long()[..., None].expand(*low.shape, table.shape[-1])
    part = (position - low)[..., None]
    return torch.gather(table, -2, index) * (1.0 - part) + torch.gather(table, -2, index + 1) * part


def fit() -> torch.Tensor:
    """(3 * TAPS, R, M): angles, levels, weights."""
    kernel, lobe = kernel_coefficients(), lobe_coefficients()
    degree = torch.arange(DEGREES)
    power = (2 * degree + 1) / (4.0 * math.pi) / (degree + 0.5) ** 2
    power[0] = 0.0  # the mean is exact: the weights sum to 1
    shape = (*lobe.shape[:2], TAPS)
    # The middle one's angle, and the logarithm of the way to the next on either side: so their order never changes.
    middle = ANGLES[lobe[..., 1].argmax(-1)].clone().requires_grad_()
    grazing = 1.0 - torch.linspace(0.0, 1.0, GRID)
    gap = (0.02 + 0.5 * grazing * roughness_grid().float()[:, None] ** 2).log()
    gap = gap[..., None].repeat(1, 1, 2).requires_grad_()
    widest = torch.searchsorted(torch.tensor(LEVELS), roughness_grid().float()).float()
    level = widest[:, None, None].expand(shape).clone().requires_grad_()
    logit = torch.zeros(shape, requires_grad=True)
    optimiser = torch.optim.Adam([middle, gap, level, logit], lr=0.03)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS, 1e-4)
    kernel = kernel.expand(*shape[:2], -1, -1)
    for step in range(STEPS):
        weight = logit.softmax(-1)
        way = gap.exp()
        angle = torch.stack((middle - way[..., 0], middle, middle + way[..., 1]), dim=-1)
        narrow = between(kernel, level) * weight[..., None]
        across = between(lobe, (angle - ANGLES[0]) / (ANGLES[1] - ANGLES[0]))
        pairs = legendre((angle[..., :, None] - angle[..., None, :]).cos())
        square = torch.einsum("rmil,rmjl,rmijl,l->rm", narrow, narrow, pairs, power)
        error = square - 2.0 * torch.einsum("rmil,rmil,l->rm", narrow, across, power)
        # Neighbours in the table must be alike, for it is interpolated.
        rough = sum(
            scale * (value.diff(n=2, dim=axis) ** 2).sum()
            for value, scale in ((angle, 0.3), (level, 0.003), (logit, 0.003))
            for axis in (0, 1)
        )
        loss = error.sum() + rough
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            level.clamp_(0.0, len(LEVELS) - 1.0)
            gap.clamp_(-7.0, 0.5)
        if step % 250 == 0:
            print(f"step {step}: {loss.item():.5f}, of it roughness {float(rough):.5f}", file=sys.stderr)
    parts = (angle, level, logit.softmax(-1))
    return torch.cat([part.detach().permute(2, 0, 1) for part in parts])


if __name__ == "__main__":
    torch.set_num_threads(1)
    np.savez_compressed(LOBES, lobes=fit().numpy().astype(np.float32))
