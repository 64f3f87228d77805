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
    lines = metals.brush_lines(place, draw)
    here = place.here(lines)
    albedo = below.albedo * (0.86 + 0.12 * here).clamp(0.55, 1.05)[:, None]
    return Layer(albedo, (0.34 + 0.06 * here).clamp(0.15, 1), below.metallic, 0.3 * below.height + 0.0012 * lines)


def hammered(place: Place, draw: Draw, below: Layer) -> Layer:
    return metals.dented(place, draw, below)


def rusty(place: Place, draw: Draw, below: Layer) -> Layer:
    """Patches of orange-brown oxide with ragged, raised rims and runs below them."""
    spread = waves(place.position, draw, 0.9, 4, 0.55)
    runs = waves(place.position, draw, 2.5, 1, stretch=(1, 1, 6.0), count=14)
    level = spread + 0.2 * runs + draw.uniform(-0.4, 0.3)
    cover = smoothstep(-0.1, 0.06, level)
    grain = waves(place.position, draw, 4.0, 2, 0.7)
    oxide = layer(place, metals.rust(place, draw), 0.92, below.height * 0.4 + 0.012 + 0.008 * grain)
    # Brown stain on the metal around the patches.
    stain = place.here(smoothstep(-0.7, -0.05, level))[:, None]
    stained = below.albedo * torch.lerp(torch.ones(3, device=stain.device), stain.new_tensor([0.62, 0.42, 0.28]), stain)
    return blend(place, dataclasses.replace(below, albedo=stained), oxide, cover)


def tarnished(place: Place, draw: Draw, below: Layer) -> Layer:
    """Dark film that spares what is rubbed bright."""
    film = smoothstep(-1.3, 1.3, waves(place.position, draw, 0.8, 3, 0.5) + 0.4)
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
    """Faded, stained brown, dented, with a few cracks."""
    stain = waves(place.position, draw, 0.8, 4, 0.55)
    here = smoothstep(-0.5, 1.1, place.here(stain))
    grey = luminance(below.albedo)[:, None]
    faded = torch.lerp(below.albedo, grey.expand(-1, 3), 0.4)
    albedo = mix(faded, faded * torch.tensor([0.52, 0.40, 0.27], device=here.device), here)
    lines = cells(place, warp(place.position, draw, 1.3, 0.12, 2), draw, 0.62)
    crack = smoothstep(0.028, 0.008, lines.border) * smoothstep(-0.2, 0.4, stain)
    dents = waves(place.position, draw, 1.6, 2, 0.5)
    albedo = albedo * (1 - 0.7 * place.here(crack))[:, None]
    return Layer(albedo, below.roughness * 0.5 + 0.42, below.metallic, below.height + 0.014 * dents - 0.03 * crack)


def scratched(place: Place, draw: Draw, below: Layer) -> Layer:
    """Straight thin scratches in bundles: pale on dark surfaces, dark on pale ones."""
    count = 26
    normals = torch.nn.functional.normalize(draw.randn(count, 3), dim=-1)
    along = torch.nn.functional.normalize(torch.linalg.cross(normals, draw.randn(count, 3)), dim=-1)
    bend = waves(place.position, draw, 0.6, 1, count=8)[:, None] * 0.03
    apart = (place.position @ normals.t() + bend - (draw.rand(count) * 2 - 1)).abs()
    # A scratch ends: it is cut out of its plane by a window along it.
    window = (place.position @ along.t() - (draw.rand(count) * 1.6 - 0.8)).abs() - (0.25 + 0.5 * draw.rand(count))
    depth = smoothstep(0.013, 0.005, apart) * smoothstep(0.06, -0.06, window)
    marks = depth.amax(-1)
    here = place.here(marks)
    metal = below.metallic[:, None] > 0.5
    bright = luminance(below.albedo)[:, None] > 0.4
    pale = torch.where(metal | bright, below.albedo * 0.3, 0.4 * below.albedo + 0.42)
    rough = mix(below.roughness, torch.full_like(here, 0.7), here)
    return Layer(mix(below.albedo, pale, 0.9 * here), rough, below.metallic, below.height - 0.01 * marks)


