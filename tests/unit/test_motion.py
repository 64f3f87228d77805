# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving mesh to rig: an arm whose bones, weights and joints are known comes back, and bad input is told."""

import json

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components
from scipy.spatial.transform import Rotation

from galatea.backend.capabilities import rig_sequence as capability
from galatea.backend.capabilities.rig_sequence import RigSequenceParams, rig_sequence
from galatea.backend.job import Job, JobCancelled, JobError
from galatea.backend.motion import articulate, bones, decompose, points, tree, weights
from galatea.backend.motion.moments import homogeneous, moments, skinned, split
from galatea.backend.motion.solve import solve
from galatea.backend.skeleton.bones import Bone

AROUND, ALONG, FRAMES = 12, 31, 16
JOINT = np.array([0.0, 0.0, 0.5])


def cylinder():
    """(V, 3) from z = 0 to 1 of radius 0.1, closed by flat caps, and (T, 3)."""
    angle = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    ring = 0.1 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    rows = [np.c_[ring, np.full(AROUND, z)] for z in np.linspace(0, 1, ALONG)]
    vertices = np.concatenate([*rows, [[0, 0, 0], [0, 0, 1]]])
    triangles = []
    for row in range(ALONG - 1):
        for column in range(AROUND):
            a, b = row * AROUND + column, row * AROUND + (column + 1) % AROUND
            triangles += [(a, b, b + AROUND), (a, b + AROUND, a + AROUND)]
    last = (ALONG - 1) * AROUND
    for column in range(AROUND):
        other = (column + 1) % AROUND
        triangles += [(other, column, len(vertices) - 2), (last + column, last + other, len(vertices) - 1)]
    return vertices, np.array(triangles)


def bent_arm():
    """Rest (V, 3), triangles, known weights (V, 2) and posed (F, V, 3): the upper half bends about JOINT in two
    directions while the whole travels and turns."""
    rest, triangles = cylinder()
    upper = np.clip((rest[:, 2] - 0.4) / 0.2, 0, 1)
    known = np.stack([1 - upper, upper], axis=1)
    matrices = []
    for time in np.linspace(0, 1, FRAMES):
        whole = Rotation.from_euler("zyx", [40 * time, 15 * np.sin(6 * time), 20 * time], degrees=True).as_matrix()
        bend = Rotation.from_rotvec([1.2 * time, 0.5 * np.sin(7 * time), 0]).as_matrix()
        shift = np.array([0.3 * time, 0.1, -0.2 * time])
        child = whole @ bend
        matrices.append(np.concatenate([np.c_[whole, shift], np.c_[child, whole @ JOINT + shift - child @ JOINT]], 1))
    return rest, triangles, known, skinned(rest, known, np.stack(matrices))


@pytest.fixture(scope="module")
def arm():
    return bent_arm()


@pytest.fixture(scope="module")
def solved(arm):
    rest, triangles, _, posed = arm
    chosen = points.choose(posed, triangles, 1000, np.random.default_rng(0))
    return solve(rest, posed, chosen, 2)


def in_job(folder, posed, triangles, frames=None):
    """A job's folder with a sequence in it."""
    job = Job(folder)
    job.inputs.mkdir()
    np.save(job.inputs / "positions.npy", posed.astype(np.float32))
    np.savez(
        job.inputs / "sequence.npz",
        triangles=triangles.astype(np.int32),
        frames=np.arange(1, len(posed) + 1) if frames is None else frames,
        up=np.array([0.0, 0, 1]),
    )
    return job


def test_the_bones_of_a_bent_arm_come_back(arm, solved):
    rest, _, known, posed = arm
    found = weights.dense(solved.indices, solved.weights, 2)
    if found[0, 0] < 0.5:
        found = found[:, ::-1]
    assert np.abs(found - known).max() < 0.05
    assert np.abs(found - known).mean() < 0.005
    fitted = skinned(rest, weights.dense(solved.indices, solved.weights, 2), solved.matrices)
    # Nothing but the joint's pull to the middle of the boundary keeps it from being exact.
    assert np.sqrt(((fitted - posed) ** 2).sum(axis=2).mean()) < 1e-3


def test_the_joint_of_a_bent_arm_comes_back(solved):
    child = int(np.flatnonzero(solved.skeleton.parents >= 0)[0])
    assert np.linalg.norm(solved.skeleton.joints[child] - JOINT) < 0.01
    # And both bones carry it to the same place: the skeleton does not come apart.
    motions = split(solved.matrices)
    there = [motions[:, bone, :, :3] @ solved.skeleton.joints[child] + motions[:, bone, :, 3] for bone in (0, 1)]
    assert np.abs(there[0] - there[1]).max() < 1e-9


