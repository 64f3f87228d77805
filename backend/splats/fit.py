# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Splats that look like posed pictures.

Kerbl et al., "3D Gaussian Splatting for Real-Time Radiance Field Rendering", SIGGRAPH 2023: gradient descent on all
that splats are, by the pictures' difference (section 5.1). Their number is fixed; those that faded are put where others
lie, as in Kheradmand et al., "3D Gaussian Splatting as Markov Chain Monte Carlo", NeurIPS 2024.
"""

from __future__ import annotations

import dataclasses
import math
import typing

import torch

from ..raster.camera import project
from ..reconstruction import hull
from ..reconstruction.views import View, sample
from .draw import Draw
from .harmonics import CONSTANT
from .splats import Splats, rotation_matrices

SHELL = 1.0
"""Cells around the surface of the visual hull in which splats begin."""
HULL_CELLS = 48
SIZE_OF_SPACING = 0.7
"""Standard deviation of a splat at first, in mean distances between them."""
STEP_OF_SPACING = 0.1
"""How far Adam moves one in a step at first, in mean distances."""
FIRST_OPACITY = 0.6


@dataclasses.dataclass(frozen=True)
class Settings:
    steps: int = 400
    scale_rate: float = 0.02
    """Adam's, of the logarithm."""
    rotation_rate: float = 0.02
    opacity_rate: float = 0.05
    colour_rate: float = 0.02
    slow: float = 0.2
    """What is left of all rates at the end."""
    likeness: float = 0.2
    """Part of the loss that is structural similarity, not absolute difference."""
    mask: float = 0.3
    move_every: int = 50
    faded: float = 0.03
    """Opacity below which a splat is put elsewhere."""


@dataclasses.dataclass(frozen=True)
class Model:
    """Splats as numbers that may have any value."""

    position: torch.Tensor
    """(N, 3)"""
    log_scale: torch.Tensor
    """(N, 3)"""
    rotation: torch.Tensor
    """(N, 4)"""
    logit: torch.Tensor
    """(N,) of the opacity."""
    harmonics: torch.Tensor
    """(N, K, 3)"""
    spacing: float
    """Mean distance between splats at first, in world units: the scale of all steps."""

    def splats(self) -> Splats:
        return Splats(
            self.position,
            self.log_scale.exp(),
            torch.nn.functional.normalize(self.rotation, dim=-1),
            self.logit.sigmoid(),
            self.harmonics,
        )

    def values(self) -> dict[str, torch.Tensor]:
        """Everything that is fitted."""
        names = [field.name for field in dataclasses.fields(self) if field.name != "spacing"]
        return {name: getattr(self, name) for name in names}


def start(views: list[View], count: int, harmonics: int, generator: torch.Generator) -> Model:
    """Round splats on the visual hull, in the colors of the pictures that see it best."""
    silhouettes = [hull.silhouette_distance(view.mask) for view in views]
    low, high = hull.find_box(views, silhouettes)
    grid = hull.grid_of_box(low, high, HULL_CELLS)
    distance = hull.hull_distance(grid.points(), views, silhouettes)
    shell = (distance.abs() < SHELL * grid.cell).nonzero()[:, 0]
    chosen = shell[torch.randint(len(shell), (count,), generator=generator)]
    jitter = grid.cell * (torch.rand(count, 3, generator=generator) - 0.5)
    position = grid.points(chosen) + jitter
    slope = torch.stack(torch.gradient(distance.reshape(grid.shape)), dim=-1).reshape(-1, 3)[chosen]
    # About two layers of cells lie in the shell.
    spacing = math.sqrt(len(shell) / 2.0 * grid.cell**2 / count)
    coefficients = torch.zeros(count, harmonics, 3)
    coefficients[:, 0] = (seen_colour(views, position, slope) - 0.5) / CONSTANT
    return Model(
        position,
        torch.full((count, 3), math.log(SIZE_OF_SPACING * spacing)),
        torch.tensor([1.0, 0.0, 0.0, 0.0]).expand(count, 4).contiguous(),
        torch.full((count,), math.log(FIRST_OPACITY / (1.0 - FIRST_OPACITY))),
        coefficients,
        spacing,
    )


def seen_colour(views: list[View], points: torch.Tensor, outward: torch.Tensor) -> torch.Tensor:
    """Display-encoded colours (N, 3) in the view that faces the points (N, 3) most; ``outward`` need be no units."""
    outward = torch.nn.functional.normalize(outward, dim=-1)
    best = torch.full((len(points),), -torch.inf)
    result = torch.full((len(points), 3), 0.5)
    for view in views:
        pixels, _ = project(view.camera, points)
        facing = (torch.nn.functional.normalize(view.camera.position - points, dim=-1) * outward).sum(-1)
        better = facing > best
        best = torch.where(better, facing, best)
        result = torch.where(better[:, None], sample(view.colour, pixels), result)
    return result


