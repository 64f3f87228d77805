# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Render has to know of a scene, rendered by Cycles. A script for a child Blender, on a saved copy of the file:

    blender --background --factory-startup --python-exit-code 1 --python scene_passes.py -- TASK.json
    python -I scene_passes.py -- TASK.json          (Python with the bpy module)

The task names ``scene`` (a .blend), ``output`` (a folder), ``frames``, ``width``, ``height``, ``oversampling``, and
``light`` (samples of the light pictures, 0 for none). For each frame the folder gets

    geometry-0001.exr   oversampled, one sample in the middle of each pixel, so that nothing is mixed of two surfaces:
                        Depth, Normal, Vector, UV, object index, and in AOVs of our own the place on the undeformed
                        surface, and a number of each instance
    light-0001-0.exr    the scene with all surfaces gray and rough, in the light of its lamps and world
    light-0001-1.exr    half metal and half as rough
    light-0001-2.exr    a mirror of metal
    light-0001-3.exr    with ``beauty`` (samples): the scene's own materials, for benchmarks
    backdrop-0001.exr   with ``backdrop`` (samples): the scene as it is but for the objects called ``painted`` (all if
                        empty), which only cast shadows and are mirrored

``mesh-N.npz`` is the undeformed mesh of each painted object with UVs, by its index, for textures,
and ``scene.json`` says what is in it. A sentence for the artist goes to ``problem.json``.
"""

import importlib
import importlib.util
import json
import os
import sys
import traceback
from pathlib import Path

import bpy
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
REST, KNOWN, INSTANCE = "galatea_rest", "galatea_known", "galatea_instance"
"""Names of the AOVs."""
CONTROLS = ((1.0, 0.0), (0.5, 0.5), (0.0, 1.0))
"""Roughness and metallic of the light pictures: those that the ControlNet for light was trained with."""
ALBEDO = 0.5
SHAPES = {"MESH", "CURVE", "SURFACE", "META", "FONT"}
LEFT_OUT = {"VOLUME", "CURVES", "POINTCLOUD"}
LARGEST_INDEX = 32767
BOUNCES = ("max_bounces", "diffuse_bounces", "glossy_bounces", "transmission_bounces", "transparent_max_bounces")


class Problem(Exception):
    """What the artist can put right: a sentence and a hint."""


def main(task: dict) -> None:
    """Render everything that the task asks for. Frames that are there already are passed over."""
    compat = load_compat()
    output = Path(task["output"])
    bpy.ops.wm.open_mainfile(filepath=task["scene"], load_ui=False)
    scene = bpy.context.scene
    film, bounces = scene.render.film_transparent, {name: getattr(scene.cycles, name) for name in BOUNCES}
    facts = prepare(scene, compat)
    facts["meshes"] = write_meshes(scene, task["painted"], output)
    (output / "scene.json").write_text(json.dumps(facts), encoding="utf-8")
    layer = bpy.context.view_layer
    geometry = geometry_material(compat)
    lights = [control_material(compat, *values) for values in CONTROLS] if task["light"] else []
    lights += [None] if task["beauty"] else []
    if lights and not is_lit(scene):
        add_daylight(scene, compat)
    for number, frame in enumerate(task["frames"]):
        scene.frame_set(frame)
        if scene.camera is None:
            raise Problem(f"The scene has no camera at frame {frame}.", "Add one, or remove the marker that binds it.")
        if hasattr(scene.camera.data, "dof"):
            scene.camera.data.dof.use_dof = False
        set_size(scene, task, task["oversampling"])
        exact(scene)
        layer.material_override = geometry
        render(scene, compat, output / f"geometry-{frame:04d}.exr")
        set_size(scene, task, 1)
        for index, material in enumerate(lights):
            shaded(scene, compat, task["light"] if material else task["beauty"])
            layer.material_override = material
            render(scene, compat, output / f"light-{frame:04d}-{index}.exr")
        if task["backdrop"]:
            layer.material_override = None
            shaded(scene, compat, task["backdrop"])
            for name, value in bounces.items():
                setattr(scene.cycles, name, value)
            scene.render.film_transparent = film
            show_to_camera(task["painted"], False)
            render(scene, compat, output / f"backdrop-{frame:04d}.exr")
            scene.render.film_transparent = True
            show_to_camera(task["painted"], True)
        print(f"galatea-frame {number + 1}", flush=True)


def show_to_camera(names: list[str], visible: bool) -> None:
    """Let the camera see the objects of these names, all if there are none, or not."""
    for item in bpy.data.objects:
        if item.type in SHAPES and (not names or item.name in names):
            item.visible_camera = visible


def load_compat():
    """The module of the differences between Blender's versions, by the way that the worker goes."""
    spec = importlib.util.spec_from_file_location("galatea_bootstrap", ROOT / "backend" / "bootstrap.py")
    bootstrap = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bootstrap)
    package = bootstrap.load_package(ROOT)
    return importlib.import_module(f"{package.__name__}.addon.compat")