def test_bones_turn_and_do_not_stretch(solved):
    turns = split(solved.matrices)[..., :3]
    assert np.abs(turns @ turns.swapaxes(-1, -2) - np.eye(3)).max() < 1e-9
    assert (np.linalg.det(turns) > 0).all()


def test_moments_give_the_error_of_the_points(arm):
    rest, _, known, posed = arm
    rng = np.random.default_rng(1)
    matrices = rng.normal(size=(FRAMES, 3, 8))
    direct = ((skinned(rest, known, matrices) - posed) ** 2).sum()
    assert moments(rest, posed, known).squared_error(matrices) == pytest.approx(direct, rel=1e-9)


def test_known_motions_give_their_weights_back():
    rng = np.random.default_rng(2)
    rest, frames, many = rng.normal(size=(60, 3)), 20, 7
    turns = Rotation.random(frames * many, random_state=3).as_matrix().reshape(frames, many, 3, 3)
    shifts = rng.normal(size=(frames, many, 3, 1))
    matrices = np.concatenate([turns, shifts], axis=3).transpose(0, 2, 1, 3).reshape(frames, 3, -1)
    known = np.zeros((60, many))
    for row in known:
        row[rng.choice(many, rng.integers(1, 5), replace=False)] = 1
    known *= rng.uniform(0.2, 1.0, known.shape)
    known /= known.sum(axis=1, keepdims=True)
    indices, values = weights.sparse_weights(rest, skinned(rest, known, matrices), matrices)
    assert indices.shape == values.shape == (60, 4)
    assert np.abs(values.sum(axis=1) - 1).max() < 1e-9
    assert values.min() >= 0
    assert np.abs(weights.dense(indices, values, many) - known).max() < 1e-3


def test_a_vertex_follows_allowed_bones_only(arm):
    rest, _, known, posed = arm
    free = decompose.free_motions(rest, posed, known, np.tile(np.eye(3, 4), (FRAMES, 1, 2)))
    allowed = np.zeros(known.shape, bool)
    allowed[:, 1] = True
    indices, values = weights.sparse_weights(rest, posed, free, allowed)
    assert (weights.dense(indices, values, 2)[:, 0] == 0).all()


def test_poses_of_a_skeleton_follow_the_points_from_a_poor_start(arm):
    rest, _, known, posed = arm
    skeleton = articulate.Skeleton(np.array([-1, 0]), np.array([True, False]), np.array([[0.0, 0, 0], JOINT]))
    start = articulate.Poses(np.tile(np.eye(3), (FRAMES, 2, 1, 1)), np.zeros((FRAMES, 1, 3)))
    poses = articulate.fit_poses(skeleton, rest, posed, known, start, steps=30)
    assert np.abs(skinned(rest, known, articulate.matrices(skeleton, poses)) - posed).max() < 1e-3


def test_a_bone_that_lost_its_weight_keeps_its_joint(arm):
    rest, triangles, known, posed = arm
    idle = np.c_[known, np.zeros(len(rest))]
    joints = np.array([[0.0, 0, 0], JOINT, [0, 0, 0.9]])
    skeleton = articulate.Skeleton(np.array([-1, 0, 1]), np.array([True, False, False]), joints)
    start = articulate.Poses(np.tile(np.eye(3), (FRAMES, 3, 1, 1)), np.zeros((FRAMES, 1, 3)))
    poses = articulate.fit_poses(skeleton, rest, posed, idle, start, steps=30)
    edges = points.choose(posed, triangles, 1000, np.random.default_rng(0)).edges
    expected = tree.expected_joints(rest, edges, idle, skeleton)
    moved = articulate.fit_joints(skeleton, rest, posed, idle, poses, expected)
    assert np.allclose(moved.joints[2], joints[2])
    assert np.linalg.norm(moved.joints[1] - JOINT) < 0.01


