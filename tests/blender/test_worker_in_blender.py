# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker client inside Blender's Python: threads, pipes and process groups beside Blender's own."""

import sys
from pathlib import Path

import pytest

from galatea.addon import session
from galatea.addon.environment import Settings
from galatea.addon.jobs import JobState
from galatea.addon.worker import State
from galatea.backend import protocol

bpy = pytest.importorskip("bpy")

STUB = Path(__file__).resolve().parents[1] / "stub_worker.py"


@pytest.fixture
def start(tmp_path):
    """Starts a session whose worker is the stub in this mode."""

    def start(mode: str, timer: bool = False) -> session.Session:
        root = tmp_path / "extension"
        (root / "backend").mkdir(parents=True)
        (root / "backend" / "bootstrap.py").write_text(STUB.read_text().replace("sys.argv[1]", repr(mode)))
        settings = Settings(tmp_path / "data", python=sys.executable)
        return session.start(lambda: settings, root=root, version="0.1.0", timer=timer)

    yield start
    session.stop()


def test_a_job_makes_an_object(start):
    current = start("good")

    def import_answer(job, end):
        bpy.data.objects.new(f"Answer {job.output('answer').read_text()}", None)

    current.queue.on_end = import_answer
    job = current.queue.create("rig", "Rig", {}, {})
    assert isinstance(current.queue.run_blocking(job), protocol.Result)
    assert job.state is JobState.DONE
    bpy.data.objects.remove(bpy.data.objects["Answer 42"])


@pytest.mark.parametrize(
    ("mode", "code"), [("signal", "crashed"), ("garbage", "protocol"), ("die_at_start", "no_start")]
)
def test_a_bad_worker_leaves_blender_alone(start, mode, code):
    current = start(mode)
    end = current.queue.run_blocking(current.queue.create("rig", "Rig", {}, {}))
    assert isinstance(end, protocol.Error) and end.code == code
    assert current.state is State.CRASHED
    assert bpy.context.scene is not None
    current.forget_ends()
    assert current.state is State.STOPPED


def test_the_timer_comes_and_goes(start):
    start("good", timer=True)
    assert bpy.app.timers.is_registered(session._pump)
    assert session._pump() == session.IDLE_INTERVAL
    session.stop()
    assert session._pump() is None  # Blender removes a timer that returns None
    start_again = session.start(lambda: Settings(Path()), root=Path(), version="0", timer=True)
    assert session.get() is start_again and bpy.app.timers.is_registered(session._pump)
    session.stop()
    bpy.app.timers.unregister(session._pump)


@pytest.fixture
def start_in(tmp_path):
    """Starts a session with a window in a folder of its own."""
    yield lambda: session.start(lambda: Settings(tmp_path), root=tmp_path, version="0", timer=True)
    session.stop()
    bpy.app.timers.unregister(session._pump)


def test_unfinished_jobs_are_offered_at_the_start(start_in, monkeypatch):
    first = start_in()
    first.queue.submit(first.queue.create("rig", "Rig Horse", {}, {}))
    second = start_in()
    assert [(job.title, job.state.value) for job in second.queue.jobs] == [("Rig Horse", "Unfinished")]

    def denied(*arguments):
        raise PermissionError("denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    assert start_in().queue.log[-1].text.endswith("denied")