def prepare(scene: bpy.types.Scene, compat) -> dict:
    """Set up what is the same for all frames; returns what is in the scene."""
    left_out = leave_out(scene)
    names = {}
    for index, item in enumerate(sorted(bpy.data.objects, key=lambda item: item.name), start=1):
        item.pass_index = 1 + (index - 1) % LARGEST_INDEX
        names[item.pass_index] = item.name
        if item.type == "MESH":
            item.add_rest_position_attribute = True
    if not any(item.type in SHAPES and not item.hide_render for item in scene.objects) and not any(
        item.instance_collection is not None and not item.hide_render for item in scene.objects
    ):
        raise Problem("No object of the scene is rendered.", "Switch on the camera icon of those that should be seen.")
    view_layer = bpy.context.view_layer
    for other in scene.view_layers:
        other.use = other == view_layer
    for name in ("use_pass_z", "use_pass_normal", "use_pass_uv", "use_pass_vector", "use_pass_object_index"):
        setattr(view_layer, name, True)
    for name, kind in ((REST, "COLOR"), (KNOWN, "VALUE"), (INSTANCE, "VALUE")):
        aov = view_layer.aovs.add()
        aov.name, aov.type = name, kind
    settings = scene.render
    settings.engine = "CYCLES"
    settings.film_transparent = True
    settings.filepath = ""
    settings.use_persistent_data = True
    for name in ("use_compositing", "use_sequencer", "use_motion_blur", "use_border", "use_multiview", "use_freestyle"):
        setattr(settings, name, False)
    compat.write_multilayer(settings)
    scene.cycles.use_animated_seed = False
    scene.cycles.seed = 0
    return {"objects": names, "left_out": left_out, "fps": settings.fps / settings.fps_base}


def write_meshes(scene: bpy.types.Scene, painted: list[str], output: Path) -> dict[int, str]:
    """Places and UVs of the triangles' corners of the painted meshes, before modifiers and shape keys.

    Returns the names of the UV layers by the indices of the objects.
    """
    layers = {}
    for item in bpy.data.objects:
        if item.type != "MESH" or (painted and item.name not in painted) or not item.data.uv_layers:
            continue
        mesh = item.data
        layer = next((one for one in mesh.uv_layers if one.active_render), mesh.uv_layers[0])
        mesh.calc_loop_triangles()
        places, uv = np.empty((len(mesh.vertices), 3), np.float32), np.empty((len(mesh.loops), 2), np.float32)
        corners, loops = (np.empty((len(mesh.loop_triangles), 3), np.int32) for _ in range(2))
        mesh.vertices.foreach_get("co", places.ravel())
        layer.uv.foreach_get("vector", uv.ravel())
        mesh.loop_triangles.foreach_get("vertices", corners.ravel())
        mesh.loop_triangles.foreach_get("loops", loops.ravel())
        np.savez(output / f"mesh-{item.pass_index}.npz", places=places[corners], uv=uv[loops])
        layers[item.pass_index] = layer.name
    return layers


def leave_out(scene: bpy.types.Scene) -> list[str]:
    """Hide what has no surface of its own to paint on; returns the objects' names."""
    names = []
    for item in scene.objects:
        if item.type in LEFT_OUT and not item.hide_render:
            item.hide_render = True
            names.append(item.name)
        for modifier in item.modifiers:
            hair = modifier.type == "PARTICLE_SYSTEM" and modifier.particle_system.settings.type == "HAIR"
            if hair and modifier.particle_system.settings.render_type == "PATH" and modifier.show_render:
                modifier.show_render = False
                names.append(item.name)
    if scene.world is not None and scene.world.node_tree is not None:
        for node in scene.world.node_tree.nodes:
            if node.type == "OUTPUT_WORLD":
                for link in list(node.inputs["Volume"].links):
                    scene.world.node_tree.links.remove(link)
    return names


def set_size(scene: bpy.types.Scene, task: dict, factor: int) -> None:
    """Pixels of the next picture."""
    scene.render.resolution_x, scene.render.resolution_y = task["width"] * factor, task["height"] * factor
    scene.render.resolution_percentage = 100


def exact(scene: bpy.types.Scene) -> None:
    """One sample in the middle of each pixel: passes are then not filtered at all."""
    settings = scene.cycles
    settings.samples = 1
    settings.use_adaptive_sampling = settings.use_denoising = False
    settings.max_bounces = settings.transparent_max_bounces = 0


