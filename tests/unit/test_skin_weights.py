# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skin weights and the two capabilities, as the worker runs them but without Blender."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from galatea.backend.capabilities import rig as rig_capability
from galatea.backend.capabilities import run
from galatea.backend.job import Job, JobError
from galatea.backend.mesh import clean as clean_module
from galatea.backend.mesh.clean import Shape, clean
from galatea.backend.skinning import weights as skin_module
from galatea.backend.skinning.voxel_weights import voxel_weights
from galatea.backend.skinning.weights import Bones, limited, skin_weights
from galatea.benchmarks.rig.animals import Animal

ROOT = Path(__file__).parents[2]


def bar(length: float = 6.0, rings: int = 61) -> Shape:
    """A round bar along z."""
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = np.stack([0.4 * np.cos(angle), 0.4 * np.sin(angle)], axis=1)
    vertices = np.concatenate([np.column_stack([ring, np.full(12, z)]) for z in np.linspace(0, length, rings)])
    cell = np.arange((rings - 1) * 12)
    right = cell - cell % 12 + (cell + 1) % 12
    sides = np.concatenate([np.stack([cell, right, right + 12], 1), np.stack([cell, right + 12, cell + 12], 1)])
    last = (rings - 1) * 12
    caps = [(0, i + 1, i) for i in range(1, 11)] + [(last, last + i, last + i + 1) for i in range(1, 11)]
    return clean(vertices, np.concatenate([sides, caps]))


TWO_BONES = Bones(["A", "B"], np.array([[0.0, 0, 0], [0, 0, 3]]), np.array([[0.0, 0, 3], [0, 0, 6]]))


def job_with(folder: Path, vertices: np.ndarray, triangles: np.ndarray, **arrays: np.ndarray) -> Job:
    (folder / "in").mkdir(parents=True)
    np.savez(folder / "in" / "mesh.npz", vertices=vertices, triangles=triangles, **arrays)
    return Job(folder)


def test_voxel_weights_follow_the_bones_and_blend_at_the_joint() -> None:
    shape = bar()
    weights = voxel_weights(shape, TWO_BONES.heads, TWO_BONES.tails)
    assert np.allclose(weights.sum(axis=1), 1)
    z = shape.vertices[:, 2]
    assert (weights[z < 1, 0] > 0.9).all()
    assert (weights[z > 5, 1] > 0.9).all()
    assert np.abs(weights[np.abs(z - 3) < 0.06, 0] - 0.5).max() < 0.2


def test_at_most_four_influences_that_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    indices, weights = limited(rng.random((50, 9)))
    assert indices.shape == weights.shape == (50, 4)
    assert np.allclose(weights.sum(axis=1), 1)
    assert (np.diff(weights, axis=1) <= 1e-6).all()
    indices, weights = limited(np.ones((3, 1)))
    assert weights[:, 0].tolist() == [1, 1, 1]
    assert (indices < 1).all()


def test_every_bone_moves_something(tmp_path: Path) -> None:
    shape = bar()
    heads = np.array([[0.0, 0, 0.6 * i] for i in range(10)])
    bones = Bones([str(i) for i in range(10)], heads, heads + np.array([0, 0, 0.6]))
    skin = skin_weights(shape, bones, [], Job(tmp_path))
    assert len(np.unique(skin.indices[skin.weights > 0])) == 10


def test_a_small_loose_part_moves_as_one_piece(tmp_path: Path) -> None:
    shape = bar()
    knob = np.array([[0.5, 0, 2.9], [0.7, 0, 2.9], [0.6, 0.1, 2.9], [0.6, 0, 3.2]])
    faces = np.array([[0, 1, 2], [0, 1, 3], [1, 2, 3], [0, 2, 3]]) + len(shape.vertices)
    both = clean(np.concatenate([shape.vertices, knob]), np.concatenate([shape.triangles, faces]))
    skin = skin_weights(both, TWO_BONES, [], Job(tmp_path))
    dense = np.zeros((len(both.vertices), 2))
    np.add.at(dense, (np.arange(len(dense))[:, None], skin.indices), skin.weights)
    of_knob = dense[both.vertices[:, 0] > 0.45]
    assert len(of_knob) == 4
    assert np.ptp(of_knob, axis=0).max() < 1e-6


def test_bone_heat_that_fails_is_replaced_and_told(tmp_path: Path) -> None:
    skin = skin_weights(bar(), TWO_BONES, [sys.executable, "-c", "raise SystemExit(3)"], Job(tmp_path))
    assert any("failed" in warning for warning in skin.warnings)
    assert np.allclose(skin.weights.sum(axis=1), 1)


def test_bone_heat_without_a_solution_is_tried_again_on_other_triangles(tmp_path: Path) -> None:
    stub = tmp_path / "stub.py"
    stub.write_text(
        "import sys, numpy as np\n"
        "data = np.load(sys.argv[-2])\n"
        "found = len(data['triangles']) < 1300\n"
        "np.savez(sys.argv[-1], weights=np.full((len(data['vertices']), 2), 0.5 if found else 0.0))\n"
    )
    shape = bar()
    assert len(shape.triangles) > 1300
    skin = skin_weights(shape, TWO_BONES, [sys.executable, str(stub)], Job(tmp_path))
    assert len(skin.weights) == len(shape.vertices)
    assert np.allclose(skin.weights[:, :2], 0.5, atol=1e-3)


