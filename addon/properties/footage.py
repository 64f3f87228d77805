# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What *Rig* of photos and of a clip ask the artist."""

import bpy

TEMPLATES = [("quadruped", "Quadruped", "Four legs: horse, wolf, cat, cow")]


class GalateaPhotosSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``RigPhotosParams``; a test compares them."""

    folder: bpy.props.StringProperty(
        name="Photos", subtype="DIR_PATH", description="Folder that holds photos of one species in different poses"
    )
    template: bpy.props.EnumProperty(
        name="Animal", items=TEMPLATES, default="quadruped", description="The animal that is bent into shape"
    )
    texture_size: bpy.props.IntProperty(
        name="Texture Size",
        default=1024,
        min=64,
        max=8192,
        subtype="PIXEL",
        description="Pixels across the textures, of which there is one for each photo and one of all",
    )
    seed: bpy.props.IntProperty(name="Seed", default=0, min=0, description="The same seed gives the same rig")


def photos_params(settings: GalateaPhotosSettings) -> dict:
    """The settings as the parameters of a job."""
    params = {name: getattr(settings, name) for name in GalateaPhotosSettings.__annotations__}
    return params | {"folder": bpy.path.abspath(settings.folder) if settings.folder else ""}


def set_photos(settings: GalateaPhotosSettings, values: dict) -> None:
    """Parameters back into the settings; what is no setting is passed over."""
    for name in GalateaPhotosSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, values[name])


class GalateaClipSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``RigClipParams``; a test compares them."""

    clip: bpy.props.StringProperty(
        name="Clip", subtype="FILE_PATH", description="Video of one animal, or a folder of its numbered frames"
    )
    template: bpy.props.EnumProperty(
        name="Animal", items=TEMPLATES, default="quadruped", description="The animal that is bent into shape"
    )
    first: bpy.props.IntProperty(
        name="First Frame", default=0, min=0, description="Of the part that is rigged; 0 begins with the clip"
    )
    last: bpy.props.IntProperty(
        name="Last Frame", default=0, min=0, description="Of the part that is rigged; 0 ends with the clip"
    )
    rate: bpy.props.FloatProperty(
        name="Frame Rate",
        default=24.0,
        min=1.0,
        max=240.0,
        description="Frames in a second, of a folder; a video has its own",
    )
    still_camera: bpy.props.BoolProperty(
        name="Still Camera",
        default=True,
        description="The animal moves and the camera stands still. Otherwise the animal stays in its place, and the "
        "camera goes around it",
    )
    texture_size: bpy.props.IntProperty(
        name="Texture Size", default=1024, min=64, max=8192, subtype="PIXEL", description="Pixels across the texture"
    )
    seed: bpy.props.IntProperty(name="Seed", default=0, min=0, description="The same seed gives the same rig")


def clip_params(settings: GalateaClipSettings) -> dict:
    """The settings as the parameters of a job."""
    params = {name: getattr(settings, name) for name in GalateaClipSettings.__annotations__}
    return params | {"clip": bpy.path.abspath(settings.clip) if settings.clip else ""}


def set_clip(settings: GalateaClipSettings, values: dict) -> None:
    """Parameters back into the settings; what is no setting is passed over."""
    for name in GalateaClipSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, values[name])