def test_a_chain_of_four_is_linked_in_its_order():
    rest, triangles = cylinder()
    rng = np.random.default_rng(4)
    parts = np.minimum((rest[:, 2] * 4).astype(int), 3)
    known = np.eye(4)[parts]
    joints = np.array([[0, 0, 0.25 * part] for part in range(4)])
    skeleton = articulate.Skeleton(np.array([-1, 0, 1, 2]), np.array([True, False, False, False]), joints)
    turns = [Rotation.from_rotvec(0.4 * rng.normal(size=(12, 3))).as_matrix() for _ in range(4)]
    for bone in range(1, 4):
        turns[bone] = turns[bone - 1] @ turns[bone]
    poses = articulate.Poses(np.stack(turns, axis=1), np.zeros((12, 1, 3)))
    matrices = articulate.matrices(skeleton, poses)
    edges = points.choose(skinned(rest, known, matrices), triangles, 1000, rng).edges
    parents = tree.hierarchy(rest, edges, decompose.Decomposition(known, matrices)).parents
    links = {tuple(sorted((bone, int(parent)))) for bone, parent in enumerate(parents) if parent >= 0}
    assert links == {(0, 1), (1, 2), (2, 3)}


def test_loose_parts_are_tied_to_what_moves_beside_them():
    rest, triangles = cylinder()
    both = np.concatenate([rest, rest * 0.2 + [0.2, 0, 0.9]])
    more = np.concatenate([triangles, triangles + len(rest)])
    found = points.choose(np.stack([both, both + 0.1]), more, 10_000, np.random.default_rng(0))
    near = decompose.neighbours(found.edges, len(found.chosen))
    assert connected_components(near, directed=False)[0] == 1
    ends = found.chosen[found.edges]
    ties = ends[(ends < len(rest)).sum(axis=1) == 1]
    assert both[ties, 2].min() > 0.7  # and not to the far end


def test_seams_are_one_point_and_regions_hang_together():
    rest, triangles = cylinder()
    torn, faces = rest[triangles].reshape(-1, 3), np.arange(triangles.size).reshape(-1, 3)
    assert len(points.choose(torn[None], faces, 10_000, np.random.default_rng(0)).chosen) == len(rest)
    few = points.choose(torn[None], faces, 50, np.random.default_rng(0))
    assert len(few.chosen) == 50
    assert few.nearest.shape == (len(torn),)
    assert connected_components(decompose.neighbours(few.edges, 50), directed=False)[0] == 1
    apart = np.linalg.norm(torn - torn[few.chosen[few.nearest]], axis=1)
    assert apart.max() < 0.3


def test_the_capability_writes_a_rig(tmp_path, arm, monkeypatch):
    monkeypatch.setattr(capability, "LOOKS", 2)
    _, triangles, _, posed = arm
    job = in_job(tmp_path, posed, triangles)
    files, report = rig_sequence(RigSequenceParams(bones=2, named=False), job)
    assert report["bones"] == 2
    assert report["rms_percent"] < 0.1
    assert report["warnings"] == []
    written = json.loads((job.folder / files["skeleton"]).read_text())["bones"]
    with np.load(job.folder / files["weights"]) as skin:
        assert list(skin["bones"]) == [bone["name"] for bone in written]
        assert np.abs(skin["weights"].sum(axis=1) - 1).max() < 1e-5
        dense = weights.dense(skin["indices"], skin["weights"].astype(float), 2)
    with np.load(job.folder / files["motion"]) as motion:
        assert motion["free"].tolist() == [True, False]
        rest = posed[int(motion["rest_frame"]) - 1]
        matrices = motion["matrices"].transpose(0, 2, 1, 3).reshape(FRAMES, 3, -1)
    assert np.abs(skinned(rest, dense, matrices) - posed).max() < 0.01


def test_the_rig_does_not_depend_on_place_size_and_direction(tmp_path, arm):
    _, triangles, _, posed = arm
    turn = Rotation.from_euler("xyz", [0, 0, 70], degrees=True).as_matrix()
    moved = 50 * posed @ turn.T + [300.0, -20, 5]
    reports, links = [], []
    for number, sequence in enumerate((posed, moved)):
        (tmp_path / str(number)).mkdir()
        job = in_job(tmp_path / str(number), sequence, triangles)
        _, report = rig_sequence(RigSequenceParams(bones=3, rest=1, named=False), job)
        reports.append(report)
        written = json.loads((job.outputs / "skeleton.json").read_text())["bones"]
        links.append([(bone["name"], bone["parent"]) for bone in written])
    assert links[0] == links[1]
    # Single precision positions 300 units away leave 1e-5 of the size.
    assert reports[0]["rms_percent"] == pytest.approx(reports[1]["rms_percent"], abs=0.02)


def test_a_seed_gives_one_rig(tmp_path, arm):
    _, triangles, _, posed = arm
    motions = []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        job = in_job(tmp_path / str(number), posed, triangles)
        rig_sequence(RigSequenceParams(bones=3, rest=1, named=False), job)
        with np.load(job.outputs / "motion.npz") as motion:
            motions.append(motion["matrices"])
    assert np.array_equal(*motions)


