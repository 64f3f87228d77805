# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels edit: settings stored in the scene, and what the window shows until Blender closes."""

import bpy

from ..backend.engines import cards
from . import generate, models
from .render_settings import GalateaRenderSettings, GalateaWords

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


PRESETS = [
    ("draft", "Draft", "Few views and steps: a first impression"),
    ("standard", "Standard", "A balance of time and quality"),
    ("high", "High", "Many views and steps, and the finest details"),
]
RESOLUTIONS = [(str(size), f"{size} px", f"Maps of {size} by {size} pixels") for size in (512, 1024, 2048, 4096)]
FORMATS = [
    ("PNG", "PNG", "8 bits, 16 for normals: for games and the web"),
    ("EXR", "OpenEXR", "Half floats, linear: for film"),
]
TARGETS = [
    ("denoise", "Denoised Views", "Views are noised a little and denoised again, and the texture follows them"),
    ("sds", "Score Distillation", "The texture follows the model's gradient: stronger, may oversaturate"),
]


CONTROLS = [
    ("light", "Shape and Light", "Its pictures obey the light, so little of it stays in the base color"),
    ("depth", "Shape", "It knows the depth alone: expect light in the base color"),
]


class GalateaTextureSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``TextureParams``, but for those in TEXTURE_OPTIONS; a test
    compares them."""

    prompt: bpy.props.StringProperty(
        name="Prompt", description="What the surface looks like: rusty iron, or a red wooden toy with a blue roof"
    )
    negative: bpy.props.StringProperty(name="Negative Prompt", description="What the texture should not show")
    seed: bpy.props.IntProperty(
        name="Seed", default=0, min=0, description="The same seed gives the same texture; another one gives another"
    )
    preset: bpy.props.EnumProperty(
        name="Preset", items=PRESETS, default="standard", description="How many views, lights and steps"
    )
    resolution: bpy.props.EnumProperty(
        name="Resolution", items=RESOLUTIONS, default="1024", description="Size of the maps, of each tile"
    )
    format: bpy.props.EnumProperty(name="Format", items=FORMATS, default="PNG", description="Of the maps' files")
    orm: bpy.props.BoolProperty(
        name="Pack ORM",
        default=False,
        description="Occlusion, roughness and metallic in the channels of one picture, as game engines like it",
    )
    symmetric: bpy.props.BoolProperty(
        name="Symmetric",
        default=False,
        description="Left and right, along the world's X axis, look alike",
    )
    refine: bpy.props.BoolProperty(
        name="Refine Existing", default=False, description="Start from the present textures instead of from nothing"
    )
    refine_strength: bpy.props.FloatProperty(
        name="Change", default=0.5, min=0.0, max=1.0, subtype="FACTOR", description="How much of them may change"
    )
    style: bpy.props.StringProperty(
        name="Style", subtype="FILE_PATH", description="A picture whose style is taken over, by a style adapter"
    )
    style_strength: bpy.props.FloatProperty(
        name="Strength", default=0.6, min=0.0, max=1.0, subtype="FACTOR", description="How much of the style"
    )
    steps: bpy.props.IntProperty(
        name="Steps", default=0, min=0, max=1000, description="Denoising steps of each picture; 0 for the preset's"
    )
    guidance: bpy.props.FloatProperty(
        name="Guidance",
        default=0.0,
        min=0.0,
        max=100.0,
        description="How strictly to follow the prompt; 0 for the model's own",
    )
    control: bpy.props.FloatProperty(
        name="Shape and Light",
        default=1.0,
        min=0.0,
        max=2.0,
        description="How strictly the pictures keep to the mesh's shape and to the light",
    )
    target: bpy.props.EnumProperty(
        name="Method", items=TARGETS, default="denoise", description="What views from all around are pulled towards"
    )
    distillation: bpy.props.FloatProperty(
        name="Views Around", default=1.0, min=0.0, max=10.0, description="Strength of that, 0 for none"
    )
    smoothness: bpy.props.FloatProperty(
        name="Even Surface",
        default=1.0,
        min=0.0,
        max=10.0,
        description="Strength of the pull towards even roughness and metallic, 0 for none",
    )
    detail: bpy.props.FloatProperty(
        name="Detail",
        default=1.0,
        min=0.0,
        max=10.0,
        description="Strength of the fine structure from single views at full size, 0 for none",
    )
    model: bpy.props.StringProperty(
        name="Model",
        subtype="FILE_PATH",
        description="Name of a downloaded model, folder of one in diffusers format, or a checkpoint in one "
        ".safetensors file; empty for Galatea's own",
    )
    controlnet: bpy.props.StringProperty(
        name="ControlNet",
        subtype="FILE_PATH",
        description="Name of a downloaded ControlNet of the model's family, or its folder; empty for Galatea's own",
    )
    control_kind: bpy.props.EnumProperty(
        name="Knows", items=CONTROLS, default="light", description="What the ControlNet was trained with"
    )
    autoencoder: bpy.props.StringProperty(
        name="Autoencoder",
        subtype="FILE_PATH",
        description="Name of a downloaded small autoencoder, or its folder; empty for the model's own",
    )
    lora: bpy.props.StringProperty(
        name="LoRA", subtype="FILE_PATH", description="A LoRA of the model's family in a .safetensors file"
    )
    lora_scale: bpy.props.FloatProperty(
        name="Strength", default=1.0, min=0.0, soft_max=2.0, max=4.0, description="How much of the LoRA"
    )
    style_adapter: bpy.props.StringProperty(
        name="Style Adapter",
        subtype="FILE_PATH",
        description="Name of a downloaded IP-Adapter of the model's family, or its folder",
    )
    only_selected: bpy.props.BoolProperty(
        name="Only Selected Faces",
        default=False,
        description="Texture the faces that are selected in Edit Mode; all others keep what they show, to the bit",
    )
    mark_asset: bpy.props.BoolProperty(
        name="Mark as Asset", default=False, description="Put the material into the Asset Browser"
    )


TEXTURE_OPTIONS = ("only_selected", "mark_asset")
"""What matters to Blender's side alone."""


class GalateaFinishSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``FinishParams``, but for those in FINISH_OPTIONS; a test
    compares them."""

    faces: bpy.props.IntProperty(
        name="Faces",
        default=20_000,
        min=0,
        soft_min=50,
        max=2_000_000,
        description="At most so many triangles; 0 keeps all",
    )
    smallest_part: bpy.props.FloatProperty(
        name="Smallest Part",
        default=0.01,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        description="Loose parts with less surface than this share of the largest one's are thrown away",
    )
    largest_hole: bpy.props.FloatProperty(
        name="Largest Hole",
        default=1.0,
        min=0.0,
        max=100.0,
        description="Holes whose border is at most so many times the mesh's size are closed; 0 leaves them",
    )
    height: bpy.props.FloatProperty(
        name="Height", default=0.0, min=0.0, unit="LENGTH", description="How tall the result is; 0 keeps the size"
    )
    origin_to_base: bpy.props.BoolProperty(
        name="Origin at Base", default=True, description="The origin goes below the middle, onto the ground"
    )
    resolution: bpy.props.EnumProperty(
        name="Resolution", items=RESOLUTIONS, default="2048", description="Size of the maps"
    )
    quads: bpy.props.BoolProperty(
        name="Join to Quads", default=False, description="Pairs of flat triangles become quads: easier to edit by hand"
    )
    mark_asset: bpy.props.BoolProperty(
        name="Mark as Asset", default=False, description="Put the result into the Asset Browser"
    )


FINISH_OPTIONS = ("quads", "mark_asset")
"""What matters to Blender's side alone."""


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


GENERATE_OPTIONS = ("source", "picture", "mask_image")
"""What matters to Blender's side alone."""


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


def rig_params(settings: GalateaRigSettings) -> dict:
    """The settings as the parameters of a job."""
    return {name: getattr(settings, name) for name in GalateaRigSettings.__annotations__}


def set_rig_params(settings: GalateaRigSettings, params: dict) -> None:
    """The reverse; parameters that are no settings (``bind``, ``blender``) are passed over."""
    for name in GalateaRigSettings.__annotations__.keys() & params.keys():
        setattr(settings, name, params[name])


def sequence_params(settings: GalateaSequenceSettings) -> dict:
    """The settings as the parameters of a job."""
    names = GalateaSequenceSettings.__annotations__.keys() - set(SEQUENCE_OPTIONS)
    return {name: getattr(settings, name) for name in names}


def set_sequence(settings: GalateaSequenceSettings, values: dict) -> None:
    """Parameters and options -> settings; what is no setting is passed over."""
    for name in GalateaSequenceSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, values[name])


def match_params(settings: GalateaMatchSettings) -> dict:
    """The settings as the parameters of a job."""
    return {name: getattr(settings, name) for name in GalateaMatchSettings.__annotations__}


