# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the sculptor: first the autoencoder of solids, then the diffusion in its latents."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ..lifting.network import Lifter
from ..sculpting import kinds, sight
from ..sculpting.network import Decoder, Denoiser, Encoder
from ..sculpting.recognise import Recogniser
from ..sculpting.schedule import STEPS, kept_of
from . import sculptor_data, shapes
from .captions import SHAPE_SYNONYMS
from .loop import Options, Progress, train
from .scene import family
from .shards import Pictures, shard_folders

BORDER = 12.0
"""Added weight of cells that a surface passes: what is far from all surfaces is most, and learned at once."""
DIVERGENCE = 1e-4
"""Weight of the latents' divergence from a normal distribution, a mean over places and channels."""
DROPPED = 0.1
"""Share of objects that are learned without their kind, for classifier-free guidance."""
UNNAMED = 0.7
"""Share of pictures whose kind is not told."""
WITHOUT_PICTURE = 5
"""Every so many steps objects are learned by their kinds alone."""

OTHER_NAMES = {
    "airplane": ("airliner", "jet"),
    "ball": ("football", "basketball"),
    "bicycle": ("bike",),
    "bird": ("crow", "dove", "eagle", "parrot", "pigeon", "sparrow"),
    "bookshelf": ("bookcase",),
    "cat": ("kitten",),
    "chess piece": ("chess queen", "chess king", "pawn"),
    "chicken": ("hen", "rooster"),
    "cow": ("bull", "calf"),
    "crocodile": ("alligator",),
    "deer": ("stag", "elk", "moose", "reindeer"),
    "dog": ("puppy", "wolf", "fox"),
    "flower": ("daisy", "rose", "sunflower", "tulip"),
    "frog": ("toad",),
    "horse": ("donkey", "foal", "mule", "zebra"),
    "mouse": ("rat",),
    "mug": ("teacup",),
    "palm tree": ("palm",),
    "pine tree": ("christmas tree", "conifer", "fir", "fir tree", "pine"),
    "rocket": ("spaceship",),
    "sheep": ("lamb",),
    "ship": ("sailboat",),
    "table": ("desk",),
    "tree": ("maple", "oak"),
    "wagon": ("carriage", "cart"),
    "wardrobe": ("closet", "cupboard"),
}
"""Names of things that a kind is near enough to; the captions have others for it."""
AT_ONCE = 64
"""Pictures that the lifter looks at together."""
SMOOTHED = 0.1
"""Of a picture's kind, what is spread over all kinds while the recogniser learns."""
SCALED = 0.05
"""Standard deviation of the factors that each channel is multiplied by, then."""
AUTOENCODER = "autoencoder.safetensors"

OnSave = Callable[[nn.ModuleDict, Progress], None]


def read_forms(folder: Path) -> torch.Tensor:
    """(shards, kinds, CELLS, CELLS, CELLS) uint8 of all shards."""
    return torch.from_numpy(np.stack([np.load(item / "solids.npy") for item in shard_folders(folder)]))


def solid_loss(logits: torch.Tensor, solid: torch.Tensor) -> torch.Tensor:
    """Cross entropy of cells (N, X, Y, Z), most of it from those that a surface passes."""
    weight = 1.0 + BORDER * ((solid > 0.0) & (solid < 1.0)).float()
    loss = functional.binary_cross_entropy_with_logits(logits, solid, reduction="none")
    return (weight * loss).sum() / weight.sum()


def train_solids(
    forms: torch.Tensor, folder: Path, options: Options, device: torch.device, on_save: OnSave
) -> nn.ModuleDict:
    """The autoencoder, from nothing or on from the checkpoint in ``folder``; the averaged modules."""
    torch.manual_seed(0)
    modules = nn.ModuleDict({"encoder": Encoder(), "decoder": Decoder()}).to(device).train()
    flat = forms.flatten(0, 1)

    def loss(samples: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(samples)
        index = torch.randint(len(flat), (options.batch,), generator=generator)
        solid = flat[index].to(device).float() / 255.0
        mean, spread = modules["encoder"](solid)
        noise = torch.randn(mean.shape, generator=generator).to(device)
        logits = modules["decoder"](mean + torch.exp(0.5 * spread) * noise)
        divergence = 0.5 * (mean.square() + spread.exp() - 1.0 - spread).mean()
        return solid_loss(logits, solid) + DIVERGENCE * divergence

    return train(modules, loss, options, folder, on_save)


@torch.no_grad()
def latents_of(forms: torch.Tensor, encoder: Encoder, device: torch.device) -> tuple[torch.Tensor, float]:
    """Means (shards, kinds, CHANNELS, SIDE, SIDE, SIDE) of all objects, and the standard deviation of all numbers."""
    found = torch.stack([encoder(shard.to(device).float() / 255.0)[0].cpu() for shard in forms])
    return found, float(found.std())


def write_autoencoder(modules: nn.ModuleDict, folder: Path) -> None:
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous().cpu() for name, value in modules.state_dict().items()}, folder / AUTOENCODER)


def read_autoencoder(folder: Path, device: torch.device) -> nn.ModuleDict:
    """The encoder and the decoder, to be used. Raises FileNotFoundError."""
    from safetensors.torch import load_file

    modules = nn.ModuleDict({"encoder": Encoder(), "decoder": Decoder()})
    modules.load_state_dict(load_file(folder / AUTOENCODER))
    return modules.to(device).eval().requires_grad_(False)


