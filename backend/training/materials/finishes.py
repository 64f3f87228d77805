# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has happened to a material: each finish changes a finished layer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import torch

from . import metals
from .colours import luminance, srgb
from .draw import Draw
from .layer import Layer, Place, blend, layer, mix, smoothstep
from .noise import cells, per_cell, warp, waves


def polished(place: Place, draw: Draw, below: Layer) -> Layer:
    """Smoothed and waxed: mirror-like, deeper colour, flatter relief."""
    return Layer(below.albedo * 0.92, (below.roughness * 0.12).clamp_min(0.05), below.metallic, below.height * 0.35)


def matte(place: Place, draw: Draw, below: Layer) -> Layer:
    """No highlight at all."""
    return Layer(below.albedo * 0.96 + 0.01, below.roughness * 0.15 + 0.82, below.metallic, below.height)


def glossy(place: Place, draw: Draw, below: Layer) -> Layer:
    """Varnished, with all of its relief."""
    return Layer(below.albedo * 0.95, (below.roughness * 0.15).clamp(0.06, 0.12), below.metallic, below.height)


def brushed(place: Place, draw: Draw, below: Layer) -> Layer:
    lines = waves(place.position @ draw.rotation(0.6), draw, 11.0, 2, 0.9, stretch=(14.0, 14.0, 1.0), count=20)
    here = place.here(lines)
    albedo = below.albedo * (0.88 + 0.1 * here).clamp(0.6, 1.05)[:, None]
    return Layer(albedo, (0.36 + 0.07 * here).clamp(0.15, 1), below.metallic, below.height + 0.003 * lines)


def hammered(place: Place, draw: Draw, below: Layer) -> Layer:
    return metals.dented(place, draw, below)


def rusty(place: Place, draw: Draw, below: Layer) -> Layer:
    """Patches of orange-brown oxide with ragged, raised rims and runs below them."""
    spread = waves(place.position, draw, 1.0, 4, 0.62)
    runs = waves(place.position, draw, 3.0, 2, 0.7, stretch=(1, 1, 7.0))
    cover = smoothstep(-0.12, 0.12, spread + 0.2 * runs + draw.uniform(-0.25, 0.45))
    grain = waves(place.position, draw, 5.0, 3, 0.75)
    oxide = layer(place, metals.rust(place, draw), 0.92, below.height + 0.012 + 0.01 * grain)
    return blend(place, below, oxide, cover)


def tarnished(place: Place, draw: Draw, below: Layer) -> Layer:
    """Dark film that spares what is rubbed bright."""
    film = smoothstep(-0.7, 0.8, waves(place.position, draw, 0.9, 4, 0.6) + 0.3)
    here = place.here(film)
    dark = below.albedo * torch.tensor([0.30, 0.24, 0.20], device=here.device)
    return Layer(
        mix(below.albedo, dark, 0.9 * here),
        mix(below.roughness, torch.full_like(here, 0.55), here),
        below.metallic,
        below.height,
    )


def verdigris(place: Place, draw: Draw, below: Layer) -> Layer:
    """Green patina on copper and its alloys, runs downwards."""
    spread = waves(place.position, draw, 0.9, 4, 0.6, stretch=(1, 1, 1.8))
    cover = smoothstep(-0.25, 0.2, spread + draw.uniform(0.1, 0.6))
    grain = waves(place.position, draw, 5.0, 2, 0.8)
    green = layer(place, metals.patina(place, draw), 0.9, below.height + 0.006 * grain)
    dulled = Layer(below.albedo * 0.45, below.roughness + 0.2, below.metallic, below.height)
    return blend(place, dulled, green, cover)


def old(place: Place, draw: Draw, below: Layer) -> Layer:
    """Faded, stained brown, worn and cracked a little."""
    stain = waves(place.position, draw, 0.9, 4, 0.62)
    here = smoothstep(-0.6, 1.2, place.here(stain))
    grey = luminance(below.albedo)[:, None]
    faded = mix(below.albedo, grey.expand(-1, 3), torch.full_like(here, 0.45))
    brown = faded * torch.tensor([0.58, 0.46, 0.33], device=here.device)
    albedo = mix(faded, brown, here)
    lines = cells(place, warp(place.position, draw, 1.4, 0.14, 3), draw, 0.6)
    crack = smoothstep(0.035, 0.01, lines.border) * smoothstep(-0.2, 0.4, stain)
    dents = waves(place.position, draw, 2.2, 3, 0.6)
    albedo = albedo * (1 - 0.65 * place.here(crack))[:, None]
    return Layer(albedo, below.roughness * 0.5 + 0.42, below.metallic, below.height + 0.016 * dents - 0.03 * crack)


