# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which place of an animal a pixel shows: on pictures of the template itself the answer is known."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
Image = pytest.importorskip("PIL.Image")

from galatea.backend.capabilities.match_picture import MatchPictureParams, match_picture  # noqa: E402
from galatea.backend.correspondence import picture  # noqa: E402
from galatea.backend.correspondence.surface import Places  # noqa: E402
from galatea.backend.job import Job, JobError  # noqa: E402
from galatea.backend.photos import collect  # noqa: E402
from galatea.backend.photos.template import quadruped  # noqa: E402
from galatea.tests.photographed import shots  # noqa: E402


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    return shots(tmp_path_factory.mktemp("taken") / "animal", 3)


@pytest.fixture(scope="module")
def seen(taken):
    """The template, and what is found in each picture."""
    template = quadruped()
    return template, [picture.shown(photo, template) for photo in collect.collect(taken.folder, 128)]


def test_places_are_on_the_animal_alone_and_on_its_surface(seen):
    template, found = seen
    for places, shown in found:
        assert shown.sure.min() >= 0 and 0.1 < (shown.sure > 0).mean() < 0.6
        assert shown.sure[0].max() == shown.sure[-1].max() == 0
        again = places.of(template.vertices, template.triangles).reshape(shown.places.shape)
        assert np.allclose(again, shown.places) and np.isfinite(shown.places).all()


def test_front_is_front_and_back_is_back(taken, seen):
    """The animal in the pictures is orange before its middle and blue behind it."""
    _, found = seen
    for photo, (_, shown) in zip(collect.collect(taken.folder, picture.SIZE), found, strict=True):
        sure = (shown.sure > 0.3) & (photo.mask.numpy() > 0.9)
        orange = (photo.colour[..., 0] > photo.colour[..., 2]).numpy()
        assert ((shown.places[..., 1] < 0) == orange)[sure].mean() > 0.85


def test_what_is_carried_is_where_the_vertices_went(seen):
    template, found = seen
    places, shown = found[0]
    there = picture.carried(places, shown, template, 2 * template.vertices + 1, np.full(len(template.vertices), 0.5))
    assert np.allclose(there.places, 2 * shown.places + 1) and np.allclose(there.sure, 0.5 * shown.sure)
    with pytest.raises(ValueError):
        picture.carried(Places(places.triangle, places.corners), shown, template, template.vertices[:5], np.ones(5))


def job(folder, image):
    (folder / "in").mkdir(parents=True)
    Image.fromarray(image).save(folder / "in/picture.png")
    return Job(folder)


def test_a_picture_alone_is_matched_with_a_plain_animal(taken, tmp_path):
    image = np.asarray(Image.open(sorted(taken.folder.glob("*.png"))[0]))
    made = job(tmp_path / "a", image)
    files, report = match_picture(MatchPictureParams(), made)
    with np.load(made.folder / files["shown"]) as data, np.load(made.folder / files["animal"]) as animal:
        left, upper, right, lower = data["square"]
        assert left < right and upper < lower
        low, high = animal["vertices"].min(axis=0), animal["vertices"].max(axis=0)
        inside = data["places"][data["sure"] > 0]
        assert (inside > low - 1e-6).all() and (inside < high + 1e-6).all()
    assert 0 < report["sure_percent"] <= 100


def test_no_animal_is_told(tmp_path):
    with pytest.raises(JobError, match=r"^The picture shows no animal: all of it is transparent") as told:
        match_picture(MatchPictureParams(), job(tmp_path / "a", np.zeros((64, 64, 4), np.uint8)))
    assert "choose another picture" in told.value.hint
    made = job(tmp_path / "b", np.arange(64 * 64 * 3, dtype=np.uint8).reshape(64, 64, 3))
    (made.inputs / "masks").mkdir()
    Image.new("L", (64, 64)).save(made.inputs / "masks/picture.png")
    with pytest.raises(JobError, match=r"^The mask of the picture is black"):
        match_picture(MatchPictureParams(), made)