def test_a_large_mesh_is_decimated_once(tmp_path: Path, horse: Shape, monkeypatch: pytest.MonkeyPatch) -> None:
    corners = horse.vertices[horse.triangles]
    middles = (corners + np.roll(corners, -1, axis=1)) / 2
    fours = np.stack([corners[:, 0], middles[:, 0], middles[:, 2], corners[:, 1], middles[:, 1], middles[:, 0]], 1)
    fours = np.concatenate([fours, np.stack([corners[:, 2], middles[:, 2], middles[:, 1]], 1), middles], axis=1)
    soup = fours.reshape(-1, 3)
    monkeypatch.setattr(rig_capability, "SKELETON_TRIANGLES", 3000)
    monkeypatch.setattr(skin_module, "HEAT_TRIANGLES", 2000)
    sizes, simplify = [], clean_module.fast_simplification.simplify

    def counted(points: np.ndarray, triangles: np.ndarray, **options: int):
        sizes.append(len(triangles))
        return simplify(points, triangles, **options)

    monkeypatch.setattr(clean_module.fast_simplification, "simplify", counted)
    job = job_with(tmp_path / "job", soup, np.arange(len(soup)).reshape(-1, 3))
    run("rig", {}, job)
    assert len(sizes) == 2
    assert sizes[0] == 4 * len(horse.triangles) > 3000 >= sizes[1]


def test_rig_writes_what_the_extension_reads(tmp_path: Path, horse_animal: Animal) -> None:
    loose = np.concatenate([horse_animal.vertices, [[0.0, 0, 5], [np.nan, 0, 0]]])
    files, report = run("rig", {"seed": 3}, job_with(tmp_path, loose, horse_animal.triangles))
    skeleton = json.loads((tmp_path / files["skeleton"]).read_text())
    assert skeleton["animal"] == report["animal"] == "quadruped"
    assert report["bones"] == len(skeleton["bones"])
    with np.load(tmp_path / files["weights"], allow_pickle=False) as data:
        assert set(data["bones"]) == {bone["name"] for bone in skeleton["bones"] if bone["deform"]}
        assert data["weights"].shape == data["indices"].shape == (len(loose), 4)
        assert np.allclose(data["weights"].sum(axis=1), 1)
        head = list(data["bones"]).index("Head")
        muzzle = horse_animal.vertices[:, 1].argmin()
        assert data["indices"][muzzle, 0] == head


def test_targets_get_the_weights_of_the_nearest_place(tmp_path: Path, horse_animal: Animal) -> None:
    targets = horse_animal.vertices[::-7] + 1e-5
    files, _ = run("rig", {}, job_with(tmp_path / "a", horse_animal.vertices, horse_animal.triangles, targets=targets))
    whole, _ = run("rig", {}, job_with(tmp_path / "b", horse_animal.vertices, horse_animal.triangles))
    with np.load(tmp_path / "a" / files["weights"]) as some, np.load(tmp_path / "b" / whole["weights"]) as every:
        assert np.array_equal(some["indices"], every["indices"][::-7])
        assert np.allclose(some["weights"], every["weights"][::-7])


def test_bind_uses_the_edited_bones(tmp_path: Path) -> None:
    shape = bar()
    bones = [
        {"name": name, "parent": None, "connected": False, "head": [0, 0, head], "tail": [0, 0, tail], "deform": deform}
        for name, head, tail, deform in (("Low", 0, 4.5, True), ("High", 4.5, 6, True), ("Control", 0, 6, False))
    ]
    job = job_with(tmp_path, shape.vertices, shape.triangles)
    (job.inputs / "skeleton.json").write_text(json.dumps({"matrix": np.eye(4).tolist(), "bones": bones}))
    files, _ = run("bind", {}, job)
    with np.load(tmp_path / files["weights"]) as data:
        assert data["bones"].tolist() == ["Low", "High"]
        strongest = data["bones"][data["indices"][:, 0]]
    assert (strongest[shape.vertices[:, 2] < 4] == "Low").all()
    assert (strongest[shape.vertices[:, 2] > 5] == "High").all()


def test_bind_without_deforming_bones_says_so(tmp_path: Path) -> None:
    shape = bar()
    job = job_with(tmp_path, shape.vertices, shape.triangles)
    (job.inputs / "skeleton.json").write_text(json.dumps({"matrix": np.eye(4).tolist(), "bones": []}))
    with pytest.raises(JobError, match="deforming"):
        run("bind", {}, job)


@pytest.mark.parametrize("params", [{"animal": "dragon"}, {"wings": 4}], ids=["unknown animal", "unknown parameter"])
def test_wrong_parameters_are_told(tmp_path: Path, params: dict) -> None:
    with pytest.raises(JobError):
        run("rig", params, job_with(tmp_path, bar().vertices, bar().triangles))


def test_rig_needs_no_torch(tmp_path: Path, horse_animal: Animal) -> None:
    """The base environment has none, and importing it would take seconds."""
    job_with(tmp_path, horse_animal.vertices, horse_animal.triangles)
    script = (
        "import sys; sys.modules['torch'] = None; sys.modules['bpy'] = None\n"
        "from pathlib import Path\n"
        "from galatea.backend.capabilities import run\n"
        "from galatea.backend.job import Job\n"
        f"print(run('rig', {{}}, Job(Path({str(tmp_path)!r})))[1]['animal'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout.strip() == "quadruped", done.stderr
