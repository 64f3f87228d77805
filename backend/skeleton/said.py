# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which plan words name: those of a prompt that a mesh was made of, or of an object's name."""

from __future__ import annotations

import re

WORDS = {
    "quadruped": "alligator antelope badger bear beaver bison boar buffalo bull bunny calf camel cat cheetah chihuahua "
    "cow coyote crocodile dachshund deer doe dog donkey elephant ferret foal fox frog gazelle gecko giraffe goat hare "
    "hedgehog hippo hippopotamus hog horse hound hyena iguana jackal jaguar kitten lamb leopard lion lioness lizard "
    "llama mammoth mare moose mouse mule ox panther pig pony poodle puppy rabbit raccoon ram rat reindeer rhino "
    "rhinoceros salamander sheep squirrel stag stallion stegosaurus tiger toad tortoise triceratops turtle unicorn "
    "weasel wolf wombat zebra",
    "biped": "android angel ape archer astronaut boy chimpanzee clown cyborg dwarf elf girl gnome goblin golem gorilla "
    "human humanoid kangaroo king knight man mannequin monk ninja ogre orc person pirate prince princess queen robot "
    "samurai skeleton soldier statue teddybear troll viking warrior witch wizard woman zombie",
    "bird": "bird chick chicken cock crane crow dove duck duckling eagle emu falcon finch flamingo goose gull hawk hen "
    "heron magpie ostrich owl parrot peacock pelican penguin pheasant pigeon raven robin rooster seagull songbird "
    "sparrow stork swallow swan turkey vulture",
    "fish": "barracuda carp catfish cod dolphin fish goldfish herring mackerel marlin orca perch pike piranha porpoise "
    "salmon sardine shark sturgeon swordfish trout tuna whale",
    "serpent": "adder anaconda boa caterpillar cobra earthworm eel mamba python rattlesnake serpent snake viper worm",
}
"""Plan -> animals, in the singular."""
IRREGULAR = {"men": "man", "women": "woman", "mice": "mouse", "geese": "goose", "wolves": "wolf", "oxen": "ox",
             "calves": "calf", "ponies": "pony", "foxes": "fox", "puppies": "puppy", "bunnies": "bunny"}  # fmt: skip
THINGS = {
    "bag", "bed", "bone", "boots", "bowl", "box", "cage", "carriage", "cart", "coat", "collar", "egg", "food", "hat",
    "head", "house", "hut", "mask", "nest", "saddle", "shoe", "skull", "tank", "trap", "tree", "trough", "wagon",
}  # fmt: skip
"""What is named after an animal and is none."""
BEHIND = {"with", "on", "in", "at", "by", "under", "beside", "near", "behind", "before", "and", "for", "from", "over"}
"""After these words something else is named."""

_PLANS = {word: plan for plan, words in WORDS.items() for word in words.split()}


def plan_of(words: str) -> str:
    """The plan for what words name, such as "a brown horse on a meadow", "Wolf_LowPoly.001"; "" if it is none we know.

    The last animal counts: a robot dog is a dog.
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words).lower().replace("teddy bear", "teddybear")
    plan = ""
    for word in re.findall(r"[^\W\d_]+", spaced):
        if word in BEHIND:
            break
        if word in THINGS:
            plan = ""
        plan = _PLANS.get(IRREGULAR.get(word, word)) or _PLANS.get(word.removesuffix("s")) or plan
    return plan