def scratched(place: Place, draw: Draw, below: Layer) -> Layer:
    """Bundles of straight, thin, pale lines in a few directions."""
    marks = torch.zeros_like(place.position[:, 0])
    for _ in range(4):
        turned = place.position @ draw.rotation()
        fine = waves(turned, draw, 5.0, 1, stretch=(1.0, 9.0, 9.0), count=10)
        where = waves(turned, draw, 0.9, 1, stretch=(1.0, 1.8, 1.8))
        marks = torch.maximum(marks, smoothstep(0.14, 0.03, (fine - 0.8).abs()) * smoothstep(0.2, 0.5, where))
    here = place.here(marks)
    metal = below.metallic[:, None] > 0.5
    pale = torch.where(metal, below.albedo * 0.3, 0.45 * below.albedo + 0.42)
    dark = luminance(below.albedo)[:, None] > 0.55
    pale = torch.where(dark & ~metal, below.albedo * 0.45, pale)
    return Layer(
        mix(below.albedo, pale, 0.9 * here),
        mix(below.roughness, torch.full_like(here, 0.7), here),
        below.metallic,
        below.height - 0.014 * marks,
    )


def cracked(place: Place, draw: Draw, below: Layer) -> Layer:
    """A network of dark, deep cracks."""
    plates = cells(place, warp(place.position, draw, 1.5, 0.09, 3), draw, draw.log_uniform(0.5, 0.64))
    rough = waves(place.position, draw, 3.5, 2, 0.6)
    crack = smoothstep(0.055, 0.022, plates.border + 0.008 * rough)
    tone = place.here(per_cell(plates.identity, draw))
    albedo = below.albedo * (0.88 + 0.2 * tone)[:, None] * (1 - 0.9 * place.here(crack))[:, None]
    height = below.height - 0.06 * smoothstep(0.09, 0.02, plates.border)
    return Layer(albedo, mix(below.roughness, torch.full_like(tone, 0.9), place.here(crack)), below.metallic, height)


def dusty(place: Place, draw: Draw, below: Layer) -> Layer:
    """Grey-beige dust, thick where the surface looks up."""
    upward = place.normal[:, 2]
    noise = waves(place.position, draw, 1.6, 4, 0.6)
    cover = (0.42 + 0.55 * smoothstep(-0.1, 0.8, upward) + 0.14 * noise).clamp(0.1, 0.95)
    dust = layer(place, srgb("b7aa94", draw, 0.03, 10), 1.0, below.height * 0.6)
    return blend(place, below, dust, cover)


def wet(place: Place, draw: Draw, below: Layer) -> Layer:
    """Dark and shining, with drops and runs. Wet rough matter is about half as bright (Lekner and Dorf 1988)."""
    beads = cells(place, place.position, draw, draw.log_uniform(0.17, 0.22))
    size = 0.16 + 0.28 * per_cell(beads.identity, draw)
    inside = beads.nearest / size
    drop = (1 - inside.square()).clamp_min(0).sqrt()
    porous = (below.roughness - 0.2).clamp(0, 0.6)
    albedo = below.albedo * (1 - 0.8 * porous)[:, None]
    albedo = torch.where(below.metallic[:, None] > 0.5, below.albedo, albedo * (1 - 0.15 * place.here(drop))[:, None])
    return Layer(albedo, torch.full_like(below.roughness, 0.06), below.metallic, below.height * 0.7 + 0.035 * drop)


def dirty(place: Place, draw: Draw, below: Layer) -> Layer:
    """Brown mud splashed from below and smeared everywhere."""
    noise = waves(place.position, draw, 1.1, 4, 0.62)
    runs = waves(place.position, draw, 2.5, 2, stretch=(1, 1, 6.0))
    cover = smoothstep(-0.25, 0.35, 0.75 * noise + 0.25 * runs - 0.9 * place.world[:, 2] - 0.15)
    film = layer(place, srgb("4a3521", draw, 0.03, 8), 0.95, below.height * 0.6 + 0.015)
    smear = Layer(
        below.albedo * torch.tensor([0.72, 0.64, 0.54], device=noise.device),
        below.roughness * 0.5 + 0.4,
        below.metallic,
        below.height,
    )
    return blend(place, smear, film, cover)


