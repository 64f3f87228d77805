# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures from a prompt, as images of the file."""

import contextlib
import json
import types

import bpy
import numpy as np
import pytest

from galatea.addon import image, recipe, session
from galatea.backend import protocol


@pytest.fixture
def painted(tmp_path, monkeypatch):
    """A finished job with two pictures, red and green, that waits for its import."""
    queue = session.get().queue
    monkeypatch.setattr(queue, "jobs", [])
    job = image.create_job(queue, {"prompt": "a red ball", "count": 2, "seed": 0})
    for number, colour in enumerate(((1, 0, 0, 1), (0, 1, 0, 1)), start=1):
        picture = bpy.data.images.new("made", 8, 8)
        picture.pixels.foreach_set(np.tile(np.array(colour, np.float32), 64))
        picture.filepath_raw, picture.file_format = str(job.folder / f"out/image-{number}.png"), "PNG"
        picture.save()
        bpy.data.images.remove(picture)
    files = {f"image-{number}": f"out/image-{number}.png" for number in (1, 2)}
    job.end = protocol.Result(job.id, files, {"unknown_words": []})
    yield job
    queue.delete(job)


def test_pictures_outlive_their_job(painted):
    images = image.import_result(painted, painted.end.report)
    assert [item.name.startswith("a red ball") for item in images] == [True, True]
    assert all(item.packed_file and item.use_fake_user for item in images)
    assert [item.colorspace_settings.name for item in images] == ["sRGB", "sRGB"]
    assert np.allclose(images[1].pixels[:4], (0, 1, 0, 1))
    assert recipe.read(images[0])["params"]["prompt"] == "a red ball"


def test_pictures_survive_saving(painted, tmp_path):
    image.import_result(painted, painted.end.report)
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    kept = [item for item in bpy.data.images if item.name.startswith("a red ball")]
    assert len(kept) == 2 and json.loads(kept[0]["galatea"])["capability"] == "image"


def test_the_operator_needs_a_prompt_that_the_backend_accepts(monkeypatch):
    asked = []
    monkeypatch.setattr(
        session.get().queue, "run_blocking", lambda job, on_progress=None: asked.append(job) or _refused(job)
    )
    with pytest.raises(RuntimeError, match="There is no prompt"):
        bpy.ops.galatea.image(prompt="")
    assert asked[0].params["model"] == "" and asked[0].params["steps"] == 25


def _refused(job):
    return protocol.Error(job.id, "bad_input", "There is no prompt.", "Say what the picture shows.")


@pytest.mark.parametrize(("kinds", "said"), [((), "no room"), (("VIEW_3D",), "too narrow")])
def test_without_room_an_image_editor_is_not_opened_and_says_so(kinds, said):
    """Without a window no 3D view can be split, as in a window where it is narrow."""
    areas = [types.SimpleNamespace(type=kind, width=10) for kind in kinds]
    context = types.SimpleNamespace(
        screen=types.SimpleNamespace(areas=areas), temp_override=lambda area: contextlib.nullcontext()
    )
    picture = bpy.data.images.new("picture", 8, 8)
    try:
        with pytest.raises(image.NoRoom, match=said):
            image.open_beside(context, picture, "VIEW")
    finally:
        bpy.data.images.remove(picture)
