# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures into a movie, by the FFmpeg that Blender brings. A script for a child Blender:

    blender --background --factory-startup --python-exit-code 1 --python movie.py -- TASK.json
    python -I movie.py -- TASK.json          (Python with the bpy module)

The task names ``frames`` (paths, in order), ``result`` (an .mp4), ``fps``, ``width`` and ``height``.
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


def main(task: dict) -> None:
    """One strip of all pictures, rendered as H.264 of high quality."""
    spec = importlib.util.spec_from_file_location("galatea_bootstrap", ROOT / "backend" / "bootstrap.py")
    bootstrap = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bootstrap)
    compat = importlib.import_module(f"{bootstrap.load_package(ROOT).__name__}.addon.compat")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    paths = [Path(path) for path in task["frames"]]
    compat.add_image_strip(scene, "Frames", paths, 1, 1)
    settings = scene.render
    # H.264 stores colors for blocks of two pixels.
    settings.resolution_x, settings.resolution_y = (side + side % 2 for side in (task["width"], task["height"]))
    settings.resolution_percentage = 100
    settings.fps = max(round(task["fps"]), 1)
    settings.fps_base = settings.fps / task["fps"]
    scene.frame_start, scene.frame_end = 1, len(paths)
    settings.use_sequencer = True
    scene.view_settings.view_transform = "Standard"  # the pictures are display-encoded already
    compat.write_movie(settings)
    settings.ffmpeg.format, settings.ffmpeg.codec = "MPEG4", "H264"
    settings.ffmpeg.constant_rate_factor = "HIGH"
    settings.ffmpeg.gopsize = 12
    settings.use_file_extension = False
    settings.use_stamp_date = False  # the same frames make the same file, whenever that is
    settings.filepath = task["result"]
    bpy.ops.render.render(animation=True)


if __name__ == "__main__":
    status = 0
    try:
        main(json.loads(Path(sys.argv[sys.argv.index("--") + 1]).read_text(encoding="utf-8")))
    except Exception:  # noqa: BLE001 - whatever happens has to become an exit status
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: Blender's own clean-up can hang in drivers and threads, and nothing here needs it.
    os._exit(status)