def mossy(place: Place, draw: Draw, below: Layer) -> Layer:
    """Green cushions on what looks up and in hollows."""
    noise = waves(place.position, draw, 1.1, 4, 0.6)
    low = -(below.height - below.height.mean()) / (below.height.std() + 1e-3)
    cover = smoothstep(0.0, 0.3, 0.55 * noise + 0.9 * place.normal[:, 2] + 0.12 * low.clamp(-2, 2) + 0.1)
    tuft = waves(place.position, draw, 5.5, 3, 0.85)
    light, dark = srgb("8fa93f", draw, 0.03, 8), srgb("34511c", draw, 0.03, 8)
    green = mix(dark, light, (0.5 + 0.24 * place.here(tuft)).clamp(0, 1))
    return blend(place, below, layer(place, green, 1.0, below.height * 0.4 + 0.05 + 0.018 * tuft), cover)


def burnt(place: Place, draw: Draw, below: Layer) -> Layer:
    """Charred from one side: black crust, brown rim, ash."""
    side = place.position @ torch.nn.functional.normalize(draw.randn(3), dim=0)
    noise = waves(place.position, draw, 1.2, 4, 0.62)
    heat = 0.9 * side + 0.5 * noise + 0.35
    brown = smoothstep(-0.55, 0.05, heat)
    char = smoothstep(-0.05, 0.25, heat)
    plates = cells(place, warp(place.position, draw, 1.5, 0.04), draw, 0.26)
    crust = smoothstep(0.0, 0.2, plates.border)
    here = place.here(char)
    scorched = below.albedo * torch.tensor([0.35, 0.22, 0.13], device=here.device)
    albedo = mix(below.albedo, scorched, place.here(brown))
    black = 0.021 + 0.035 * place.here(crust * smoothstep(0.6, 1.4, noise))
    albedo = mix(albedo, black[:, None].expand(-1, 3), here)
    return Layer(
        albedo,
        mix(below.roughness, torch.full_like(here, 0.9), place.here(brown)),
        below.metallic * (1 - here),
        below.height + 0.035 * (crust - 1) * char,
    )


def frozen(place: Place, draw: Draw, below: Layer) -> Layer:
    """Under a skin of ice with white frost ferns."""
    noise = waves(place.position, draw, 1.5, 4, 0.65)
    ferns = cells(place, warp(place.position, draw, 2.2, 0.1, 3), draw, 0.36)
    frost = (0.5 + 0.3 * noise + 0.55 * smoothstep(0.1, 0.0, ferns.border)).clamp(0.12, 0.95)
    here = place.here(frost)
    albedo = mix(below.albedo, srgb("d6ecf8", draw, 0.01), 0.9 * here)
    rough = mix(torch.full_like(here, 0.08), torch.full_like(here, 0.5), smoothstep(0.5, 0.9, here))
    return Layer(albedo, rough, below.metallic * (1 - 0.95 * here), below.height * 0.5 + 0.015 * noise)


def snowy(place: Place, draw: Draw, below: Layer) -> Layer:
    """Snow lies on everything that looks up."""
    drift = waves(place.position, draw, 1.3, 3, 0.5)
    cover = smoothstep(0.1, 0.28, place.normal[:, 2] + 0.17 * drift - 0.05)
    snow = layer(place, srgb("f2f6fa", draw), 0.95, below.height * 0.2 + 0.07 + 0.03 * drift)
    return blend(place, below, snow, cover)


def peeling(place: Place, draw: Draw, below: Layer) -> Layer:
    """Flakes of the surface have come off the grey ground below; their rims stand up."""
    noise = waves(warp(place.position, draw, 2.0, 0.06), draw, 1.1, 4, 0.62)
    level = noise + draw.uniform(-0.25, 0.15)
    bare = smoothstep(0.02, 0.1, level)
    rim = torch.exp(-(((level + 0.06) / 0.09) ** 2))
    ground = srgb(("b9a88e", "8b8178", "6e5a48")[draw.integer(3)], draw, 0.04, 10)
    grain = waves(place.position, draw, 6.0, 2, 0.7, stretch=(1, 1, 4))
    under = layer(
        place, ground * (1 + 0.09 * place.here(grain))[:, None], 0.9, below.height * 0.6 - 0.035 + 0.004 * grain
    )
    above = Layer(below.albedo, below.roughness, below.metallic, below.height + 0.02 * rim)
    return blend(place, above, under, bare)


