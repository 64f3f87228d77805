# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every difference between Blender 4.2 and 5.2 that Galatea meets. Nothing else looks at versions.

Written by feature, not by version number: each function asks for what it needs, so it stays right in between.
"""

from __future__ import annotations

import sys
from pathlib import Path

import bpy


def is_module() -> bool:
    """Whether this is Python with the bpy module, which has no binary. (``bpy.app.module`` says so since 4.4.)"""
    return not bpy.app.binary_path


def child_blender_command() -> list[str]:
    """What starts a background Blender that runs a script: the script's path and its arguments are appended."""
    if is_module():
        return [sys.executable, "-I"]
    return [bpy.app.binary_path, "--background", "--factory-startup", "--python-exit-code", "1", "--python"]


def own_command() -> list[str]:
    """What starts the ``galatea`` command in a process of its own: its arguments are appended."""
    if is_module():
        return [sys.executable, "-c", "from galatea.addon.command_line import main; main()"]
    return [bpy.app.binary_path, "--command", "galatea"]


def assign_action(datablock: bpy.types.ID, action: bpy.types.Action | None, slot: str = "") -> None:
    """Make ``action`` the active one of ``datablock``.

    Since 4.4 an action animates through a slot: the one called ``slot``, else the first that fits, else a new one.
    """
    animation = datablock.animation_data or datablock.animation_data_create()
    animation.action = action
    if action is None or not hasattr(animation, "action_slot"):
        return
    named = [candidate for candidate in action.slots if candidate.identifier == slot]
    fitting = [
        candidate for candidate in action.slots if candidate.target_id_type in (datablock.id_type, "UNSPECIFIED")
    ]
    if named:
        animation.action_slot = named[0]
    elif animation.action_slot is None:
        animation.action_slot = fitting[0] if fitting else action.slots.new(datablock.id_type, datablock.name)


def action_slot(datablock: bpy.types.ID) -> str:
    """Identifier of the slot in use, "" without one or before 4.4."""
    slot = getattr(datablock.animation_data, "action_slot", None)
    return slot.identifier if slot else ""


def channels(datablock: bpy.types.ID):
    """What holds the ``fcurves`` and their ``groups`` through which the assigned action animates ``datablock``."""
    animation = datablock.animation_data
    action = animation.action
    if not hasattr(action, "layers"):  # before 4.4
        return action
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(animation.action_slot, ensure=True)


def fcurves(datablock: bpy.types.ID):
    """The collection of f-curves (with ``new``) through which the assigned action animates ``datablock``."""
    return channels(datablock).fcurves


def select_bones(armature: bpy.types.Object, names: set[str]) -> None:
    """Select exactly these bones (pose mode and object mode; edit mode keeps a selection of its own)."""
    for bone in armature.pose.bones:
        # Selection moved from Bone to PoseBone in 5.0.
        (bone if hasattr(bone, "select") else bone.bone).select = bone.name in names


def selected_bones(armature: bpy.types.Object) -> set[str]:
    """Names of the bones selected in pose mode and object mode."""
    return {bone.name for bone in armature.pose.bones if (bone if hasattr(bone, "select") else bone.bone).select}


def enable_nodes(datablock: bpy.types.Material | bpy.types.World) -> bpy.types.NodeTree:
    """The node tree; since 5.0 it is always there and setting ``use_nodes`` warns."""
    if datablock.node_tree is None:
        datablock.use_nodes = True
    return datablock.node_tree


def textbox(layout: bpy.types.UILayout, data: bpy.types.AnyType, name: str, placeholder: str) -> None:
    """A text property with room for a sentence: several lines since 5.2."""
    if hasattr(layout, "textbox"):
        layout.textbox(data, name, initial_visible_lines=3, placeholder=placeholder)
    else:
        layout.prop(data, name, text="", placeholder=placeholder)


def modal_tool_runs(window: bpy.types.Window) -> bool:
    """Whether a modal tool of Blender (grab, knife, ...) runs.

    Operators of add-ons do not count: some sit there for the whole session (screencast keys, asset libraries).
    """
    defined_in_python = bpy.types.Operator.bl_rna_get_subclass_py
    return any(defined_in_python(operator.bl_idname) is None for operator in window.modal_operators)


def write_multilayer(settings: bpy.types.RenderSettings) -> None:
    """Let renders be written as OpenEXR with all passes in full precision. Since 5.0 the kind of media comes first."""
    image = settings.image_settings
    if hasattr(image, "media_type"):
        image.media_type = "MULTI_LAYER_IMAGE"
    image.file_format = "OPEN_EXR_MULTILAYER"
    image.color_depth = "32"
    image.exr_codec = "ZIP"


def write_movie(settings: bpy.types.RenderSettings) -> None:
    """Let animations be written by FFmpeg. Since 5.0 the kind of media comes first."""
    image = settings.image_settings
    if hasattr(image, "media_type"):
        image.media_type = "VIDEO"
    image.file_format = "FFMPEG"


def strips(scene: bpy.types.Scene):
    """What is in the Video Sequencer; empty without one. Sequences are called strips since 4.4."""
    editor = scene.sequence_editor
    if editor is None:
        return ()
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def add_image_strip(scene: bpy.types.Scene, name: str, paths: list[Path], channel: int, start: int):
    """A strip of pictures, one for each frame, in the Video Sequencer."""
    if scene.sequence_editor is None:
        scene.sequence_editor_create()
    strip = strips(scene).new_image(name=name, filepath=str(paths[0]), channel=channel, frame_start=start)
    for path in paths[1:]:
        strip.elements.append(path.name)
    return strip


def compositor(scene: bpy.types.Scene) -> bpy.types.NodeTree:
    """The scene's compositing nodes, switched on; new ones pass the render through. Since 5.0 they are a node group."""
    if not hasattr(scene, "compositing_node_group"):
        scene.use_nodes = True
        return scene.node_tree
    if scene.compositing_node_group is None:
        tree = bpy.data.node_groups.new("Compositing Nodes", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        layers, output = tree.nodes.new("CompositorNodeRLayers"), tree.nodes.new("NodeGroupOutput")
        output.location.x = 300
        tree.links.new(layers.outputs["Image"], output.inputs["Image"])
        scene.compositing_node_group = tree
    return scene.compositing_node_group


def can_denoise() -> bool:
    """Whether Cycles was built with a denoiser: those of Linux distributions may be without."""
    import _cycles

    return getattr(_cycles, "with_openimagedenoise", False)


def apply_scale(item: bpy.types.Object) -> None:
    """Scale of the object that the context has selected into its mesh, with the outside staying outside.

    Blender turns the faces of a mirrored mesh by itself in newer versions (5.2 does); before, they end up inside out.
    """
    corners = [corner.vertex_index for corner in item.data.loops[:8]]
    mirrored = item.matrix_basis.is_negative
    bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
    if mirrored and corners == [corner.vertex_index for corner in item.data.loops[:8]]:
        item.data.flip_normals()


def import_operators() -> dict[str, tuple[str, dict]]:
    """File ending -> (operator, options). FBX has a C++ importer since 4.5, an add-on's before."""
    fbx = "wm.fbx_import" if "fbx_import" in dir(bpy.ops.wm) else "import_scene.fbx"
    return {
        ".glb": ("import_scene.gltf", {}),
        ".gltf": ("import_scene.gltf", {}),
        ".obj": ("wm.obj_import", {}),
        ".ply": ("wm.ply_import", {}),
        ".stl": ("wm.stl_import", {}),
        ".fbx": (fbx, {}),
    }
