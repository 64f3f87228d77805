# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look, such as "rusty striped painted metal", and its evaluation at points of a surface."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import torch

from . import fabrics, metals, organic, stones, synthetic, woods
from .colours import COLOURS, Colour, apart
from .draw import Draw
from .finishes import FINISHES, Finish
from .layer import Layer, Place, Points, Sample, bumped, surround
from .noise import per_cell
from .patterns import PATTERNS, Pattern

Make = Callable[[Place, Draw, "torch.Tensor | None"], Layer]


@dataclasses.dataclass(frozen=True)
class Word:
    """A material word."""

    name: str
    group: str
    """wood, stone, metal, fabric, organic or synthetic."""
    make: Make
    takes_colour: bool = False
    takes_pattern: bool = False
    """Only with ``takes_colour``: surfaces plain enough to show a pattern."""
    synonyms: tuple[str, ...] = ()

    def suits(self, finish: Finish) -> bool:
        """Whether the finish goes with this material."""
        return self.name not in finish.never and (self.name in finish.words or self.group in finish.groups)


WORDS: tuple[Word, ...] = (
    Word("wood", "wood", woods.wood, True, True, ("wooden", "timber")),
    Word("oak", "wood", woods.oak, synonyms=("oak wood",)),
    Word("walnut", "wood", woods.walnut, synonyms=("walnut wood",)),
    Word("pine", "wood", woods.pine, synonyms=("pine wood",)),
    Word("mahogany", "wood", woods.mahogany, synonyms=("cherry wood",)),
    Word("planks", "wood", woods.planks, True, synonyms=("wooden planks", "boards")),
    Word("bamboo", "wood", woods.bamboo, True),
    Word("bark", "wood", woods.bark, synonyms=("tree bark",)),
    Word("cork", "wood", woods.cork),
    Word("wicker", "wood", woods.wicker, True, synonyms=("rattan", "basketwork")),
    Word("brick", "stone", stones.brick, True, synonyms=("bricks", "brickwork")),
    Word("stone", "stone", stones.stone, True, synonyms=("rock", "rough stone")),
    Word("cobblestone", "stone", stones.cobblestone, True, synonyms=("cobbles", "cobblestones")),
    Word("marble", "stone", stones.marble, True),
    Word("granite", "stone", stones.granite, True),
    Word("slate", "stone", stones.slate, True),
    Word("sandstone", "stone", stones.sandstone, True),
    Word("concrete", "stone", stones.concrete, True, True, ("cement",)),
    Word("terracotta", "stone", stones.terracotta, synonyms=("earthenware",)),
    Word("clay", "stone", stones.clay, True),
    Word("porcelain", "stone", stones.porcelain, True, True, ("china",)),
    Word("ceramic", "stone", stones.ceramic, True, True, ("glazed ceramic", "pottery")),
    Word("tiles", "stone", stones.tiles, True, synonyms=("tiled", "ceramic tiles")),
    Word("mosaic", "stone", stones.mosaic, True),
    Word("roof tiles", "stone", stones.roof_tiles, True, synonyms=("clay tiles",)),
    Word("terrazzo", "stone", stones.terrazzo, True),
    Word("plaster", "stone", stones.plaster, True, True, ("stucco",)),
    Word("sand", "stone", stones.sand, True),
    Word("mud", "stone", stones.mud, synonyms=("dried mud", "cracked earth")),
    Word("lava", "stone", stones.lava, synonyms=("magma",)),
    Word("jade", "stone", stones.jade),
    Word("obsidian", "stone", stones.obsidian, synonyms=("volcanic glass",)),
    Word("agate", "stone", stones.agate, True, synonyms=("banded agate",)),
    Word("ice", "stone", stones.ice),
    Word("snow", "stone", stones.snow),
    Word("gold", "metal", metals.gold, synonyms=("golden",)),
    Word("silver", "metal", metals.silver),
    Word("copper", "metal", metals.copper),
    Word("bronze", "metal", metals.bronze),
    Word("brass", "metal", metals.brass),
    Word("iron", "metal", metals.iron, synonyms=("cast iron",)),
    Word("steel", "metal", metals.steel, synonyms=("stainless steel", "brushed steel")),
    Word("aluminium", "metal", metals.aluminium, synonyms=("aluminum",)),
    Word("chrome", "metal", metals.chrome, synonyms=("mirror",)),
    Word("damascus steel", "metal", metals.damascus, synonyms=("damascus",)),
    Word("tread plate", "metal", metals.tread_plate, synonyms=("diamond plate",)),
    Word("chain mail", "metal", metals.chain_mail, synonyms=("chainmail",)),
    Word("painted metal", "metal", metals.painted_metal, True, True, ("enamelled metal",)),
    Word("car paint", "synthetic", metals.car_paint, True, True, ("automotive paint",)),
    Word("fabric", "fabric", fabrics.fabric, True, True, ("cloth", "cotton")),
    Word("burlap", "fabric", fabrics.burlap, True, synonyms=("sackcloth",)),
    Word("knitted wool", "fabric", fabrics.knitted_wool, True, True, ("wool", "knitted")),
    Word("velvet", "fabric", fabrics.velvet, True),
    Word("silk", "fabric", fabrics.silk, True, True, ("satin",)),
    Word("denim", "fabric", fabrics.denim, True, synonyms=("jeans",)),
    Word("leather", "fabric", fabrics.leather, True, True),
    Word("quilted fabric", "fabric", fabrics.quilted, True, synonyms=("quilted", "padded")),
    Word("carpet", "fabric", fabrics.carpet, True, True, ("rug",)),
    Word("felt", "fabric", fabrics.felt, True, True),
    Word("fur", "fabric", fabrics.fur, True, True, ("furry",)),
    Word("rope", "fabric", fabrics.rope, True),
    Word("carbon fibre", "synthetic", fabrics.carbon_fibre, synonyms=("carbon fiber",)),
    Word("scales", "organic", organic.scales, True, synonyms=("scaly", "fish scales", "dragon scales")),
    Word("snake skin", "organic", organic.snake_skin, True, synonyms=("snakeskin",)),
    Word("crocodile skin", "organic", organic.crocodile, True, synonyms=("crocodile", "alligator skin")),
    Word("feathers", "organic", organic.feathers, True, synonyms=("feathered",)),
    Word("moss", "organic", organic.moss),
    Word("grass", "organic", organic.grass),
    Word("leaves", "organic", organic.leaves, synonyms=("leafy", "foliage")),
    Word("coral", "organic", organic.coral, True, synonyms=("brain coral",)),
    Word("bone", "organic", organic.bone, synonyms=("ivory",)),
    Word("chocolate", "organic", organic.chocolate),
    Word("honeycomb", "organic", organic.honeycomb),
    Word("cheese", "organic", organic.cheese, synonyms=("swiss cheese",)),
    Word("watermelon", "organic", organic.watermelon),
    Word("plastic", "synthetic", synthetic.plastic, True, True),
    Word("rubber", "synthetic", synthetic.rubber, True, synonyms=("tyre rubber",)),
    Word("wax", "synthetic", synthetic.wax, True, synonyms=("candle wax",)),
    Word("paper", "synthetic", synthetic.paper, True, True, ("crumpled paper",)),
    Word("cardboard", "synthetic", synthetic.cardboard, True),
    Word("sponge", "synthetic", synthetic.foam, True, synonyms=("foam",)),
)


