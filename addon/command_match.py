# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea match SOURCE TARGET --output DIR``: presses the same buttons as the artist."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from . import command_line
from .command_line import CommandProblem, reason, say


def add_parser(commands) -> None:
    """The options."""
    from .properties import ANIMALS, GalateaMatchSettings

    settings = GalateaMatchSettings.bl_rna.properties
    parser = commands.add_parser(
        "match", help="find out which point of one animal is which of another",
        description="Find out which point of one animal is which of another, and carry over what you ask for. Of each "
        "file the visible mesh with most faces is taken. One or both may be pictures: then points alone go over.",
    )  # fmt: skip
    parser.set_defaults(run=match)
    parser.add_argument(
        "source", metavar="SOURCE", type=Path, help=".glb .gltf .obj .ply .stl .fbx .blend, or a picture"
    )
    parser.add_argument("target", metavar="TARGET", type=Path, help="likewise")
    parser.add_argument("--output", "-o", metavar="DIR", type=Path, required=True, help="folder for the results")
    parser.add_argument(
        "--animal", choices=[item[0] for item in ANIMALS], default="auto", help=settings["animal"].description
    )
    parser.add_argument("--flip", action="store_true", help=settings["flip"].description)
    parser.add_argument("--flip-target", action="store_true", help=settings["flip_target"].description)
    parser.add_argument("--seed", metavar="N", type=command_line.whole_number(settings["seed"]), default=0)
    parser.add_argument("--texture", action="store_true", help="give the target the source's colors")
    parser.add_argument(
        "--texture-size", metavar="N", type=int, default=1024, help="pixels across that texture, 64 to 8192"
    )
    parser.add_argument("--vertex-groups", action="store_true", help="give the target the source's vertex groups")
    parser.add_argument("--rig", action="store_true", help="give the target the source's armature, fitted to it")
    parser.add_argument("--pose", action="store_true", help="pose the target's armature as the source's is posed")
    parser.add_argument("--action", action="store_true", help="give it the source's present action")


