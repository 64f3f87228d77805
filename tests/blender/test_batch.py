# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`galatea batch`: what its lists may say, and what a stop, a failure and a second run leave behind."""

import csv
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from galatea.addon import command_batch, command_line, compat, files
from galatea.addon.batch import manifest

STAND_IN = Path(__file__).resolve().parents[1] / "stub_command.py"
"""In place of the command: it counts how often it ran."""


@pytest.fixture
def batch(worker, tmp_path, monkeypatch):
    """Write a list and files that it names, run it, and return the status."""
    monkeypatch.setattr(compat, "own_command", lambda: [sys.executable, "-I", str(STAND_IN)])

    def run(rows, *options, name="jobs.csv"):
        for row in rows:
            if row.get("input") and not (tmp_path / row["input"]).exists():
                (tmp_path / row["input"]).touch()
        path = tmp_path / name
        with path.open("w", newline="") as file:
            if name.endswith(".csv"):
                table = csv.DictWriter(file, sorted({key for row in rows for key in row}))
                table.writeheader()
                table.writerows(rows)
            else:
                file.write("\n".join(json.dumps(row) for row in rows))
        return command_line.blender_command(["batch", str(path), "-o", str(tmp_path / "out"), *options])

    return run


def runs(folder):
    return len((folder / "runs").read_text()) if (folder / "runs").exists() else 0


def rig(name, **more):
    return {"capability": "rig", "input": f"{name}.glb", "output": name, **more}


def test_runs_once_each_and_again_only_what_changed(batch, tmp_path, capsys):
    rows = [rig("one"), rig("two", seed=7), {"capability": "image", "prompt": "-1 degrees, gold", "output": "deep/er"}]
    assert batch(rows, "--jobs", "2") == 0
    out = tmp_path / "out"
    assert [runs(out / name) for name in ("one", "two", "deep/er")] == [1, 1, 1]
    with (out / "summary.csv").open() as file:
        assert [(row["output"], row["state"]) for row in csv.DictReader(file)] == [
            ("one", "done"), ("two", "done"), ("deep/er", "done"),
        ]  # fmt: skip
    page = (out / "index.html").read_text()
    assert page.count("<img") == 3 and "deep/er/preview.png" in page
    (tmp_path / "two.glb").write_text("another mesh")
    rows[0]["seed"] = 3
    assert batch(rows) == 0
    assert [runs(out / name) for name in ("one", "two", "deep/er")] == [2, 2, 1]
    assert "1 of 3 jobs were done before" in capsys.readouterr().out


def test_failures_are_tried_again_told_and_leave_the_others_alone(batch, tmp_path, capsys):
    assert batch([rig("bad"), rig("shaky"), rig("fine")], "--retries", "1") == 1
    out = tmp_path / "out"
    assert [runs(out / name) for name in ("bad", "shaky", "fine")] == [2, 2, 1]
    told = capsys.readouterr()
    assert "bad failed" in told.out and "the mesh is empty" in told.out and "not all jobs are done" in told.err
    assert '<article class="failed">' in (out / "index.html").read_text()
    # Again: only what failed.
    assert batch([rig("bad"), rig("shaky"), rig("fine")], "--retries", "0") == 1
    assert [runs(out / name) for name in ("bad", "shaky", "fine")] == [3, 2, 1]


def test_a_process_goes_on_until_a_job_of_it_fails(batch, tmp_path, capsys):
    assert batch([rig("one"), rig("two"), rig("crash"), rig("three")], "--retries", "0") == 1
    first, second, last = ((tmp_path / "out" / name / "process").read_text() for name in ("one", "two", "three"))
    assert first == second != last
    assert "crash failed" in (told := capsys.readouterr().out) and "exit code 3" in told and "the last words" in told
    assert "the last words" in (tmp_path / "out/crash/log.txt").read_text()
    assert not (tmp_path / "out/one/job.json").exists()