def cracked(place: Place, draw: Draw, below: Layer) -> Layer:
    """A network of dark, deep cracks."""
    plates = cells(place, warp(place.position, draw, 1.3, 0.09, 3), draw, draw.log_uniform(0.62, 0.8))
    crack = smoothstep(0.036, 0.014, plates.border)
    tone = place.here(per_cell(plates.identity, draw))
    albedo = below.albedo * (0.9 + 0.15 * tone)[:, None] * (1 - 0.92 * place.here(crack))[:, None]
    rough = mix(below.roughness, torch.full_like(tone, 0.9), place.here(crack))
    return Layer(albedo, rough, below.metallic, below.height - 0.055 * smoothstep(0.06, 0.012, plates.border))


def dusty(place: Place, draw: Draw, below: Layer) -> Layer:
    """Grey-beige dust, thick where the surface looks up."""
    upward = place.normal[:, 2]
    noise = waves(place.position, draw, 1.6, 4, 0.6)
    cover = (0.3 + 0.62 * smoothstep(-0.1, 0.8, upward) + 0.14 * noise).clamp(0.08, 0.92)
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
    noise = waves(place.position, draw, 1.0, 3, 0.55)
    low = -(below.height - below.height.mean()) / (below.height.std() + 1e-3)
    cover = smoothstep(0.0, 0.22, 0.55 * noise + 0.9 * place.normal[:, 2] + 0.12 * low.clamp(-2, 2) + 0.1)
    tufts = cells(place, place.position, draw, 0.085)
    light, dark = srgb("93a83e", draw, 0.03, 8), srgb("33501a", draw, 0.03, 8)
    tone = 0.85 - 0.9 * tufts.nearest + 0.2 * per_cell(tufts.identity, draw) + 0.15 * noise
    green = mix(dark, light, place.here(tone).clamp(0, 1))
    return blend(place, below, layer(place, green, 1.0, below.height * 0.4 + 0.06 - 0.03 * tufts.nearest), cover)


def burnt(place: Place, draw: Draw, below: Layer) -> Layer:
    """Charred from one side: black crust, brown rim, a little ash."""
    side = place.position @ torch.nn.functional.normalize(draw.randn(3), dim=0)
    noise = waves(place.position, draw, 1.1, 4, 0.55)
    heat = 0.8 * side + 0.42 * noise + 0.1
    brown, char = smoothstep(-0.5, 0.05, heat), smoothstep(-0.02, 0.16, heat)
    plates = cells(place, warp(place.position, draw, 1.5, 0.04), draw, 0.26)
    crust = smoothstep(0.0, 0.2, plates.border)
    here = place.here(char)
    scorched = below.albedo * torch.tensor([0.34, 0.2, 0.11], device=here.device)
    albedo = mix(below.albedo, scorched, place.here(brown))
    black = 0.022 + 0.03 * place.here(crust) + 0.14 * place.here(smoothstep(1.2, 2.0, noise))
    albedo = mix(albedo, black[:, None].expand(-1, 3), here)
    rough = mix(below.roughness, torch.full_like(here, 0.9), place.here(brown))
    return Layer(albedo, rough, below.metallic * (1 - here), below.height + 0.035 * (crust - 1) * char)


def frozen(place: Place, draw: Draw, below: Layer) -> Layer:
    """Under a clear, lumpy skin of ice: bluish, very glossy, with white fractures and patches of frost."""
    lumps = waves(place.position, draw, 1.6, 2, 0.5)
    sheets = cells(place, warp(place.position, draw, 1.3, 0.1, 2), draw, 0.66)
    level = waves(place.here(place.position), draw, 1.0, 4, 0.55)
    frost = smoothstep(0.35, 0.9, level + 0.4 * place.here(place.normal)[:, 2])
    fracture = smoothstep(0.04, 0.008, sheets.border)
    white = torch.maximum(0.8 * place.here(fracture), frost)
    deep = place.here(per_cell(sheets.identity, draw))
    albedo = mix(below.albedo, srgb("86c5e8", draw, 0.02, 6), 0.2 + 0.3 * deep)
    albedo = mix(albedo, srgb("edf6fb", draw), 0.9 * white)
    height = 0.5 * below.height + 0.025 * lumps - 0.015 * fracture
    return Layer(albedo, 0.06 + 0.5 * white, below.metallic * (0.5 - 0.5 * white), height)


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
        ("chrome", "rubber", "paper", "cardboard", "sponge"),
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
        "dusty",
        dusty,
        _HARD,
        ("leather", "velvet"),
        ("ice", "snow", "sand", "mud", "lava", "cardboard"),
        ("dust-covered",),
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