@dataclasses.dataclass(frozen=True)
class Finish:
    """A finish word, and the groups and single words that it suits."""

    name: str
    apply: Callable[[Place, Draw, Layer], Layer]
    groups: tuple[str, ...]
    words: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()


_HARD = ("wood", "stone", "metal", "synthetic")

FINISHES: tuple[Finish, ...] = (
    Finish(
        "polished",
        polished,
        ("wood", "stone"),
        ("iron", "steel", "aluminium", "bronze", "brass", "copper", "leather", "bone"),
        (
            "marble",
            "granite",
            "obsidian",
            "jade",
            "agate",
            "porcelain",
            "ice",
            "snow",
            "sand",
            "bark",
            "lava",
            "terrazzo",
            "mud",
        ),
        ("shiny", "waxed"),
    ),
    Finish(
        "matte",
        matte,
        ("synthetic", "metal"),
        ("porcelain", "ceramic", "tiles", "leather", "marble", "car paint"),
        ("rubber", "paper", "cardboard", "sponge"),
        ("dull",),
    ),
    Finish(
        "glossy",
        glossy,
        ("wood", "synthetic"),
        ("clay", "terracotta", "leather", "brick", "stone", "scales", "coral"),
        ("bark", "paper", "cardboard", "sponge", "cork", "plastic"),
        ("lacquered", "varnished"),
    ),
    Finish("brushed", brushed, (), ("gold", "silver", "copper", "bronze", "aluminium", "chrome")),
    Finish(
        "hammered",
        hammered,
        (),
        ("gold", "silver", "copper", "brass", "bronze", "iron", "steel", "aluminium"),
        (),
        ("dented", "beaten"),
    ),
    Finish(
        "rusty",
        rusty,
        (),
        ("iron", "steel", "painted metal", "tread plate", "chain mail", "car paint"),
        (),
        ("rusted", "corroded"),
    ),
    Finish("tarnished", tarnished, (), ("silver", "brass", "copper", "bronze", "gold")),
    Finish("verdigris", verdigris, (), ("copper", "bronze", "brass"), (), ("patinated", "green-patinated")),
    Finish(
        "old",
        old,
        ("wood", "stone", "metal", "fabric", "synthetic"),
        ("bone", "leather"),
        ("snow", "ice", "lava", "sand", "mud", "chrome"),
        ("aged", "worn", "ancient"),
    ),
    Finish(
        "scratched",
        scratched,
        ("metal", "synthetic"),
        ("wood", "walnut", "mahogany", "leather", "ceramic", "tiles", "car paint"),
        ("chain mail", "sponge", "paper", "cardboard", "damascus steel"),
        ("scuffed",),
    ),
    Finish(
        "cracked",
        cracked,
        ("stone",),
        ("wood", "oak", "plastic", "chocolate", "bone", "wax", "leather", "ice"),
        ("snow", "sand", "mud", "lava", "mosaic", "cobblestone", "roof tiles"),
        ("broken",),
    ),
    Finish(
        "dusty", dusty, _HARD, ("leather", "velvet"), ("snow", "sand", "mud", "lava", "cardboard"), ("dust-covered",)
    ),
    Finish(
        "wet",
        wet,
        ("wood", "stone", "metal", "synthetic", "organic", "fabric"),
        (),
        ("snow", "lava", "paper", "cardboard", "sponge", "cheese", "honeycomb", "chocolate", "chrome", "ice"),
        ("rain-soaked", "dripping"),
    ),
    Finish(
        "dirty",
        dirty,
        ("wood", "stone", "metal", "fabric", "synthetic"),
        (),
        ("mud", "lava", "sand"),
        ("muddy", "grimy"),
    ),
    Finish(
        "mossy", mossy, ("wood", "stone"), (), ("snow", "sand", "lava", "ice", "cork"), ("moss-covered", "overgrown")
    ),
    Finish(
        "burnt",
        burnt,
        ("wood", "fabric"),
        ("paper", "cardboard", "plastic", "brick", "stone", "leaves", "bone"),
        (),
        ("charred", "scorched"),
    ),
    Finish("frozen", frozen, _HARD, ("leaves", "grass"), ("snow", "ice", "lava"), ("frosty", "icy")),
    Finish("snowy", snowy, _HARD, ("leaves", "grass", "moss"), ("snow", "lava", "ice"), ("snow-covered",)),
    Finish(
        "peeling",
        peeling,
        (),
        ("painted wood", "painted metal", "plaster", "wood", "planks", "leather", "concrete", "car paint"),
        (),
        ("flaking",),
    ),
)