def write_kinds(folder: Path) -> None:
    """Names of all kinds in the order of their numbers, see :mod:`..sculpting.kinds`."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [
        [family.name, *SHAPE_SYNONYMS.get(family.name, ()), *OTHER_NAMES.get(family.name, ())]
        for family in shapes.FAMILIES
    ]
    (folder / kinds.FILE).write_text(json.dumps(names, indent=1) + "\n", encoding="utf-8")


@dataclasses.dataclass(frozen=True)
class Sights:
    """P pictures of O objects, as the sculptor sees them."""

    seen: torch.Tensor
    """(P, 2, sight.SIDE^2, sight.CHANNELS) float16: of each picture as it is, and mirrored."""
    objects: torch.Tensor
    """(P,) int64: which object each shows."""
    latents: torch.Tensor
    """(O, 2, CHANNELS, SIDE, SIDE, SIDE) float32: of each object, and mirrored."""
    kinds: torch.Tensor
    """(O,) int64."""


@torch.no_grad()
def sights_of(pictures: Pictures, lifter: Lifter, encoder: Encoder, device: torch.device) -> Sights:
    """Of the pictures that the lifter learns from, see ``lifter_data``. The latents are the encoder's own, of any
    deviation."""
    scenes = [item["scene"]["subject"] for item in pictures.scenes()]
    named = [(item["family"], item["shape_seed"]) for item in scenes]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(named))}
    seen, latents = [], []
    for part in torch.arange(len(pictures)).split(AT_ONCE):
        picture = 2.0 * torch.stack([pictures.picture(item) for item in part.tolist()]).to(device).float() / 255 - 1.0
        seen.append(torch.stack([sight.seen(lifter, one).half().cpu() for one in (picture, picture.flip(-1))], dim=1))
    for kind, seed in numbers:
        solid = torch.from_numpy(sculptor_data.solid(shapes.make(family(kind), seed))).to(device)
        latents.append(encoder(torch.stack((solid, solid.flip(0))))[0].cpu())
    order = {item.name: number for number, item in enumerate(shapes.FAMILIES)}
    return Sights(
        torch.cat(seen), torch.tensor([numbers[name] for name in named]), torch.stack(latents),
        torch.tensor([order[kind] for kind, _ in numbers]),
    )  # fmt: skip


def train_denoiser(
    latents: torch.Tensor, sights: Sights, folder: Path, options: Options, device: torch.device, on_save: OnSave
) -> nn.ModuleDict:
    """Diffusion of latents of unit deviation: those (shards, kinds, CHANNELS, SIDE, SIDE, SIDE) of kinds, and those of
    pictures. From nothing or on from the checkpoint in ``folder``; the averaged module."""
    torch.manual_seed(0)
    shards, count = latents.shape[:2]
    modules = nn.ModuleDict({"denoiser": Denoiser(count)}).to(device).train()
    flat, kept = latents.flatten(0, 1), kept_of().to(device)

    def loss(samples: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(samples)
        if samples // options.batch % WITHOUT_PICTURE:
            picture = torch.randint(len(sights.seen), (options.batch,), generator=generator)
            side = torch.randint(2, (options.batch,), generator=generator)
            item, seen = sights.objects[picture], sights.seen[picture, side].to(device).float()
            clean, kind = sights.latents[item, side], sights.kinds[item]
        else:
            item = torch.randint(shards * count, (options.batch,), generator=generator)
            clean, kind, seen = flat[item], item % count, None
        clean = clean.to(device)
        strata = (torch.rand(1, generator=generator) + torch.arange(options.batch) / options.batch) % 1
        step = (strata * STEPS).long().clamp_max(STEPS - 1)
        step = step[torch.randperm(options.batch, generator=generator)].to(device)
        noise = torch.randn(clean.shape, generator=generator).to(device)
        dropped = torch.rand(options.batch, generator=generator) < (DROPPED if seen is None else UNNAMED)
        kind = torch.where(dropped, count, kind).to(device)
        signal, rest = (part[:, None, None, None, None] for part in (kept[step].sqrt(), (1 - kept[step]).sqrt()))
        found = modules["denoiser"](signal * clean + rest * noise, step, kind, seen)
        return functional.mse_loss(found, signal * noise - rest * clean)

    return train(modules, loss, options, folder, on_save)


def train_recogniser(
    sights: Sights, folder: Path, options: Options, device: torch.device, on_save: OnSave
) -> nn.ModuleDict:
    """Kinds of pictures, from nothing or on from the checkpoint in ``folder``; the averaged module."""
    torch.manual_seed(0)
    modules = nn.ModuleDict({"recogniser": Recogniser(len(shapes.FAMILIES))}).to(device).train()

    def loss(samples: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(samples)
        picture = torch.randint(len(sights.seen), (options.batch,), generator=generator)
        seen = sights.seen[picture, torch.randint(2, (options.batch,), generator=generator)].float()
        factors = 1.0 + SCALED * torch.randn((options.batch, 1, seen.shape[-1]), generator=generator)
        kind = sights.kinds[sights.objects[picture]].to(device)
        found = modules["recogniser"]((seen * factors).to(device))
        return functional.cross_entropy(found, kind, label_smoothing=SMOOTHED)

    return train(modules, loss, options, folder, on_save)
