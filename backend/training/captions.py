# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The caption grammar: what is said of a scene, in several wordings, and the vocabulary that follows from it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from . import shapes
from .materials.colours import COLOURS
from .materials.finishes import FINISHES
from .materials.look import WORDS, Look, colour_named, finish_named, pattern_named, word_named
from .materials.patterns import PATTERNS

SHAPE_SYNONYMS: dict[str, tuple[str, ...]] = {
    "airplane": ("plane", "aircraft"),
    "amphora": ("ancient vase",),
    "armchair": ("easy chair",),
    "ball": ("sphere",),
    "bird": ("songbird",),
    "boat": ("rowing boat",),
    "bottle": ("flask",),
    "box": ("container",),
    "bust": ("head sculpture",),
    "car": ("automobile",),
    "chest": ("treasure chest",),
    "crate": ("box",),
    "cube": ("block",),
    "dog": ("hound",),
    "donut": ("doughnut",),
    "goblet": ("chalice",),
    "horse": ("pony",),
    "house": ("cottage",),
    "jug": ("pitcher",),
    "mug": ("cup", "coffee mug"),
    "rabbit": ("bunny",),
    "rock": ("boulder", "stone block"),
    "ship": ("sailing ship",),
    "snake": ("serpent",),
    "sofa": ("couch",),
    "teddy bear": ("plush bear",),
    "tower": ("turret",),
    "train": ("locomotive",),
    "tree": ("broadleaf tree",),
    "truck": ("lorry",),
    "turtle": ("tortoise",),
}
"""Other words for a shape. Generic words stay out: what "container" shows must not be left to chance too often."""

ADJECTIVES = {
    "wooden", "golden", "tiled", "knitted", "quilted", "padded", "furry", "scaly", "feathered", "leafy"
}  # fmt: skip
"""Synonyms of materials that can only stand before a noun; "a chair made of wooden" is no English."""
LEADS = ("", "", "", "a photo of ", "a picture of ", "a render of ", "3d render of ")
SYNONYM_CHANCE = 0.25
VIEWS = {
    "front": ("front view", "seen from the front"),
    "side": ("side view", "seen from the side"),
    "rear": ("rear view", "seen from behind"),
    "top": ("seen from above", "top view"),
}
PART_WORDS = (
    "antenna antlers arms back balcony band bands banner barrel base battlements beak beard bed bell bells belly "
    "berries bit blade blades blanket block boards body boiler books boot boots bow bowl bridge brim bumper "
    "buttons buttresses cab cabin canopy cap cargo case centre chassis cherries chimney clapper coal cockpit "
    "coconuts column columns comb cover crest cross crown cuff cushions deck dial dome door doors dots dough "
    "dress drumhead ears engine engines exhaust eyes face feet fence fins flag flags flame flaps frame fretboard "
    "frill funnel gallery gate gem gems gloves grip guard gun hair handle handles hands hat head helmet hinge "
    "holder hole hoops hooves horns hub hull icing jaw jewels joints knobs laces ladder lantern leaf leaves legs "
    "lens lid lights limbs mane mast mattress mouth muzzle neck needles nose oars pages panel pedestal petals "
    "pillars pillow pips plates plinth plume poles porch pot propeller rails ribbon ribs rim ring roof roofs "
    "saddle sail sails scarf screen seams seat seats shade shaft shell shirt shoulders skin slits snout snow sole "
    "soles spikes spine spire spout sprinkles stand stem steps sticks stock stones strings stripes tail tape "
    "teeth tongue top torso tower towers tracks treasure trim trousers trunk turret tusks tyres udder visor wagon "
    "wall walls wax wheel wheels wick window windows wing wings"
)
"""Names of shapes' parts, which only a built shape tells; a test compares."""
LATER_WORDS = (
    "left right up down back bottom corner closeup view views sheet grid four two three six same object normal "
    "map mask silhouette depth shading light lit dark bright sunny cloudy sunset night studio lamp soft hard "
    "shadow shadows warm cold simple detailed high low quality bad blurred blurry noisy realistic cartoon toy "
    "game asset prop model statue sculpture figurine miniature big small tall short long thin thick round square "
    "flat wide narrow heavy light young baby cute wild lion tiger wolf fox deer stag goat sheep donkey mouse rat "
    "frog lizard crocodile dinosaur dragon whale shark dolphin eagle owl chicken rooster penguin parrot crab "
    "spider ant bee butterfly man woman child person human face hand foot head body leg legs arm arms tail wing "
    "wings ear ears eye eyes nose mouth neck hair walking running standing sitting flying jumping swimming "
    "sleeping floor ground wall sky sea water river lake forest garden meadow field desert mountain beach street "
    "city room kitchen table indoors outdoors inside outside the an its of in on at by to from and or with "
    "without made over under 1 2 3 4 5 6 7 8 9 10 , . ' - s style medieval modern antique fantasy futuristic "
    "natural artificial"
)
"""Words that later training may use: a vocabulary cannot grow without new embeddings."""