@pytest.mark.skipif(os.name == "nt", reason="no such signals")
@pytest.mark.timeout(30)
def test_a_stop_ends_the_jobs_and_the_next_run_goes_on(batch, tmp_path):
    def stop():
        deadline = time.monotonic() + 20
        while not runs(tmp_path / "out/slow") and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=stop)
    thread.start()
    assert batch([rig("quick"), rig("slow"), rig("later")]) == 1
    thread.join()
    assert signal.getsignal(signal.SIGINT) == before
    out = tmp_path / "out"
    with (out / "summary.csv").open() as file:
        assert [row["state"] for row in csv.DictReader(file)] == ["done", "stopped", "stopped"]
    (tmp_path / "slow.glb").rename(tmp_path / "swift.glb")
    rows = [rig("quick"), rig("slow") | {"input": "swift.glb"}, rig("later")]
    assert batch(rows) == 0
    assert [runs(out / name) for name in ("quick", "slow", "later")] == [1, 2, 1]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"capability": "rigg"}, "its capability is rigg: choose one of"),
        ({"input": "one.glb"}, "its capability is missing"),
        ({"capability": "batch", "input": "a.csv"}, "choose one of"),
        (rig("one", sede=7), "has no option sede; it has"),
        (rig("one", seed="many"), "invalid whole number value: 'many'"),
        (rig("one", no_ears="perhaps"), "write yes or no"),
        (rig("one", output="../one"), "must be a folder inside"),
        (rig("one", output="/one"), "must be a folder inside"),
        (rig("fine"), "is that of line"),
        ({"capability": "texture", "input": "one.glb"}, "required: --prompt"),
    ],
)
def test_mistakes_are_told_before_anything_runs(batch, tmp_path, capsys, row, says):
    for name in ("jobs.csv", "jobs.jsonl"):
        assert batch([rig("fine"), row], name=name) == 1
        told = capsys.readouterr()
        assert says in told.out and "nothing was started" in told.err
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("values", "given"),
    [
        ({"frames": "1 12"}, ["--frames", "1", "12"]),
        ({"frames": [1, 12]}, ["--frames", "1", "12"]),
        ({"own_prompt": 'Box "red brick"'}, ["--own-prompt", "Box", "red brick"]),
        ({"own_prompt": [["Box", "red brick"], ["Ball", "moss"]]},
         ["--own-prompt", "Box", "red brick", "--own-prompt", "Ball", "moss"]),
        ({"own_prompt": ["Box", "moss"]}, ["--own-prompt", "Box", "moss"]),
        ({"frames": "1"}, "frames has 2 values"),
        ({"own_prompt": 'Box "red'}, "a quotation mark is missing"),
    ],
)  # fmt: skip
def test_options_with_several_values(tmp_path, values, given):
    (tmp_path / "a.blend").touch()
    row = {"capability": "render", "input": "a.blend", "prompt": "moss", **values}
    (tmp_path / "jobs.jsonl").write_text(json.dumps(row))
    lines, problems = manifest.read(tmp_path / "jobs.jsonl", command_batch.allowed())
    if isinstance(given, str):
        assert given in problems[0]
        return
    (line,) = lines
    assert list(line.arguments) == ["--prompt=moss", *given, "--", "a.blend"]
    assert line.inputs == ("a.blend",) and line.arguments[line.places[0]] == "a.blend"


def test_lists_that_are_none(batch, tmp_path, capsys):
    for name, content, says in (
        ("a.csv", "capability,input\n", "lists no jobs"), ("a.jsonl", "[1]\nrig", "line 2: it is no JSON object"),
        ("a.txt", "", "use a list with the ending"), ("a.csv", "capability\nrig,x.glb\n", "more columns"),
        ("a.csv", b"\xff\xfe\x00", "UTF-8"), ("b/none.csv", None, "No such file"),
        ("a.jsonl", '{"capability": "rig", "input": "none.glb"}', "line 1: there is no none.glb"),
    ):  # fmt: skip
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        assert command_line.blender_command(["batch", str(path), "-o", str(tmp_path / "out")]) == 1
        told = capsys.readouterr()
        assert says in told.out + told.err, (name, told)


def test_only_checked(batch, tmp_path, capsys):
    assert batch([rig("one", no_ears="yes", spine_bones=4)], "--check") == 0
    assert "jobs: 1" in capsys.readouterr().out and not (tmp_path / "out").exists()


def test_two_batches_into_one_folder(batch, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    with files.lock(tmp_path / "out"):
        assert batch([rig("one")]) == 1
    assert "another batch writes to" in capsys.readouterr().err


def test_every_command_that_makes_something_may_stand_in_a_list():
    assert {"rig", "texture", "finish", "reconstruct", "generate", "image"} <= set(command_batch.allowed())


def test_a_job_through_the_real_command(animal, worker, tmp_path, monkeypatch):
    """Only its beginning: that the process starts, finds the command and says what is wrong."""
    (tmp_path / "none.glb").write_bytes(b"no mesh")
    (tmp_path / "jobs.csv").write_text("capability,input\nrig,none.glb\n")
    arguments = ["batch", str(tmp_path / "jobs.csv"), "-o", str(tmp_path / "out"), "--retries", "0"]
    assert command_line.blender_command(arguments) == 1
    (record,) = csv.DictReader((tmp_path / "out/summary.csv").read_text().splitlines())
    assert record["state"] == "failed" and "none.glb cannot be read" in record["message"]
