# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What *Match* of two animals and with a picture ask the artist."""

import bpy

from .rig import ANIMALS


class GalateaMatchSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``MatchParams``; a test compares them."""

    animal: bpy.props.EnumProperty(
        name="Animal", items=ANIMALS, default="auto", description="What kind of animal both are"
    )
    flip: bpy.props.BoolProperty(
        name="Flip Source", description="The head of the animal that gives is at the other end than Galatea thinks"
    )
    flip_target: bpy.props.BoolProperty(
        name="Flip Target", description="The head of the animal that takes is at the other end than Galatea thinks"
    )
    seed: bpy.props.IntProperty(name="Seed", default=0, min=0, description="The same seed gives the same match")


def match_params(settings: GalateaMatchSettings) -> dict:
    """The settings as the parameters of a job."""
    return {name: getattr(settings, name) for name in GalateaMatchSettings.__annotations__}


def set_match(settings: GalateaMatchSettings, values: dict) -> None:
    """Parameters back into the settings; what is no setting is passed over."""
    for name in GalateaMatchSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, values[name])


class GalateaMatchPictureSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``MatchPictureParams``, but for the picture; a test
    compares them."""

    picture: bpy.props.PointerProperty(
        name="Picture", type=bpy.types.Image, description="A picture of one four-legged animal: transparent around it, "
        "with a mask in masks/ beside its file, or before a plain backdrop",
    )  # fmt: skip
    flip: bpy.props.BoolProperty(
        name="Flip Animal", description="The head of the mesh is at the other end than Galatea thinks"
    )
    seed: bpy.props.IntProperty(name="Seed", default=0, min=0, description="The same seed gives the same match")


def match_picture_params(settings: GalateaMatchPictureSettings) -> dict:
    """The settings as the parameters of a job; the picture goes into its folder."""
    names = GalateaMatchPictureSettings.__annotations__.keys() - {"picture"}
    return {name: getattr(settings, name) for name in names}
