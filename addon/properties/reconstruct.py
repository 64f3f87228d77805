# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What *Reconstruct* asks the artist."""

import bpy

CAMERAS = [
    ("folder", "In the Folder", "A transforms.json, COLMAP's cameras.txt and images.txt, or a cameras.npz"),
    ("scene", "Of the Scene", "Cameras of this scene, each with a picture of its name: Camera.001.png for Camera.001"),
]


class GalateaReconstructSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``ReconstructParams``; a test compares them."""

    folder: bpy.props.StringProperty(
        name="Pictures", subtype="DIR_PATH", description="Folder that holds the pictures of one object"
    )
    cameras: bpy.props.EnumProperty(
        name="Cameras", items=CAMERAS, default="folder", description="Where the pictures were taken from"
    )
    detail: bpy.props.IntProperty(
        name="Detail",
        default=112,
        min=16,
        max=512,
        soft_max=256,
        description="Cells of the mesh along the longest side of the object; time grows with the square",
    )
    texture_size: bpy.props.IntProperty(
        name="Picture Size",
        default=1024,
        min=32,
        soft_min=256,
        max=8192,
        subtype="PIXEL",
        description="Pixels of a picture's longer side for the colors; larger ones are scaled down",
    )
    coarse_steps: bpy.props.IntProperty(
        name="Steps of the Shape", default=150, min=1, max=10_000, description="In which the rough shape is found"
    )
    fine_steps: bpy.props.IntProperty(
        name="Steps of the Mesh", default=80, min=1, max=10_000, description="In which the mesh follows the pictures"
    )
    seed: bpy.props.IntProperty(name="Seed", default=0, min=0, description="The same seed gives the same mesh")


def reconstruct_params(settings: GalateaReconstructSettings) -> dict:
    """The settings as the parameters of a job."""
    params = {name: getattr(settings, name) for name in GalateaReconstructSettings.__annotations__}
    return params | {"folder": bpy.path.abspath(settings.folder) if settings.folder else ""}


def set_reconstruct(settings: GalateaReconstructSettings, values: dict) -> None:
    """Parameters back into the settings."""
    for name in GalateaReconstructSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, values[name])