@dataclasses.dataclass(frozen=True)
class Look:
    """What a caption says of a surface; names of ``Word``, ``Colour``, ``Pattern`` and ``Finish``."""

    word: str
    colour: str | None = None
    second: str | None = None
    """The pattern's other colour; white or black, whichever stands off more, if the pattern has none."""
    pattern: str | None = None
    finish: str | None = None


def _named(items, name: str):
    for item in items:
        if item.name == name:
            return item
    raise ValueError(f"no such name: {name!r}; there are {', '.join(item.name for item in items)}")


def word_named(name: str) -> Word:
    return _named(WORDS, name)


def colour_named(name: str) -> Colour:
    return _named(COLOURS, name)


def pattern_named(name: str) -> Pattern:
    return _named(PATTERNS, name)


def finish_named(name: str) -> Finish:
    return _named(FINISHES, name)


_MATERIAL, _COLOUR, _PATTERN, _FINISH, _PART = range(5)


def evaluate(look: Look, points: Points, seed: int) -> Sample:
    """The material at points (N, 3). The same seed gives the same material at other points of the object (other views).

    Word, colour, pattern and finish draw from streams of their own, so changing one leaves the others as they are.
    Seeds from ``draw.HELD_OUT`` on use parameters that lower seeds never do.
    """
    device = points.position.device
    word = word_named(look.word)
    shift = None
    if points.part is not None:
        # Each part is cut from another place of the same block.
        shift = per_cell(points.part.long() % 1024, Draw(seed, _PART, device), 3) * 7 * (points.part > 0)[:, None]
    place = surround(points, shift)
    paint = _paint(look, place, seed)
    surface = word.make(place, Draw(seed, _MATERIAL, device), paint)
    if look.finish is not None:
        surface = finish_named(look.finish).apply(place, Draw(seed, _FINISH, device), surface)
    ceiling = torch.where(surface.metallic[:, None] > 0.5, 1.0, 0.9)
    return Sample(
        torch.minimum(surface.albedo.clamp_min(0.02), ceiling),
        surface.roughness.clamp(0.05, 1.0),
        surface.metallic.clamp(0.0, 1.0),
        bumped(points.normal, surface.height),
    )


def _paint(look: Look, place: Place, seed: int) -> torch.Tensor | None:
    """(N, 3) or (3,) linear colour that the look's words ask for, None if they leave it to the material."""
    if look.colour is None and look.pattern is None:
        return None
    draw = Draw(seed, _COLOUR, place.position.device)
    colour = colour_named(look.colour) if look.colour else COLOURS[draw.integer(len(COLOURS))]
    first = colour.draw(draw)
    if look.pattern is None:
        return first
    second = colour_named(look.second or ("white" if colour.lightness[0] < 0.66 else "black")).draw(draw)
    return pattern_named(look.pattern).paint(place, Draw(seed, _PATTERN, place.position.device), first, second)


def random_look(generator: torch.Generator, colour: float = 0.55, pattern: float = 0.3, finish: float = 0.4) -> Look:
    """A look whose words go together: a material, and with the given chances a colour, pattern, finish that suit it."""

    def pick(items):
        return items[int(torch.randint(len(items), (), generator=generator))]

    def happens(chance: float) -> bool:
        return float(torch.rand((), generator=generator)) < chance

    word = pick(WORDS)
    first = second = motif = state = None
    if word.takes_pattern and happens(pattern):
        motif = pick(PATTERNS)
    if word.takes_colour and (motif is None or not motif.own) and (motif is not None or happens(colour)):
        first = pick(COLOURS)
    if motif is not None and not motif.own and happens(0.6):
        second = pick([other for other in COLOURS if apart(first, other) > 0.3])
    suitable = [one for one in FINISHES if word.suits(one)]
    if suitable and happens(finish):
        state = pick(suitable)
    names = [None if one is None else one.name for one in (first, second, motif, state)]
    return Look(word.name, *names)
