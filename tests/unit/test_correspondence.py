# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which point of one animal is which of another: known answers, sides, and what an artist may do wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import KDTree
from scipy.spatial.transform import Rotation

from galatea.backend.capabilities import match as capability
from galatea.backend.capabilities.match import MatchParams, _compared, match
from galatea.backend.correspondence.figure import Figure, figure
from galatea.backend.correspondence.match import matched
from galatea.backend.correspondence.surface import closest_corners
from galatea.backend.job import Job, JobCancelled, JobError
from galatea.backend.mesh.clean import Shape
from galatea.backend.skeleton import body
from galatea.benchmarks.rig.animals import Animal, limb_of_joint

UP = np.array([0.0, 0, 1])


@pytest.fixture(scope="module", autouse=True)
def coarse():
    """Skeletons are sought in fewer voxels, which takes a third of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(body, "INSIDE_VOXELS", 40_000)
        yield


def figure_of(shape: Shape) -> Figure:
    return figure(shape, "quadruped", False, np.random.default_rng(0), UP)


@pytest.fixture(scope="module")
def horse_figure(horse: Shape) -> Figure:
    return figure_of(horse)


def limbs(animal: Animal) -> np.ndarray:
    """(V,) "front leg.L" and the like by the artist's weights, "" elsewhere."""
    of_joint = limb_of_joint(animal.names)
    return np.array([of_joint.get(name, "") for name in animal.names])[animal.weights.argmax(axis=1)]


def in_box(distance: np.ndarray, shape: Shape) -> np.ndarray:
    return distance / np.linalg.norm(np.ptp(shape.vertices, axis=0))


def test_an_animal_is_itself(horse: Shape, horse_figure: Figure) -> None:
    found = matched(horse_figure, horse_figure, horse, horse, np.random.default_rng(0))
    for one in (found.forth, found.back):
        error = in_box(np.linalg.norm(one.points - horse.vertices, axis=1), horse)
        assert np.median(error) < 0.002 and np.quantile(error, 0.98) < 0.02
        assert np.median(one.sure) > 0.95
    again = matched(horse_figure, horse_figure, horse, horse, np.random.default_rng(0))
    assert np.array_equal(again.forth.points, found.forth.points)


def test_a_turned_stretched_and_posed_animal_is_found_on_the_right_side(
    horse: Shape, horse_animal: Animal, horse_figure: Figure
) -> None:
    pose = horse_animal.poses["Walk"][3]
    stood = np.c_[horse_animal.vertices, np.ones(len(horse_animal.vertices))]
    walking = np.einsum("vj,jab,vb->va", horse_animal.weights, pose[:, :3], stood) * [1.2, 0.85, 1.1]
    turn = Rotation.from_euler("z", 140, degrees=True)
    walking = 7.0 * turn.apply(walking) + [3.0, -2.0, 0.5]
    order = KDTree(horse_animal.vertices).query(horse.vertices)[1]
    target = Shape(walking[order], horse.triangles)
    found = matched(horse_figure, figure_of(target), horse, target, np.random.default_rng(0))
    error = in_box(np.linalg.norm(found.forth.points - target.vertices, axis=1), target)
    assert error.mean() < 0.025 and (error < 0.05).mean() > 0.9
    # Sides, by the rest pose of whatever vertex is hit.
    hit = horse.vertices[KDTree(target.vertices).query(found.forth.points)[1], 0]
    beside = np.abs(horse.vertices[:, 0]) > 0.02 * horse.size
    assert (np.sign(hit) != np.sign(horse.vertices[:, 0]))[beside].mean() < 0.01


@pytest.fixture(scope="module")
def pair(tmp_path_factory, horse: Shape, stag_animal: Animal) -> Job:
    """A job with a stag, whose vertices come apart along seams, as source and a horse as target."""
    job = Job(tmp_path_factory.mktemp("match"))
    job.inputs.mkdir()
    corners = stag_animal.triangles
    np.savez(
        job.inputs / "source.npz",
        vertices=stag_animal.vertices[corners].reshape(-1, 3),
        triangles=np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3),
        targets=stag_animal.vertices,
        up=UP,
    )
    np.savez(job.inputs / "target.npz", vertices=horse.vertices, triangles=horse.triangles, up=UP)
    return job


def test_a_stag_finds_the_parts_of_a_horse(
    pair: Job, horse_animal: Animal, stag_animal: Animal, horse_figure: Figure, monkeypatch
) -> None:
    def known(shape: Shape, *rest) -> Figure:
        return horse_figure if len(shape.vertices) == len(horse_animal.vertices) else figure(shape, *rest)

    monkeypatch.setattr(capability, "figure", known)  # saves finding its skeleton once more
    files, report = match(MatchParams(), pair)
    assert report["animals"] == ["quadruped", "quadruped"] and report["bones"] > 30
    with np.load(pair.folder / files["match"]) as data:
        places, sure = data["source_points"], data["source_sure"]
        assert data["target_points"].shape == horse_animal.vertices.shape
    assert places.shape == stag_animal.vertices.shape and np.isfinite(places).all()
    tree = KDTree(horse_animal.vertices)
    assert tree.query(places)[0].max() < 0.1 * np.ptp(horse_animal.vertices, axis=0).max()
    own, other = (limbs(one) for one in (stag_animal, horse_animal))
    hit = other[tree.query(places)[1]]
    for limb in ("front leg.L", "front leg.R", "back leg.L", "back leg.R"):
        assert (hit[own == limb] == limb).mean() > 0.85, limb
    assert sure.mean() > 0.7


def test_it_can_be_cancelled(pair: Job) -> None:
    job = Job(pair.folder, send=lambda message: job.cancel())
    with pytest.raises(JobCancelled):
        match(MatchParams(), job)


def test_bad_input_is_said(tmp_path: Path, horse_figure: Figure) -> None:
    job = Job(tmp_path)
    with pytest.raises(JobError, match="no animal this version knows"):
        match(MatchParams(animal="dragon"), job)
    job.inputs.mkdir()
    flat = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]])
    np.savez(job.inputs / "source.npz", vertices=flat, triangles=np.array([[0, 1, 2], [1, 3, 2]]), up=UP)
    with pytest.raises(JobError, match="flat"):
        match(MatchParams(), job)
    fish = Figure(horse_figure.shape, horse_figure.bones, horse_figure.weights, horse_figure.matrix, "fish", "")
    with pytest.raises(JobError, match=r"quadruped.*fish"):
        _compared(horse_figure, fish)
    biped = Figure(horse_figure.shape, horse_figure.bones, horse_figure.weights, horse_figure.matrix, "biped", "")
    assert "only some parts" in _compared(horse_figure, biped)[0]


def test_nearest_places_on_triangles_are_nearest() -> None:
    rng = np.random.default_rng(3)
    triangles, points = rng.normal(size=(50, 3, 3)), rng.normal(size=(50, 3))
    found = np.einsum("nk,nkd->nd", closest_corners(points, triangles), triangles)
    shares = rng.dirichlet((0.5, 0.5, 0.5), 4000)
    tried = np.einsum("sk,nkd->nsd", shares, triangles)
    best = np.linalg.norm(tried - points[:, None], axis=2).min(axis=1)
    own = np.linalg.norm(found - points, axis=1)
    assert (own <= best + 1e-9).all() and (best - own).max() < 0.2