def wordings(
    shape: str, look: Look, part: str | None, part_look: Look | None, background: str, view: str, seed: int, count: int
) -> list[str]:
    """``count`` different ways of saying what a picture shows.

    Args:
        shape: name of the shape family.
        look: material of the whole object, or of all but ``part``.
        part, part_look: a part with a material of its own.
        background: its colour word.
        view: "front", "side", "rear", "top", or "" for something between.
    """
    draw = random.Random(seed)
    captions = [_wording(draw, shape, look, part, part_look, background, view) for _ in range(count)]
    # The first says everything: scores ask with it.
    captions[0] = _full(draw, shape, look, part, part_look)
    return captions


def _full(draw: random.Random, shape: str, look: Look, part: str | None, part_look: Look | None) -> str:
    text = with_article(f"{look_words(look, draw, adjective=True)} {shape}")
    if part and part_look:
        text += _with_part(draw, part, part_look)
    return text


def _with_part(draw: random.Random, part: str, look: Look) -> str:
    words = f"{look_words(look, draw, adjective=True)} {part}"
    return f" with {words if part.endswith('s') else with_article(words)}"


def _wording(
    draw: random.Random, shape: str, look: Look, part: str | None, part_look: Look | None, background: str, view: str
) -> str:
    noun = draw.choice((shape, shape, *SHAPE_SYNONYMS.get(shape, ())))
    kind = draw.random()
    if kind < 0.6:
        text = with_article(f"{look_words(look, draw, adjective=True)} {noun}")
    elif kind < 0.85:
        text = f"{with_article(noun)} made of {look_words(look, draw, adjective=False)}"
    elif kind < 0.93:
        text = with_article(noun)
    else:
        text = look_words(look, draw, adjective=False)
    if part and part_look and kind < 0.85 and draw.random() < 0.8:
        text += _with_part(draw, part, part_look)
    text = draw.choice(LEADS) + text
    if draw.random() < 0.4:
        text += f" on {with_article(background)} background"
    if view and draw.random() < 0.5:
        text += f", {draw.choice(VIEWS[view])}"
    return text


def look_words(look: Look, draw: random.Random, adjective: bool) -> str:
    """Finish, colour, pattern and material, in English order: "old red and white striped cotton".

    ``adjective``: the words stand before a noun.
    """
    fitting = [word for word in word_named(look.word).synonyms if adjective or word not in ADJECTIVES]
    material = _one_of(look.word, fitting, draw)
    if adjective and material == "wood":
        material = "wooden"
    finish = look.finish and _one_of(look.finish, finish_named(look.finish).synonyms, draw)
    pattern = look.pattern and _one_of(look.pattern, pattern_named(look.pattern).synonyms, draw)
    colours = [_one_of(name, colour_named(name).synonyms, draw) for name in (look.colour, look.second) if name]
    return " ".join(item for item in (finish, " and ".join(colours), pattern, material) if item)


def _one_of(name: str, synonyms: Sequence[str], draw: random.Random) -> str:
    return draw.choice(synonyms) if synonyms and draw.random() < SYNONYM_CHANCE else name


def with_article(noun: str) -> str:
    if noun.endswith("scissors"):
        return f"a pair of {noun}"
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def split_words(text: str) -> list[str]:
    """Words as CLIP's tokenizer separates them."""
    return re.findall(r"[a-z]+|[0-9]|[^\sa-z0-9]+", text.lower())


def vocabulary() -> list[str]:
    """Every word that a caption can have, and those kept for later, sorted."""
    texts: list[str] = [*LEADS, PART_WORDS, LATER_WORDS, "a an background on with made of and wooden golden pair"]
    texts += [phrase for phrases in VIEWS.values() for phrase in phrases]
    texts += [family.name for family in shapes.FAMILIES]
    texts += [synonym for synonyms in SHAPE_SYNONYMS.values() for synonym in synonyms]
    for item in (*WORDS, *COLOURS, *FINISHES, *PATTERNS):
        texts += [item.name, *item.synonyms]
    return sorted({word for text in texts for word in split_words(text)})