def test_vertices_beyond_those_looked_at_get_weights_too(tmp_path, arm, monkeypatch):
    _, triangles, _, posed = arm
    monkeypatch.setattr(capability, "POINTS", 120)
    _, report = rig_sequence(RigSequenceParams(bones=2, rest=1, named=False), in_job(tmp_path, posed, triangles))
    assert report["rms_percent"] < 0.3


def still(posed):
    return np.repeat(posed[:1], 4, axis=0)


def broken(posed):
    posed = posed.copy()
    posed[2, 5] = np.nan
    return posed


def whole(posed):
    turns = Rotation.from_euler("z", 20.0 * np.arange(5)[:, None], degrees=True).as_matrix()
    return posed[0] @ turns.swapaxes(-1, -2) + np.arange(5)[:, None, None]


@pytest.mark.parametrize(
    ("change", "says", "offers"),
    [
        (lambda posed: posed[:1], "one frame only", "longer range"),
        (still, "Nothing moves", "frames in which the mesh moves"),
        (whole, "moves as a whole", "Animate the object itself"),
        (broken, "no valid position", "range without those frames"),
        (np.zeros_like, "lie in one point", "Select"),
        (lambda posed: posed[:, :3], "no faces", "Select an object with a surface"),
    ],
)
def test_what_cannot_be_rigged_is_said_in_a_sentence(tmp_path, arm, change, says, offers):
    _, triangles, _, posed = arm
    with pytest.raises(JobError) as caught:
        rig_sequence(RigSequenceParams(), in_job(tmp_path, change(posed), triangles))
    assert caught.value.code == "bad_input"
    assert says in caught.value.message
    assert offers in caught.value.hint


@pytest.mark.parametrize(("params", "says"), [({"bones": 999}, "999 bones"), ({"rest": 99}, "rest frame 99")])
def test_wrong_settings_are_said(tmp_path, arm, params, says):
    _, triangles, _, posed = arm
    with pytest.raises(JobError, match=says):
        rig_sequence(RigSequenceParams(**params), in_job(tmp_path, posed, triangles))


def test_every_stage_can_be_cancelled(tmp_path, arm, monkeypatch):
    monkeypatch.setattr(capability, "LOOKS", 1)
    _, triangles, _, posed = arm
    (tmp_path / "all").mkdir()
    stages = []
    job = in_job(tmp_path / "all", posed, triangles)
    job._send = lambda message: stages.append(message.stage)
    rig_sequence(RigSequenceParams(bones=3, named=False), job)
    assert len(set(stages)) >= 7
    for stage in dict.fromkeys(stages):
        (tmp_path / stage).mkdir()
        job = in_job(tmp_path / stage, posed, triangles)
        job._send = lambda message, job=job, stage=stage: message.stage == stage and job.cancel()
        with pytest.raises(JobCancelled):
            rig_sequence(RigSequenceParams(bones=3, named=False), job)
            job.check_cancelled()  # the last stage has nothing after it


def template_bone(name, head, tail, collection):
    return Bone(name, None, False, np.array(head, float), np.array(tail, float), np.zeros(3), True, collection, "")


def test_bones_are_named_after_the_nearest_of_a_template():
    template = [
        template_bone("Spine1", (0, 0, 0), (0, 1, 0), "Spine"),
        template_bone("Thigh.L", (1, 0, 0), (1, 0, -1), "Back Leg.L"),
        template_bone("Thigh.R", (-1, 0, 0), (-1, 0, -1), "Back Leg.R"),
    ]
    skeleton = articulate.Skeleton(np.array([-1, 0, 0, 2]), np.array([True, False, False, False]), np.zeros((4, 3)))
    heads = np.array([[0, 0.1, 0], [0.9, 0, -0.1], [-1.1, 0, 0], [-1, 0, -0.5]])
    ends = np.array([[0, 0.9, 0], [0.9, 0, -0.8], [-1.1, 0, -0.4], [-1, 0, -0.9]])
    assert bones.names(skeleton, heads, ends, template) == [
        ("Spine1", "Spine"),
        ("Thigh.L", "Back Leg.L"),
        ("Thigh1.R", "Back Leg.R"),
        ("Thigh2.R", "Back Leg.R"),
    ]
    assert [name for name, _ in bones.names(skeleton, heads, ends, None)] == ["Bone1", "Bone2", "Bone3", "Bone4"]


def test_homogeneous_points_end_with_one():
    assert homogeneous(np.zeros((2, 3))).tolist() == [[0, 0, 0, 1]] * 2
