# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels edit: settings stored in the scene, and what the window shows until Blender closes."""

import bpy

from ..render_settings import GalateaRenderSettings, GalateaWords
from .finish import (
    FINISH_OPTIONS,
    GalateaFinishSettings,
    finish_options,
    finish_params,
    set_finish,
)
from .footage import (
    TEMPLATES,
    GalateaClipSettings,
    GalateaPhotosSettings,
    clip_params,
    photos_params,
    set_clip,
    set_photos,
)
from .generate import (
    ENGINES,
    GENERATE_OPTIONS,
    SOURCES,
    GalateaGenerateSettings,
    generate_params,
    set_generate,
)
from .maps import (
    RESOLUTIONS,
)
from .match import (
    GalateaMatchPictureSettings,
    GalateaMatchSettings,
    match_params,
    match_picture_params,
    set_match,
)
from .reconstruct import (
    CAMERAS,
    GalateaReconstructSettings,
    reconstruct_params,
    set_reconstruct,
)
from .rig import (
    ANIMALS,
    SEQUENCE_OPTIONS,
    GalateaRigSettings,
    GalateaSequenceSettings,
    rig_params,
    sequence_params,
    set_rig_params,
    set_sequence,
)
from .texture import (
    CONTROLS,
    FORMATS,
    PRESETS,
    TARGETS,
    TEXTURE_OPTIONS,
    GalateaTextureSettings,
    set_texture,
    texture_options,
    texture_params,
)

__all__ = [
    "ANIMALS",
    "CAMERAS",
    "CLASSES",
    "CONTROLS",
    "ENGINES",
    "FINISH_OPTIONS",
    "FORMATS",
    "GENERATE_OPTIONS",
    "PRESETS",
    "RESOLUTIONS",
    "SEQUENCE_OPTIONS",
    "SOURCES",
    "TARGETS",
    "TEMPLATES",
    "TEXTURE_OPTIONS",
    "GalateaClipSettings",
    "GalateaFindings",
    "GalateaFinishSettings",
    "GalateaGenerateSettings",
    "GalateaMatchPictureSettings",
    "GalateaMatchSettings",
    "GalateaPhotosSettings",
    "GalateaProblem",
    "GalateaReconstructSettings",
    "GalateaRigSettings",
    "GalateaSequenceSettings",
    "GalateaSettings",
    "GalateaTextureSettings",
    "GalateaWindow",
    "clip_params",
    "finish_options",
    "finish_params",
    "generate_params",
    "match_params",
    "match_picture_params",
    "photos_params",
    "reconstruct_params",
    "register",
    "rig_params",
    "sequence_params",
    "set_clip",
    "set_finish",
    "set_generate",
    "set_match",
    "set_photos",
    "set_reconstruct",
    "set_rig_params",
    "set_sequence",
    "set_texture",
    "texture_options",
    "texture_params",
    "unregister",
]


class GalateaSettings(bpy.types.PropertyGroup):
    """Stored in the scene as ``scene.galatea``."""

    rig: bpy.props.PointerProperty(type=GalateaRigSettings)
    sequence: bpy.props.PointerProperty(type=GalateaSequenceSettings)
    match: bpy.props.PointerProperty(type=GalateaMatchSettings)
    match_picture: bpy.props.PointerProperty(type=GalateaMatchPictureSettings)
    photos: bpy.props.PointerProperty(type=GalateaPhotosSettings)
    clip: bpy.props.PointerProperty(type=GalateaClipSettings)
    texture: bpy.props.PointerProperty(type=GalateaTextureSettings)
    finish: bpy.props.PointerProperty(type=GalateaFinishSettings)
    reconstruct: bpy.props.PointerProperty(type=GalateaReconstructSettings)
    generate: bpy.props.PointerProperty(type=GalateaGenerateSettings)
    render: bpy.props.PointerProperty(type=GalateaRenderSettings)


class GalateaProblem(bpy.types.PropertyGroup):
    """A finding of the last look at the geometry; ``name`` is its sentence."""

    code: bpy.props.StringProperty()
    severity: bpy.props.StringProperty()
    object: bpy.props.StringProperty()
    fix_label: bpy.props.StringProperty()


class GalateaFindings(bpy.types.PropertyGroup):
    """What the last look at the geometry found, see ``addon/findings.py``."""

    problems: bpy.props.CollectionProperty(type=GalateaProblem)
    objects: bpy.props.StringProperty(description="Names of the objects the problems belong to")


class GalateaWindow(bpy.types.PropertyGroup):
    """Of the session, not of the file: ``window_manager.galatea``."""

    rig: bpy.props.PointerProperty(type=GalateaFindings)
    texture: bpy.props.PointerProperty(type=GalateaFindings)


CLASSES = (
    GalateaRigSettings,
    GalateaSequenceSettings,
    GalateaMatchSettings,
    GalateaMatchPictureSettings,
    GalateaPhotosSettings,
    GalateaClipSettings,
    GalateaTextureSettings,
    GalateaFinishSettings,
    GalateaReconstructSettings,
    GalateaGenerateSettings,
    GalateaRenderSettings,
    GalateaWords,
    GalateaSettings,
    GalateaProblem,
    GalateaFindings,
    GalateaWindow,
)


def register() -> None:
    """Classes, then the places where they hang."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.galatea = bpy.props.PointerProperty(type=GalateaSettings)
    bpy.types.Object.galatea = bpy.props.PointerProperty(type=GalateaWords)
    bpy.types.Collection.galatea = bpy.props.PointerProperty(type=GalateaWords)
    bpy.types.WindowManager.galatea = bpy.props.PointerProperty(type=GalateaWindow)


def unregister() -> None:
    """The reverse."""
    del bpy.types.WindowManager.galatea
    del bpy.types.Collection.galatea
    del bpy.types.Object.galatea
    del bpy.types.Scene.galatea
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