def match(options: argparse.Namespace) -> int:
    """``galatea match``."""
    import bpy

    from . import match, properties, session

    if session.get().problem:
        raise CommandProblem(session.get().problem)
    if not 64 <= options.texture_size <= 8192:
        raise CommandProblem("--texture-size is 64 to 8192")
    output = command_line.writable_folder(options.output)
    if any(is_picture(path) for path in (options.source, options.target)):
        return match_pictures(options, output)
    source, target = (loaded(path, first) for path, first in ((options.source, True), (options.target, False)))
    set_beside(source, target)
    properties.set_match(bpy.context.scene.galatea.match, vars(options))
    for item in bpy.context.selected_objects:
        item.select_set(False)
    for item in (source, target):
        item.select_set(True)
    bpy.context.view_layer.objects.active = target
    say(f"Matching {source.name} with {target.name}")
    try:
        bpy.ops.galatea.match()
        if match.partner(target) is None:
            raise CommandProblem("the job ended without a match")
        if options.texture:
            bpy.ops.galatea.match_texture(size=options.texture_size)
        if options.vertex_groups:
            bpy.ops.galatea.match_groups()
        if options.rig:
            bpy.ops.galatea.match_rig()
        if options.pose or options.action:
            bpy.ops.galatea.match_pose(action=options.action)
    except RuntimeError as error:
        raise CommandProblem(reason(error)) from error
    report = session.get().queue.jobs[-1].end.report
    np.savez(
        output / "match.npz",
        source_places=match.places(source), source_sure=match.sureness(source),
        target_places=match.places(target), target_sure=match.sureness(target),
    )  # fmt: skip
    (output / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    try:
        command_line.save_blend(output / "result.blend")
    except (OSError, RuntimeError) as error:
        raise CommandProblem(f"the results cannot be written to {output}: {reason(error)}") from error
    for warning in report["warnings"]:
        say(warning)
    say(
        f"{target.name}: {100 - report['unsure_percent']['target']:.0f} % have a sure counterpart. "
        f"Results are in {options.output}"
    )
    return 0


def is_picture(path: Path) -> bool:
    from . import rig_photos

    return rig_photos.is_photo(path.name)


def match_pictures(options: argparse.Namespace, output: Path) -> int:
    """``galatea match`` with one or two pictures: what each shows of the mesh, or of a plain animal."""
    import bpy

    from . import match_picture, session

    if any((options.texture, options.vertex_groups, options.rig, options.pose, options.action)):
        raise CommandProblem("pictures carry points alone: leave out --texture, --vertex-groups, --rig and the like")
    files = {"source": options.source, "target": options.target}
    for path in files.values():
        if not path.is_file():
            raise CommandProblem(f"{path}: no such file")
    meshes = {role: path for role, path in files.items() if not is_picture(path)}
    item = None
    if meshes:
        item = loaded(*meshes.values(), True)
    else:
        bpy.ops.wm.read_homefile(use_empty=True, load_ui=False)
    settings = bpy.context.scene.galatea.match_picture
    settings.seed = options.seed
    settings.flip = {"source": options.flip, "target": options.flip_target}.get(next(iter(meshes), ""), False)
    arrays, report = {}, {}
    for role, path in files.items():
        if role in meshes:
            continue
        for other in bpy.context.selected_objects:
            other.select_set(False)
        if item is not None:
            item.select_set(True)
            bpy.context.view_layer.objects.active = item
        say(f"Matching {path.name} with {item.name if item is not None else 'a plain animal'}")
        try:
            settings.picture = bpy.data.images.load(str(path.resolve()))
            bpy.ops.galatea.match_picture()
        except RuntimeError as error:
            raise CommandProblem(reason(error)) from error
        item = item or bpy.context.view_layer.objects.active
        if settings.picture not in match_picture.pictures(item):
            raise CommandProblem("the job ended without a match")
        seen = match_picture.shown(item, settings.picture)
        arrays |= {f"{role}.{name}": getattr(seen, name) for name in ("places", "sure", "square")}
        report[role] = session.get().queue.jobs[-1].end.report
        for warning in report[role]["warnings"]:
            say(warning)
        say(f"{path.name}: {report[role]['sure_percent']:.0f} % sure")
    np.savez(output / "match.npz", **arrays)
    (output / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    try:
        command_line.save_blend(output / "result.blend")
    except (OSError, RuntimeError) as error:
        raise CommandProblem(f"the results cannot be written to {output}: {reason(error)}") from error
    say(f"Results are in {options.output}")
    return 0


def set_beside(source, target) -> None:
    """Move the target, with what it hangs on, to where it does not stand in the source."""
    import bpy
    from mathutils import Vector

    ends = [[(item.matrix_world @ Vector(corner)).x for corner in item.bound_box] for item in (source, target)]
    top = target
    while top.parent is not None:
        top = top.parent
    top.location.x += max(ends[0]) - min(ends[1]) + 0.2 * (max(ends[0]) - min(ends[0]))
    bpy.context.view_layer.update()


def loaded(path: Path, first: bool):
    """The mesh with most faces of a file, which is added to what is open unless it is the ``first``."""
    import bpy

    from . import compat

    file = path.resolve()
    if not file.is_file():
        raise CommandProblem(f"{path}: no such file")
    before = set() if first else set(bpy.data.objects)
    if first:
        command_line.load(file)
    elif file.suffix.lower() == ".blend":
        with bpy.data.libraries.load(str(file)) as (there, here):
            here.objects = there.objects
        for item in here.objects:
            bpy.context.scene.collection.objects.link(item)
    else:
        operators = compat.import_operators()
        if file.suffix.lower() not in operators:
            raise CommandProblem(f"{file.name}: use a file of these kinds: .blend {' '.join(operators)}")
        operator, arguments = operators[file.suffix.lower()]
        module, name = operator.split(".")
        try:
            getattr(getattr(bpy.ops, module), name)(filepath=str(file), **arguments)
        except RuntimeError as error:
            raise CommandProblem(f"{file.name} cannot be read: {reason(error)}") from error
    bpy.context.view_layer.update()
    meshes = [
        item
        for item in bpy.context.view_layer.objects
        if item not in before and item.type == "MESH" and item.visible_get() and len(item.data.polygons)
    ]
    if not meshes:
        raise CommandProblem(f"{file.name} has no visible mesh")
    return max(meshes, key=lambda item: len(item.data.polygons))
