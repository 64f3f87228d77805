# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The relight check's share in a child Blender: this file is run by its path, with a folder after ``--``.

The folder holds ``object.blend`` and ``names.json``; it gets ``relight.png`` and ``leak.json``.
"""

import importlib
import importlib.util
import json
import os
import sys
import traceback
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[1]


def main(folder: Path) -> None:
    spec = importlib.util.spec_from_file_location("galatea_bootstrap", ROOT / "backend" / "bootstrap.py")
    bootstrap = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bootstrap)
    package = bootstrap.load_package(ROOT)
    lit_preview = importlib.import_module(f"{package.__name__}.addon.lit_preview")
    names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(folder / "object.blend")) as (_, wanted):
        wanted.objects = [names["object"]]
    item = wanted.objects[0]
    bpy.context.scene.collection.objects.link(item)
    bpy.context.view_layer.update()
    material = next(slot.material for slot in item.material_slots if slot.material.name == names["material"])
    leak = lit_preview.light_leak(bpy.context, item, material)
    lit_preview.render(bpy.context, [item], lit_preview.LIGHTS, folder / "relight.png", tuple(names["tile"]))
    (folder / "leak.json").write_text(json.dumps(leak), encoding="utf-8")


if __name__ == "__main__":
    status = 0
    try:
        main(Path(sys.argv[sys.argv.index("--") + 1]))
    except Exception:  # noqa: BLE001 - whatever happens has to become an exit status
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: Blender's own clean-up can hang in drivers and threads, and nothing here needs it.
    os._exit(status)
