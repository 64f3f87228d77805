# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels edit: settings stored in the scene, and what the window shows until Blender closes."""

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


class GalateaSettings(bpy.types.PropertyGroup):
    """Stored in the scene as ``scene.galatea``."""

    rig: bpy.props.PointerProperty(type=GalateaRigSettings)


class GalateaProblem(bpy.types.PropertyGroup):
    """A finding of the last look at the geometry; ``name`` is its sentence."""

    code: bpy.props.StringProperty()
    severity: bpy.props.StringProperty()
    object: bpy.props.StringProperty()
    fix_label: bpy.props.StringProperty()


class GalateaWindow(bpy.types.PropertyGroup):
    """Of the session, not of the file: ``window_manager.galatea``."""

    problems: bpy.props.CollectionProperty(type=GalateaProblem)
    checked: bpy.props.StringProperty(description="Names of the objects the problems belong to")


CLASSES = (GalateaRigSettings, GalateaSettings, GalateaProblem, GalateaWindow)


def register() -> None:
    """Classes, then the places where they hang."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.galatea = bpy.props.PointerProperty(type=GalateaSettings)
    bpy.types.WindowManager.galatea = bpy.props.PointerProperty(type=GalateaWindow)


def unregister() -> None:
    """The reverse."""
    del bpy.types.WindowManager.galatea
    del bpy.types.Scene.galatea
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)


def rig_params(settings: GalateaRigSettings) -> dict:
    """The settings as the parameters of a job."""
    return {name: getattr(settings, name) for name in GalateaRigSettings.__annotations__}


def set_rig_params(settings: GalateaRigSettings, params: dict) -> None:
    """The reverse; parameters that are no settings (``bind``, ``blender``) are passed over."""
    for name in GalateaRigSettings.__annotations__.keys() & params.keys():
        setattr(settings, name, params[name])
