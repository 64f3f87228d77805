# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What *Rig* of a mesh and of a moving mesh ask the artist."""

import bpy

ANIMALS = [
    ("auto", "Automatic", "Recognise the animal from its shape"),
    ("quadruped", "Quadruped", "Four legs: horse, wolf, cat, elephant"),
    ("biped", "Biped", "Two legs and two arms: human, ape, kangaroo"),
    ("bird", "Bird", "Two legs and two wings"),
    ("fish", "Fish", "No legs, fins on a body that swims from side to side"),
    ("serpent", "Serpent", "One long body without limbs: snake, worm, eel"),
    ("tree", "Anything Else", "No anatomy: one chain of bones for each branch of the shape"),
]


class GalateaRigSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``RigParams``; a test compares them."""

    animal: bpy.props.EnumProperty(
        name="Animal", items=ANIMALS, default="auto", description="The kind of skeleton to look for in the shape"
    )
    flip: bpy.props.BoolProperty(
        name="Head at Other End",
        default=False,
        description="The animal looks the other way than Galatea thinks, like a snake whose ends look alike",
    )
    symmetric: bpy.props.BoolProperty(
        name="Symmetric",
        default=True,
        description="Give left and right the same bones, mirrored at the shape's own symmetry plane",
    )
    spine_bones: bpy.props.IntProperty(
        name="Spine", default=0, min=0, max=32, description="Bones in the spine; 0 takes as many as the shape needs"
    )
    neck_bones: bpy.props.IntProperty(
        name="Neck", default=0, min=0, max=32, description="Bones in the neck; 0 takes as many as the shape needs"
    )
    tail_bones: bpy.props.IntProperty(
        name="Tail", default=0, min=0, max=64, description="Bones in the tail; 0 takes as many as the shape needs"
    )
    ears: bpy.props.BoolProperty(
        name="Ears and Fins",
        default=True,
        description="Bones for ears, horns, fins and other small side branches as well",
    )
    seed: bpy.props.IntProperty(
        name="Seed",
        default=0,
        min=0,
        description="The same seed gives the same skeleton; another one may differ in details",
    )


def rig_params(settings: GalateaRigSettings) -> dict:
    """The settings as the parameters of a job."""
    return {name: getattr(settings, name) for name in GalateaRigSettings.__annotations__}


def set_rig_params(settings: GalateaRigSettings, params: dict) -> None:
    """The reverse; parameters that are no settings (``bind``, ``blender``) are passed over."""
    for name in GalateaRigSettings.__annotations__.keys() & params.keys():
        setattr(settings, name, params[name])


class GalateaSequenceSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``RigSequenceParams``, but for those in SEQUENCE_OPTIONS; a
    test compares them."""

    bones: bpy.props.IntProperty(
        name="Bones", default=0, min=0, max=256, description="Bones at most; 0 takes as many as the motion needs"
    )
    rest: bpy.props.IntProperty(
        name="Rest Frame",
        default=0,
        description="Frame in whose shape the bones rest; 0 takes one that looks alike on both sides",
    )
    named: bpy.props.BoolProperty(
        name="Name the Bones",
        default=True,
        description="Look for an animal in the shape, and name the bones after its parts",
    )
    seed: bpy.props.IntProperty(name="Seed", default=0, min=0, description="The same seed gives the same rig")
    own_range: bpy.props.BoolProperty(
        name="Own Range", default=False, description="Other frames than the scene's, of which all are used otherwise"
    )
    frame_start: bpy.props.IntProperty(name="Start", default=1, description="First frame of the motion")
    frame_end: bpy.props.IntProperty(name="End", default=250, description="Last frame of the motion")


SEQUENCE_OPTIONS = ("own_range", "frame_start", "frame_end")
"""What matters to Blender's side alone."""


def sequence_params(settings: GalateaSequenceSettings) -> dict:
    """The settings as the parameters of a job."""
    names = GalateaSequenceSettings.__annotations__.keys() - set(SEQUENCE_OPTIONS)
    return {name: getattr(settings, name) for name in names}


def set_sequence(settings: GalateaSequenceSettings, values: dict) -> None:
    """Parameters and options -> settings; what is no setting is passed over."""
    for name in GalateaSequenceSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, values[name])
