# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Train the network of ``backend/photos/places.py`` on random templates: ``python -m galatea.tools.train_places``.

Nothing but the project's own template is needed. A stopped training goes on from ``--state``.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import torch
from safetensors.torch import save_file

from ..backend.photos import views
from ..backend.photos.body import Body, Shape, body_of, plain_shape, posed, symmetric
from ..backend.photos.collect import FOCAL
from ..backend.photos.habits import random_poses, random_shapes, turn_spread
from ..backend.photos.places import FILE, SIZE, Places, prepared
from ..backend.photos.template import quadruped
from ..backend.raster import gbuffer

BATCH = 24
"""Pictures, of half as many animals."""
CELL = 0.06
"""Of the template: coarse is enough for small pictures."""
RATE = 2e-3


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools.train_places", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--state", type=Path, help="file to go on from, and to write now and then")
    parser.add_argument("--output", type=Path, default=FILE)
    options = parser.parse_args()
    body = body_of(quadruped(CELL))
    network = Places()
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-3)
    seen, spent = 0, 0.0
    if options.state and options.state.is_file():
        saved = torch.load(options.state)
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        seen, spent = saved["seen"], saved["seconds"]
    generator = torch.Generator().manual_seed(options.seed + seen)
    last = time.monotonic()
    begin = last - spent
    mean = None
    while (done := (time.monotonic() - begin) / options.seconds) < 1.0:
        colour, mask, place = pictures(body, BATCH // 2, generator)
        guess, error = network(prepared(colour, mask))
        gap = (guess.permute(0, 2, 3, 1) - place).square().sum(-1).add(1e-6).sqrt()
        size = error[:, 0].clamp(-4.0, 2.0)
        loss = ((gap * torch.exp(-size) + 3.0 * size) * mask).sum() / mask.sum()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = RATE * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * done)))
        optimizer.step()
        seen += BATCH
        now = float((gap.detach() * mask).sum() / mask.sum())
        mean = now if mean is None else 0.98 * mean + 0.02 * now
        if time.monotonic() - last > 60.0 or seen == 10 * BATCH:
            last = time.monotonic()
            print(f"{seen} pictures, {last - begin:.0f} s, {mean:.3f} off", flush=True)
            if options.state:
                parts = {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
                torch.save(parts | {"seen": seen, "seconds": last - begin}, options.state)
            write(network, options.output)
    write(network, options.output)


def write(network: Places, path: Path) -> None:
    """Half precision is enough for what the network knows."""
    save_file(
        {name: value.half() if value.is_floating_point() else value for name, value in network.state_dict().items()},
        path,
    )


def pictures(body: Body, count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Colours (N, SIZE, SIZE, 3), masks (N, SIZE, SIZE) and places (N, SIZE, SIZE, 3) of ``count`` random animals.

    Each is shown twice, in another coat and light, once in the mirror.
    """

    def uniform(low: float, high: float, *shape: int) -> torch.Tensor:
        return low + (high - low) * torch.rand(shape, generator=generator)

    near = plain_shape(body)
    shapes = random_shapes(body, near, count, 1.1, generator)
    bends = near.bends.clone()
    bends[:, 0] = 0.15 * torch.randn(len(bends), generator=generator)
    bends[0] = 0.0
    bends = symmetric(body, Shape(near.lengths, near.widths, bends, near.offsets)).bends
    shapes = Shape(shapes.lengths, shapes.widths, bends, waves(body, generator))
    poses = uniform(0.4, 1.2, count, 1, 1) * random_poses(turn_spread(body), count, generator)
    points, normals = posed(body, shapes, poses)
    cameras = torch.zeros(count, views.COUNT)
    cameras[:, 0] = uniform(0.0, 2 * math.pi, count)
    cameras[:, 1] = uniform(-0.15, 0.65, count)
    cameras[:, 2] = 0.08 * torch.randn(count, generator=generator)
    cameras[:, 5] = math.log(6.0)
    lens = torch.zeros(count, 3)
    lens[:, 0] = FOCAL * uniform(1.5, 4.5, count)
    lens[:, 1:] = uniform(-0.5, 0.5, count, 2)
    for _ in range(2):
        places, _ = views.seen(cameras, lens, points)
        low, high = places.amin(dim=1), places.amax(dim=1)
        cameras[:, 3:5] -= (low + high) / 2
        cameras[:, 5] += torch.log((high - low).amax(dim=1) / 1.6)
    cameras[:, 3:5] += uniform(-0.06, 0.06, count, 2)
    cameras[:, 5] += uniform(-0.05, 0.08, count)
    matrices = views.matrices(cameras, lens)
    results = []
    for number in range(count):
        camera = views.crop_camera(matrices[number], lens[number], SIZE)
        corner = torch.nn.functional.normalize(normals[number], dim=-1)[body.triangles]
        buffer = gbuffer.rasterize(points[number], body.triangles, camera, corner)
        corners = body.triangles[buffer.face]

        def across(values: torch.Tensor) -> torch.Tensor:
            return (buffer.barycentric[..., None] * values[corners]).sum(dim=1)  # noqa: B023 (used at once)

        place = buffer.image(across(body.vertices))
        for mirror in (False, True):
            facets = float(uniform(0.0, 1.0, 1)) < 0.5
            normal = buffer.geometric_normal if facets else buffer.normal
            above = torch.tensor((0.0, 0.0, 1.2))
            sun = torch.nn.functional.normalize(torch.randn(3, generator=generator) + above, dim=0)
            sky = uniform(0.3, 0.8, 1) * (0.75 + 0.25 * normal[:, 2:])
            light = sky + uniform(0.1, 0.9, 1) * (normal @ sun)[:, None].clamp_min(0.0)
            shown = (across(coat(body, generator)) * light).clamp(0.0, 1.0).sqrt()
            shown = (shown + uniform(0.0, 0.04, 1) * torch.randn(shown.shape, generator=generator)).clamp(0.0, 1.0)
            parts = buffer.image(shown), buffer.mask.float() * covered(generator), place
            if mirror:
                parts = parts[0].flip(1), parts[1].flip(1), place.flip(1) * place.new_tensor((-1.0, 1.0, 1.0))
            results.append(parts)
    return tuple(torch.stack(values) for values in zip(*results))


def waves(body: Body, generator: torch.Generator) -> torch.Tensor:
    """(V, 3) smooth bumps along the normals, alike on both sides."""
    place = body.vertices * torch.tensor((-1.0, 1.0, 1.0))
    place = torch.where(body.vertices[:, :1] > 0, body.vertices, place)
    turn = 6.0 * torch.randn((3, 4), generator=generator)
    height = torch.sin(place @ turn + 6.28 * torch.rand(4, generator=generator)).mean(dim=1)
    return 0.03 * height[:, None] * body.normals


def coat(body: Body, generator: torch.Generator) -> torch.Tensor:
    """(V, 3) linear colours: patches of a few colors, mostly bounded as on animals."""
    x, y, z = body.vertices.unbind(-1)
    palette = torch.rand((6, 3), generator=generator) * torch.rand((6, 1), generator=generator)
    warm = torch.tensor((1.0, 0.7, 0.45)) * (0.1 + 0.8 * torch.rand((6, 1), generator=generator))
    palette = torch.where(torch.rand((6, 1), generator=generator) < 0.6, warm, palette)
    colour = palette[0].repeat(len(x), 1)

    def chance(part: float) -> bool:
        return float(torch.rand(1, generator=generator)) < part

    def number(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand(1, generator=generator))

    strength = body.weights
    part = torch.stack([strength[:, [stem in stems for stem in body.stems]].sum(dim=1) for stems in GROUPS], dim=1)
    if chance(0.4):  # belly
        below = (z < number(0.55, 0.75)) & (part[:, 4] < 0.5)
        colour = torch.where(below[:, None], palette[1], colour)
    for index, likely in enumerate((0.3, 0.3, 0.35, 0.25)):  # tail, ears, neck's mane, head
        if chance(likely):
            colour = torch.where(part[:, index : index + 1] > 0.5, palette[1 + index], colour)
    if chance(0.5):  # socks
        colour = torch.where((z < number(0.08, 0.45))[:, None], palette[4], colour)
    if chance(0.5):  # muzzle
        colour = torch.where((y < number(-1.35, -1.15))[:, None], palette[5], colour)
    if chance(0.25):  # mane
        colour = torch.where(((x.abs() < 0.05) & (z > 0.9) & (y < 0.9))[:, None], palette[1], colour)
    if chance(0.3):  # stripes and spots
        turn = number(4, 20) * torch.randn((3, 2), generator=generator)
        place = torch.stack((x.abs(), y, z), dim=1)
        colour = torch.where((torch.sin(place @ turn).prod(dim=1) > number(0.0, 0.5))[:, None], palette[3], colour)
    if chance(0.8):  # eyes
        eye = (body.vertices - torch.tensor((0.0, -1.05, 1.38))) * torch.tensor((0.0, 1.0, 1.0))
        colour = torch.where(((eye.norm(dim=1) < 0.06) & (x.abs() > 0.06))[:, None], torch.tensor(0.02), colour)
    return colour


GROUPS = (("Tail",), ("Ear",), ("Neck",), ("Head",), ("Head", "Neck", "Ear"))


def covered(generator: torch.Generator) -> torch.Tensor:
    """(SIZE, SIZE) what stands in front or where the picture ends, in a third of all pictures: 0 there."""
    result = torch.ones(SIZE, SIZE)
    kind = float(torch.rand(1, generator=generator))
    begin = int(SIZE * (0.2 + 0.5 * float(torch.rand(1, generator=generator))))
    wide = int(SIZE * (0.05 + 0.2 * float(torch.rand(1, generator=generator))))
    if kind < 0.1:
        result[:, begin : begin + wide] = 0.0
    elif kind < 0.15:
        result[begin : begin + wide] = 0.0
    elif kind < 0.25:
        result[:, : min(begin, SIZE // 3)] = 0.0
    elif kind < 0.35:
        result[:, max(begin, 2 * SIZE // 3) :] = 0.0
    return result


if __name__ == "__main__":
    main()
