# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmark of the reconstruction does to pictures, and what it makes of scores."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
Image = pytest.importorskip("PIL.Image")
pytest.importorskip("trimesh")

from galatea.backend.raster.camera import orbit, project  # noqa: E402
from galatea.benchmarks import document  # noqa: E402
from galatea.benchmarks.reconstruct import conditions, objects, pictures, scores, tables  # noqa: E402


@pytest.fixture
def folder(tmp_path):
    """Two pictures of a grey disc, as the benchmark renders them."""
    given = tmp_path / "given"
    given.mkdir()
    y, x = np.mgrid[: pictures.SIZE, : pictures.SIZE]
    disc = np.hypot(x - 128, y - 128) < 60
    pixels = np.zeros((pictures.SIZE, pictures.SIZE, 4), np.uint8)
    pixels[disc] = (120, 120, 120, 255)
    frames = []
    for number in range(2):
        Image.fromarray(pixels).save(given / f"view-{number}.png")
        camera = orbit(number, 0.3, 5.0, pictures.FOV, pictures.SIZE)
        frames.append({"file_path": f"view-{number}.png", "transform_matrix": camera.camera_to_world.tolist()})
    (given / "transforms.json").write_text(json.dumps({"camera_angle_x": pictures.FOV, "frames": frames}))
    return given


def test_noise_is_what_it_says(folder, tmp_path):
    noisy = conditions.noisy(folder, tmp_path / "noisy", 0)
    before, after = (json.loads((place / "transforms.json").read_text())["frames"] for place in (folder, noisy))
    for one, other in zip(before, after, strict=True):
        centres = [
            project(pictures.orbit_of(frame["transform_matrix"]), torch.zeros(1, 3))[0] for frame in (one, other)
        ]
        assert float((centres[0] - centres[1]).norm()) == pytest.approx(conditions.PIXELS, abs=0.02)
        with Image.open(folder / one["file_path"]) as was, Image.open(noisy / other["file_path"]) as now:
            was, now = (np.asarray(image)[128, 128].astype(float) / 255 for image in (was, now))
        linear = [((value[:3] + 0.055) / 1.055) ** 2.4 for value in (was, now)]
        ratio = linear[1] / linear[0]
        assert (np.abs(ratio - 1) < conditions.COLOUR + 0.01).all() and np.abs(ratio - 1).max() > 0.01


def test_backdrops_leave_no_outline_to_read(folder, tmp_path):
    shown = conditions.no_masks(folder, tmp_path / "plain", 0)
    with Image.open(shown / "view-0.png") as image:
        assert image.mode == "RGB"
        pixels = np.asarray(image).astype(float)
    assert pixels[128, 128] == pytest.approx(120, abs=10) and pixels[:20].std() < 30


def stack_of_plates(gap):
    """Two closed plates above each other: much surface in a small box. Moved apart by ``gap``."""
    trimesh = pytest.importorskip("trimesh")
    plates = [trimesh.creation.box((2.0, 2.0, 0.2)).apply_translation((0, 0, z)) for z in (-0.5 - gap, 0.5 + gap)]
    return trimesh.util.concatenate(plates)


def test_a_truth_with_much_surface_agrees_with_itself_and_not_with_what_is_off():
    mesh = stack_of_plates(0.0)
    vertices, triangles = np.array(mesh.vertices), np.array(mesh.faces)
    nothing = np.zeros(len(vertices))
    item = objects.Object("plates", vertices, triangles, np.zeros((len(vertices), 3)), nothing, nothing)
    truth = scores.true_surface(item)
    assert truth.tolerance == pytest.approx(0.02)
    itself = scores.shape_scores(vertices, triangles, truth)
    assert itself["f_score"] > 0.999 and itself["watertight"]
    # The large faces move by less and by more than the tolerance; of the plates' sides most stay.
    near, far = (
        scores.shape_scores(np.array(stack_of_plates(gap).vertices), triangles, truth) for gap in (0.014, 0.026)
    )
    assert near["f_score"] > 0.99
    sides = 4 * 2 * 0.2 / (2 * 4 + 4 * 2 * 0.2)
    assert far["f_score"] == pytest.approx(sides, abs=0.04)


def test_tables_say_what_noise_leaves():
    def row(name, condition, score):
        numbers = dict.fromkeys(tables.MEANS, 1.0) | {"f_score": score}
        return {"object": name, "condition": condition, "watertight": True} | numbers

    rows = [row("a", "clean", 0.9), row("b", "clean", 0.8), row("c", "clean", 0.1), row("a", "noisy", 0.81),
            row("b", "noisy", 0.72)]  # fmt: skip
    assert tables.noisy_part(rows) == pytest.approx(0.9) and tables.noisy_part(rows[:3]) is None
    about = {"views": 16, "size": 256, "set": "held out", "created": "2026-01-01"}
    parts = [about | {"rows": rows[3:]}, about | {"created": "2026-01-02", "rows": rows[:3]}]
    text = tables.markdown(tables.joined(parts))
    assert "2026-01-02" in text and text.index("**Clean**") < text.index("**Noisy**")
    with pytest.raises(ValueError, match="set"):
        tables.joined([parts[0], parts[1] | {"set": "development"}])
    assert "| **mean** | 0.600 |" in text and "90% of the clean one" in text and "| 3 of 3 |" in text


def test_tables_replace_those_between_the_marks_alone(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(f"above\n{document.BEGIN}\nold\n{document.END}\nbelow\n")
    document.put(path, "| new |")
    assert path.read_text() == f"above\n{document.BEGIN}\n\n| new |\n{document.END}\nbelow\n"
    path.write_text("no marks")
    with pytest.raises(ValueError):
        document.put(path, "| new |")
    assert path.read_text() == "no marks"
