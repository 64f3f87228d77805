# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What *Generate* asks the artist."""

import bpy

from ...backend.engines import cards
from .. import generate, models
from .maps import RESOLUTIONS

SOURCES = [
    ("FILE", "File", "A picture on the disk: PNG, JPEG, WebP, TIFF and others"),
    ("IMAGE", "Image", "A picture of this .blend file, as it is now"),
    ("RENDER", "Render", "The last render. With a transparent film its outline is known"),
    ("PROMPT", "Prompt", "What to make, in words"),
]
ENGINES = [(card.id, card.title, card.purpose.rstrip(".")) for card in cards.ENGINES]


class GalateaGenerateSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``GenerateParams``, but for those in GENERATE_OPTIONS; a
    test compares them."""

    source: bpy.props.EnumProperty(name="From", items=SOURCES, default="FILE", description="What the mesh is made from")
    image: bpy.props.StringProperty(name="Picture", subtype="FILE_PATH", description="A picture of one subject, whole")
    picture: bpy.props.PointerProperty(
        name="Picture", type=bpy.types.Image, description="An image of this file that shows one subject, whole"
    )
    prompt: bpy.props.StringProperty(name="Prompt", description="What to make: a red wooden chair")
    shows: bpy.props.StringProperty(
        name="What It Shows",
        description="What the picture shows, in a few words: a brown dog. The shape becomes better where the engine "
        "knows the thing, and Texture and Rig hear it. Empty: Galatea looks for itself",
    )
    mask: bpy.props.StringProperty(
        name="Mask File", subtype="FILE_PATH",
        description="A black and white picture: white where the subject is. Empty: found by itself",
    )  # fmt: skip
    mask_image: bpy.props.PointerProperty(
        name="Mask", type=bpy.types.Image, description="The same as an image of this file, to be painted in"
    )
    engine: bpy.props.EnumProperty(
        name="Engine", items=ENGINES, default="starter", description="What makes the mesh; each has its own license"
    )
    weights: bpy.props.StringProperty(
        name="Weights", subtype="DIR_PATH", description="Folder of the engine's model; empty for the downloaded one"
    )
    server: bpy.props.StringProperty(
        name="Server", default="http://127.0.0.1:8080", description="Address of an engine that is another program"
    )
    painter: bpy.props.StringProperty(
        name="Painter", subtype="FILE_PATH",
        description="Name or folder of the model that paints the prompt; empty for Galatea's own",
    )  # fmt: skip
    tries: bpy.props.IntProperty(
        name="Tries", default=4, min=1, max=16,
        description="Shapes or pictures made of a prompt, of as many seeds. The clearest one is taken",
    )  # fmt: skip
    textured: bpy.props.BoolProperty(
        name="Texture", default=True,
        description="Paint by the prompt what Galatea itself has made of it, as a draft of Texture does; else it stays "
        "like clay",
    )  # fmt: skip
    front: bpy.props.BoolProperty(
        name="Front Forwards", default=True,
        description="Turn what seems to be the front to the front view, where the engine can tell; else the mesh "
        "stands as the picture shows it",
    )  # fmt: skip
    seed: bpy.props.IntProperty(name="Seed", default=0, min=0, description="Another seed gives another mesh")
    detail: bpy.props.IntProperty(
        name="Detail", default=0, min=0, max=1024,
        description="Samples along a side of the engine's box, 16 or more; 0 for its own",
    )  # fmt: skip
    steps: bpy.props.IntProperty(
        name="Steps",
        default=0,
        min=0,
        max=1000,
        description="Denoising steps of engines that have any; 0 for their own",
    )
    faces: bpy.props.IntProperty(
        name="Faces", default=20_000, min=0, soft_min=50, max=2_000_000,
        description="At most so many triangles, 50 or more; 0 keeps all",
    )  # fmt: skip
    height: bpy.props.FloatProperty(
        name="Height", default=1.0, min=0.001, unit="LENGTH", description="How tall the result is"
    )
    resolution: bpy.props.EnumProperty(
        name="Resolution", items=RESOLUTIONS, default="1024", description="Size of the maps"
    )
    only_commercial: bpy.props.BoolProperty(
        name="Commercially Safe Only", default=False,
        description="Show only engines whose results may be sold everywhere, by the licenses of code and weights",
    )  # fmt: skip


GENERATE_OPTIONS = ("source", "picture", "mask_image", "shows")
"""What matters to Blender's side alone."""


def generate_params(settings: GalateaGenerateSettings) -> dict:
    """The settings as the parameters of a job; picture and mask as paths, where they are files."""
    names = GalateaGenerateSettings.__annotations__.keys() - set(GENERATE_OPTIONS)
    params = {name: getattr(settings, name) for name in sorted(names)} | {"resolution": int(settings.resolution)}
    params["weights"] = str(generate.weights(settings) or "")
    params["painter"] = models.path(settings.painter)
    params["prompt"] = settings.prompt if settings.source == "PROMPT" else settings.shows
    for name, used in (("image", settings.source == "FILE"), ("mask", settings.source != "PROMPT")):
        params[name] = bpy.path.abspath(params[name]) if used and params[name] else ""
    return params


def set_generate(settings: GalateaGenerateSettings, values: dict) -> None:
    """Parameters and options back into the settings. Without a source the words are those of a picture."""
    if values.get("source") != "PROMPT" and "prompt" in values:
        values = {name: value for name, value in values.items() if name != "prompt"} | {"shows": values["prompt"]}
    for name in GalateaGenerateSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, str(values[name]) if name == "resolution" else values[name])
