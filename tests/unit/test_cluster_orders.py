# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent to a cluster: needs of jobs, and files that machines do not share."""

import json

import pytest

from galatea.backend.cluster import orders
from galatea.backend.cluster.orders import Needs
from galatea.backend.job import JobError


@pytest.fixture
def ordered(tmp_path):
    """The order of a job in a folder; files that it names are there."""

    def make(arguments, places=(), **more):
        place = tmp_path / "out/job"
        place.mkdir(parents=True, exist_ok=True)
        values = {"arguments": arguments, "folder": str(tmp_path), "places": list(places), **more}
        (place / "job.json").write_text(json.dumps(values))
        return orders.read("7", place, has_gpus=more.get("cards", True), most_cpus=more.get("most", 8.0))

    return make


@pytest.mark.parametrize(
    ("more", "needs"),
    [
        ({}, Needs(1, 1)),
        ({"cards": False}, Needs(2, 0)),
        ({"cards": False, "most": 1.0}, Needs(1, 0)),
        ({"cards": False, "cpus": 6.0}, Needs(6, 0)),
        ({"gpus": 0.5}, Needs(1, 0.5)),
        ({"gpus": 0.0}, Needs(2, 0)),
        ({"gpus": 2.0, "cards": False}, Needs(1, 2)),
    ],
)
def test_needs_follow_from_the_capability_the_line_and_the_cluster(ordered, more, needs):
    assert ordered(["texture", "--prompt=gold"], **more).needs == needs


def test_rigging_needs_no_card(ordered):
    assert ordered(["rig"]).needs == Needs(1, 0)


def test_files_arrive_and_the_order_names_them_where_they_are(ordered, tmp_path):
    (tmp_path / "photos/deep").mkdir(parents=True)
    for name in ("mug.glb", "a=b.png", "photos/1.jpg", "photos/deep/2.jpg"):
        (tmp_path / name).write_text(name)
    arguments = ["texture", "--prompt=mug.glb", "--style=a=b.png", "--", "mug.glb", "photos"]
    order = ordered(arguments, (2, 4, 5))
    (tmp_path / "out/job/result.blend").write_text("of an earlier attempt")
    assert orders.is_seen(order)
    content = orders.parcel(order)
    place = orders.unpack(content, tmp_path / "there")
    values = json.loads((place / "job.json").read_text())
    there = tmp_path / "there/inputs"
    assert values["arguments"] == [
        "texture", "--prompt=mug.glb", f"--style={there / '0/a=b.png'}", "--", str(there / "1/mug.glb"),
        str(there / "2/photos"),
    ]  # fmt: skip
    assert [(there / name).read_text() for name in ("0/a=b.png", "1/mug.glb", "2/photos/deep/2.jpg")] == [
        "a=b.png", "mug.glb", "photos/deep/2.jpg",
    ]  # fmt: skip
    assert sorted(path.name for path in place.iterdir()) == ["job.json"]
    (place / "maps").mkdir()
    (place / "maps/base.png").write_text("red")
    orders.accept(orders.results(place), tmp_path / "out/job")
    assert (tmp_path / "out/job/maps/base.png").read_text() == "red"
    assert json.loads((tmp_path / "out/job/job.json").read_text())["arguments"] == arguments


def test_another_file_at_the_same_place_is_not_taken_for_the_input(ordered, tmp_path):
    (tmp_path / "mug.glb").write_text("mug")
    order = ordered(["rig", "--", "mug.glb"], (2,))
    (tmp_path / "mug.glb").write_text("another")
    assert not orders.is_seen(order)


def test_what_cannot_be_sent_gets_a_sentence(ordered, tmp_path, monkeypatch):
    (tmp_path / "mug.gltf").write_text("{}")
    with pytest.raises(JobError, match="names files beside it"):
        orders.parcel(ordered(["rig", "--", "mug.gltf"], (2,)))
    (tmp_path / "mug.glb").write_bytes(bytes(2000))
    monkeypatch.setattr(orders, "LARGEST_PARCEL", 1000)
    with pytest.raises(JobError, match="too large to be sent"):
        orders.parcel(ordered(["rig", "--", "mug.glb"], (2,)))


def test_a_job_of_the_worker_takes_its_inputs_along(tmp_path):
    place = tmp_path / "job"
    (place / "in").mkdir(parents=True)
    (place / "out").mkdir()
    (place / "in/mesh.npz").write_text("mesh")
    (place / "job.json").write_text(json.dumps({"capability": "texture", "params": {}}))
    order = orders.read("7", place, has_gpus=True, most_cpus=4.0)
    there = orders.unpack(orders.parcel(order), tmp_path / "there")
    assert (there / "in/mesh.npz").read_text() == "mesh" and order.needs == Needs(1, 1)
    (there / "out").mkdir()
    (there / "out/map.png").write_text("red")
    orders.accept(orders.results(there), place)
    assert (place / "out/map.png").read_text() == "red"