def set_match(settings: GalateaMatchSettings, values: dict) -> None:
    """Parameters back into the settings; what is no setting is passed over."""
    for name in GalateaMatchSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, values[name])


def match_picture_params(settings: GalateaMatchPictureSettings) -> dict:
    """The settings as the parameters of a job; the picture goes into its folder."""
    names = GalateaMatchPictureSettings.__annotations__.keys() - {"picture"}
    return {name: getattr(settings, name) for name in names}


def photos_params(settings: GalateaPhotosSettings) -> dict:
    """The settings as the parameters of a job."""
    params = {name: getattr(settings, name) for name in GalateaPhotosSettings.__annotations__}
    return params | {"folder": bpy.path.abspath(settings.folder) if settings.folder else ""}


def set_photos(settings: GalateaPhotosSettings, values: dict) -> None:
    """Parameters back into the settings; what is no setting is passed over."""
    for name in GalateaPhotosSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, values[name])


def clip_params(settings: GalateaClipSettings) -> dict:
    """The settings as the parameters of a job."""
    params = {name: getattr(settings, name) for name in GalateaClipSettings.__annotations__}
    return params | {"clip": bpy.path.abspath(settings.clip) if settings.clip else ""}


def set_clip(settings: GalateaClipSettings, values: dict) -> None:
    """Parameters back into the settings; what is no setting is passed over."""
    for name in GalateaClipSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, values[name])


def texture_params(settings: GalateaTextureSettings) -> dict:
    """The settings as the parameters of a job."""
    params = {name: getattr(settings, name) for name in GalateaTextureSettings.__annotations__}
    for name in TEXTURE_OPTIONS:
        del params[name]
    params["resolution"] = int(params["resolution"])
    for name in ("style", "lora"):
        params[name] = bpy.path.abspath(params[name]) if params[name] else ""
    for name in ("model", "controlnet", "autoencoder", "style_adapter"):
        params[name] = models.path(params[name])
    return params


def texture_options(settings: GalateaTextureSettings) -> dict:
    """The settings that are no parameters."""
    return {name: getattr(settings, name) for name in TEXTURE_OPTIONS}


def set_texture(settings: GalateaTextureSettings, values: dict) -> None:
    """Parameters and options back into the settings."""
    for name in GalateaTextureSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, str(values[name]) if name == "resolution" else values[name])


def finish_params(settings: GalateaFinishSettings) -> dict:
    """The settings as the parameters of a job."""
    names = GalateaFinishSettings.__annotations__.keys() - set(FINISH_OPTIONS)
    return {name: getattr(settings, name) for name in sorted(names)} | {"resolution": int(settings.resolution)}


def finish_options(settings: GalateaFinishSettings) -> dict:
    """The settings that are no parameters."""
    return {name: getattr(settings, name) for name in FINISH_OPTIONS}


def set_finish(settings: GalateaFinishSettings, values: dict) -> None:
    """Parameters and options back into the settings."""
    for name in GalateaFinishSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, str(values[name]) if name == "resolution" else values[name])


def reconstruct_params(settings: GalateaReconstructSettings) -> dict:
    """The settings as the parameters of a job."""
    params = {name: getattr(settings, name) for name in GalateaReconstructSettings.__annotations__}
    return params | {"folder": bpy.path.abspath(settings.folder) if settings.folder else ""}


def set_reconstruct(settings: GalateaReconstructSettings, values: dict) -> None:
    """Parameters back into the settings."""
    for name in GalateaReconstructSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, values[name])


def generate_params(settings: GalateaGenerateSettings) -> dict:
    """The settings as the parameters of a job; picture and mask as paths, where they are files."""
    names = GalateaGenerateSettings.__annotations__.keys() - set(GENERATE_OPTIONS)
    params = {name: getattr(settings, name) for name in sorted(names)} | {"resolution": int(settings.resolution)}
    params["weights"] = str(generate.weights(settings) or "")
    params["painter"] = models.path(settings.painter)
    for name, used in (("image", settings.source == "FILE"), ("mask", settings.source != "PROMPT")):
        params[name] = bpy.path.abspath(params[name]) if used and params[name] else ""
    return params


def set_generate(settings: GalateaGenerateSettings, values: dict) -> None:
    """Parameters and options back into the settings."""
    for name in GalateaGenerateSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, str(values[name]) if name == "resolution" else values[name])