def shaded(scene: bpy.types.Scene, compat, samples: int) -> None:
    """Smooth pictures of the light: direct, with shadows, and seen in mirrors."""
    settings = scene.cycles
    settings.samples = samples
    settings.max_bounces = settings.diffuse_bounces = settings.glossy_bounces = 1
    settings.use_denoising = compat.can_denoise()
    if settings.use_denoising:
        settings.denoiser = "OPENIMAGEDENOISE"


def render(scene: bpy.types.Scene, compat, path: Path) -> None:
    """One picture, by a rename, so that a half-written one is never taken for a result."""
    if path.is_file():
        return
    partial = path.with_name(f"partial-{path.name}")
    scene.render.filepath = str(partial)
    bpy.ops.render.render(write_still=True)
    os.replace(partial, path)


def geometry_material(compat) -> bpy.types.Material:
    """It shows nothing but writes the AOVs: the place at rest; without one, that in the object's space."""
    material = bpy.data.materials.new("Galatea Geometry")
    tree = compat.enable_nodes(material)
    tree.nodes.clear()
    output, shader = tree.nodes.new("ShaderNodeOutputMaterial"), tree.nodes.new("ShaderNodeEmission")
    tree.links.new(shader.outputs[0], output.inputs["Surface"])
    rest = tree.nodes.new("ShaderNodeAttribute")
    rest.attribute_name = "rest_position"
    space, info = tree.nodes.new("ShaderNodeTexCoord"), tree.nodes.new("ShaderNodeObjectInfo")
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type = "VECTOR"
    factor, a, b = (
        next(socket for socket in mix.inputs if socket.identifier == name)
        for name in ("Factor_Float", "A_Vector", "B_Vector")
    )
    place = next(socket for socket in mix.outputs if socket.identifier == "Result_Vector")
    tree.links.new(rest.outputs["Alpha"], factor)
    tree.links.new(space.outputs["Object"], a)
    tree.links.new(rest.outputs["Vector"], b)
    for name, socket, source in (
        (REST, "Color", place), (KNOWN, "Value", rest.outputs["Alpha"]), (INSTANCE, "Value", info.outputs["Random"]),
    ):  # fmt: skip
        node = tree.nodes.new("ShaderNodeOutputAOV")
        node.aov_name = name
        tree.links.new(source, node.inputs[socket])
    return material


def control_material(compat, roughness: float, metallic: float) -> bpy.types.Material:
    """Gray, as rough and as much metal as given."""
    material = bpy.data.materials.new("Galatea Light")
    tree = compat.enable_nodes(material)
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (ALBEDO, ALBEDO, ALBEDO, 1.0)
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Metallic"].default_value = metallic
    return material


def is_lit(scene: bpy.types.Scene) -> bool:
    """Whether there is a lamp, or a world that is not black."""
    if any(item.type == "LIGHT" and not item.hide_render for item in scene.objects):
        return True
    world = scene.world
    if world is None:
        return False
    if world.node_tree is None:
        return max(world.color) > 0
    shaders = [node for node in world.node_tree.nodes if node.type == "BACKGROUND"]
    return any(
        node.inputs["Color"].is_linked
        or (max(node.inputs["Color"].default_value[:3]) > 0 and node.inputs["Strength"].default_value > 0)
        for node in shaders
    )


def add_daylight(scene: bpy.types.Scene, compat) -> None:
    """For a scene without light: an even gray sky and a soft sun from behind the camera's left shoulder."""
    world = bpy.data.worlds.new("Galatea Daylight")
    tree = compat.enable_nodes(world)
    next(node for node in tree.nodes if node.type == "BACKGROUND").inputs["Color"].default_value = (0.5, 0.5, 0.5, 1.0)
    scene.world = world
    lamp = bpy.data.lights.new("Galatea Daylight", "SUN")
    lamp.energy, lamp.angle = 3.0, 0.5
    item = bpy.data.objects.new("Galatea Daylight", lamp)
    item.rotation_euler = (0.8, -0.4, 0.0)
    scene.collection.objects.link(item)


if __name__ == "__main__":
    status = 0
    work = json.loads(Path(sys.argv[sys.argv.index("--") + 1]).read_text(encoding="utf-8"))
    try:
        main(work)
    except Problem as problem:
        message, hint = problem.args
        words = json.dumps({"message": message, "hint": hint})
        (Path(work["output"]) / "problem.json").write_text(words, encoding="utf-8")
        status = 1
    except Exception:  # noqa: BLE001 - whatever happens has to become an exit status
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: Blender's own clean-up can hang in drivers and threads, and nothing here needs it.
    os._exit(status)