def fit(
    model: Model,
    views: list[View],
    draw: Draw,
    settings: Settings,
    generator: torch.Generator,
    on_step: typing.Callable[[float, Model], None] = lambda fraction, model: None,
    done: float = 0.0,
) -> Model:
    """The model whose pictures are like the views'. ``on_step`` is told the done fraction and the model so far, and may
    raise; ``done`` is where a stopped fit goes on. Model and views lie on one device, the generator on the CPU."""
    device = model.position.device
    leaves = {name: value.clone().requires_grad_() for name, value in model.values().items()}
    rate = rates(settings, model.spacing)
    groups = [{"params": [leaf], "lr": rate[name], "name": name} for name, leaf in leaves.items()]
    optimizer = torch.optim.Adam(groups, betas=(0.9, 0.99), eps=1e-15)
    order = torch.zeros(0, dtype=torch.long)
    for step in range(round(done * settings.steps), settings.steps):
        done = step / settings.steps
        if not len(order):
            order = torch.randperm(len(views), generator=generator)
        view, order = views[int(order[0])], order[1:]
        backdrop = torch.rand(3, generator=generator).to(device)
        loss = difference(draw(dataclasses.replace(model, **leaves).splats(), view.camera), view, backdrop, settings)
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = rate[group["name"]] * settings.slow**done
        optimizer.step()
        if (step + 1) % settings.move_every == 0 and step + 1 < 0.8 * settings.steps:
            put_faded_elsewhere(leaves, optimizer, settings.faded, generator)
        now = dataclasses.replace(model, **{name: leaf.detach() for name, leaf in leaves.items()})
        on_step((step + 1) / settings.steps, now)
    return dataclasses.replace(model, **{name: leaf.detach() for name, leaf in leaves.items()})


def rates(settings: Settings, spacing: float) -> dict[str, float]:
    """Adam's rate for each of a model's values."""
    return {
        "position": STEP_OF_SPACING * spacing, "log_scale": settings.scale_rate, "rotation": settings.rotation_rate,
        "logit": settings.opacity_rate, "harmonics": settings.colour_rate,
    }  # fmt: skip


def difference(picture, view: View, backdrop: torch.Tensor, settings: Settings) -> torch.Tensor:
    """The loss. Before a backdrop (3,) of another color each time, what is transparent must be so."""
    mask = view.mask[..., None]
    wanted = view.colour * mask + backdrop * (1.0 - mask)
    shown = picture.colour + backdrop * (1.0 - picture.alpha[..., None])
    absolute = (shown - wanted).abs().mean()
    likeness = 1.0 - similarity(shown, wanted)
    outline = (picture.alpha - view.mask).abs().mean()
    return (1.0 - settings.likeness) * absolute + settings.likeness * likeness + settings.mask * outline


WINDOW, DEVIATION = 11, 1.5
"""Pixels of the window, and standard deviation of its weights."""


def similarity(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Mean structural similarity of two pictures (H, W, 3) with values of 0 to 1; Wang et al., TIP 2004, eq. 13."""
    x = torch.arange(WINDOW, dtype=one.dtype, device=one.device) - WINDOW // 2
    line = torch.exp(-0.5 * (x / DEVIATION) ** 2)
    line = line / line.sum()

    def blurred(image: torch.Tensor) -> torch.Tensor:
        batch = image.permute(2, 0, 1)[:, None]
        across = torch.nn.functional.conv2d(batch, line[None, None, None, :], padding=(0, WINDOW // 2))
        return torch.nn.functional.conv2d(across, line[None, None, :, None], padding=(WINDOW // 2, 0))

    a, b = blurred(one), blurred(other)
    aa, bb, ab = blurred(one * one) - a * a, blurred(other * other) - b * b, blurred(one * other) - a * b
    light, contrast = 0.01**2, 0.03**2
    ratio = (2.0 * a * b + light) * (2.0 * ab + contrast) / ((a * a + b * b + light) * (aa + bb + contrast))
    return ratio.mean()


@torch.no_grad()
def put_faded_elsewhere(
    leaves: dict[str, torch.Tensor], optimizer: torch.optim.Optimizer, faded: float, generator: torch.Generator
) -> int:
    """Splats that nobody sees become halves of strong ones; both halves together are about as opaque as the one was.

    Returns how many.
    """
    opacity = leaves["logit"].sigmoid()
    dead = (opacity < faded).nonzero()[:, 0]
    if not len(dead) or len(dead) == len(opacity):
        return 0
    weight = torch.where(opacity < faded, 0.0, opacity).cpu()
    parent = torch.multinomial(weight, len(dead), replacement=True, generator=generator).to(dead.device)
    half = 1.0 - (1.0 - opacity[parent]).sqrt()
    leaves["logit"][parent] = torch.logit(half.clamp(1e-3, 0.999))
    for leaf in leaves.values():
        leaf[dead] = leaf[parent]
    axes = rotation_matrices(leaves["rotation"][parent])
    away = torch.randn(len(dead), 3, generator=generator).to(axes) * leaves["log_scale"][parent].exp()
    leaves["position"][dead] += (axes @ away[..., None])[..., 0]
    for leaf in leaves.values():
        for name in ("exp_avg", "exp_avg_sq"):
            optimizer.state[leaf][name][dead] = 0.0
    return len(dead)


@torch.no_grad()
def psnr(splats: Splats, views: list[View], draw: Draw) -> float:
    """Mean decibels of the views' pictures on black, over the pixels inside the object."""
    total = 0.0
    for view in views:
        inside = view.mask > 0.5
        wanted = view.colour * view.mask[..., None]
        error = (draw(splats, view.camera).colour.clamp(0.0, 1.0) - wanted)[inside].square().mean()
        total += -10.0 * math.log10(float(error) + 1e-12)
    return total / len(views)
