# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels say in each state, written down instead of drawn."""

import json
from types import SimpleNamespace

import bpy
import blf
import pytest

from galatea.addon import checks, properties, recipe, rig, session
from galatea.addon.environment import Status
from galatea.addon.jobs import Job, JobState
from galatea.addon.worker import State
from galatea.backend import install
from galatea.operators import environment as operators
from galatea.operators import recipe as recipe_operators
from galatea.operators import rig as rig_operators
from galatea.panels import environment as environment_panel
from galatea.panels import jobs as jobs_panel
from galatea.panels import rig as rig_panel
from galatea.panels import text


class Paper:
    """A layout that remembers the texts and the buttons, and the buttons of each row."""

    def __init__(self, parent=None):
        self.texts = parent.texts if parent else []
        self.buttons = parent.buttons if parent else []
        self.rows = parent.rows if parent else []
        self.own = []
        self.rows.append(self.own)

    def row(self, **options):
        return Paper(self)

    column = box = row

    def label(self, text="", icon="NONE", translate=True):
        self.texts.append(text)

    def progress(self, factor, type, text):
        assert 0 <= factor <= 1
        self.texts.append(text)

    def operator(self, name, **options):
        group, operator = name.split(".")
        assert operator in dir(getattr(bpy.ops, group))
        self.buttons.append(name)
        self.own.append(name)
        return SimpleNamespace()

    def separator(self, **options):
        pass

    @property
    def text(self):
        return " ".join(self.texts)


def job(state, **values):
    made = Job("20260101-000000-abcdef", None, "install", "Install", {}, {}, "")
    made.state = state
    for name, value in values.items():
        setattr(made, name, value)
    return made


def drawn(state, installation=None, source="installed", message="", tier=""):
    current = SimpleNamespace(
        state=state, installation=installation, status=Status(state, message, source=source, tier=tier)
    )
    paper = Paper()
    system = SimpleNamespace(ui_scale=1.0)  # 0 without a window
    context = SimpleNamespace(region=None, preferences=SimpleNamespace(system=system))
    environment_panel.draw_state(paper, current, context)
    return paper


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_named_and_leads_on(state):
    installation = job(JobState.RUNNING, stage="Downloading numpy") if state is State.INSTALLING else None
    paper = drawn(state, installation)
    assert paper.texts[0] == state.value
    leads = {
        State.INSTALLING: "galatea.cancel_install",
        State.CRASHED: "galatea.open_log",
        State.NOT_INSTALLED: "galatea.install_environment",
        State.INCOMPLETE: "galatea.install_environment",
        State.OUTDATED: "galatea.install_environment",
    }
    assert state in environment_panel.USABLE or leads[state] in paper.buttons


@pytest.mark.parametrize("state", [State.INCOMPLETE, State.STOPPED])
def test_a_failed_installation_is_told_also_beside_one_that_works(state, monkeypatch):
    installation = job(JobState.FAILED, problem="The disk is full.")
    paper = drawn(state, installation, message="The installation was interrupted.")
    assert "The disk is full." in paper.text and "interrupted" not in paper.text
    assert {"galatea.open_log", "galatea.install_environment"} <= set(paper.buttons)
    monkeypatch.setattr(type(session.get()), "state", property(lambda self: state))
    monkeypatch.setattr(session.get(), "installation", installation)
    assert environment_panel.GALATEA_PT_environment.poll(bpy.context)
    bpy.ops.galatea.refresh_environment()
    assert session.get().installation is None


def test_a_missing_python_of_the_preferences_leads_there():
    """An installed one would not be used."""
    paper = drawn(State.NOT_INSTALLED, source="preferences", message="There is no Python at /nowhere.")
    assert paper.buttons[-1] == "galatea.open_preferences" and "galatea.install_environment" not in paper.buttons


def test_online_access_can_be_allowed_where_it_is_missed():
    assert not bpy.app.online_access
    buttons = drawn(State.NOT_INSTALLED).buttons
    assert ("extensions.userpref_allow_online" in buttons) is not bpy.app.online_access_override


SENTENCE = (
    "The mesh has two parts that do not touch, a body and something small beside it: illicit little fillings will be "
    "given to the nearest bone, whereas MOMMA WOLF'S WARM WOOL would not."
)


@pytest.mark.parametrize("width", [200, 300, 500])
@pytest.mark.parametrize("icon", ["NONE", "ERROR"])
def test_sentences_fill_the_lines_and_no_more(width, icon):
    paper = Paper()
    context = SimpleNamespace(region=SimpleNamespace(width=width), preferences=bpy.context.preferences)
    text.paragraph(paper, context, SENTENCE, icon=icon)
    room = width - text.MARGIN - (text.ICON if icon != "NONE" else 0)
    blf.size(0, bpy.context.preferences.ui_styles[0].widget.points)
    assert " ".join(paper.texts) == SENTENCE
    for line, after in zip(paper.texts, [*paper.texts[1:], None]):
        assert blf.dimensions(0, line)[0] <= room
        assert after is None or blf.dimensions(0, f"{line} {after.split()[0]}")[0] > room, "the next word had room"


def test_a_word_that_is_too_long_is_not_lost():
    assert text.wrapped("at /a/very/long/path now", 8, len) == ["at", "/a/very/long/path", "now"]
    assert text.wrapped("one two", 7, len) == ["one two"] and text.wrapped("one two", 6, len) == ["one", "two"]


def test_what_is_done_with_a_recipe_is_in_one_row(rigged):
    paper = Paper()
    rig_panel.GALATEA_PT_rig_result.draw(SimpleNamespace(layout=paper), bpy.context)
    assert ["galatea.rerun", "galatea.vary", "galatea.copy_recipe"] in paper.rows


@pytest.mark.parametrize("count, said", [(1, "1 problem found"), (2, "2 problems found")])
def test_problems_are_counted_in_english(animal, monkeypatch, capfd, count, said):
    problem = checks.Problem("code", checks.WARNS, "Something is odd.")
    monkeypatch.setattr(rig_operators, "look", lambda context, objects: (None, [problem] * count))
    assert bpy.ops.galatea.check() == {"FINISHED"}
    assert said in capfd.readouterr().out


def test_a_second_press_of_rig_starts_nothing(animal, worker, capfd):
    queue = session.get().queue
    params = properties.rig_params(bpy.context.scene.galatea.rig) | {"bind": True}
    parts, _ = rig_operators.look(bpy.context, [animal])
    first = rig.create_job(queue, bpy.context, [animal], parts, params)
    queue.submit(first)
    folders = set(queue.folder.iterdir())
    assert bpy.ops.galatea.rig() == {"CANCELLED"}
    assert "Rig Animal is waiting already" in capfd.readouterr().out
    assert queue.jobs == [first] and first.state is JobState.WAITING and set(queue.folder.iterdir()) == folders
    bpy.context.scene.galatea.rig.tail_bones = 3  # this is something new
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    assert len(worker) == 2


def test_every_armature_has_its_own_recipe_beside_the_file(tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    names = ["Horse Rig", "Horse.Rig", "Horse_Rig", "horse_rig", "Horse/Rig", "馬", "horse"]
    for name in names:
        item = bpy.data.objects.new(name, bpy.data.armatures.new(name))
        recipe.store(item, {"name": name})
    files = list((tmp_path / "galatea").glob("*/recipe.json"))
    assert {json.loads(file.read_text())["name"] for file in files} == set(names)
    assert len({file.parent.name.casefold() for file in files}) == len(names), "also where case does not count"
    assert (tmp_path / "galatea" / "horse" / "recipe.json").exists()


def test_a_long_stage_does_not_hide_the_time_left(monkeypatch):
    monkeypatch.setattr(Job, "eta", 75.0)
    paper = Paper()
    running = job(JobState.RUNNING, stage="Downloading fast-simplification", fraction=0.12)
    jobs_panel.draw_progress(paper, running, "galatea.cancel_job")
    assert paper.texts == ["Downloading fast-simplification", "12%, 75 s left"]


def test_the_new_rig_is_selected_when_the_old_armature_was(animal, worker):
    old = bpy.data.objects.new("Old", bpy.data.armatures.new("Old"))
    bpy.context.collection.objects.link(old)
    animal.modifiers.new("Armature", "ARMATURE").object = old
    old.select_set(True)
    bpy.context.view_layer.objects.active = old
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    assert bpy.context.view_layer.objects.active == animal.parent != old and not old.select_get()


def test_another_active_object_stays_so(animal, worker):
    light = bpy.data.objects.new("Light", bpy.data.lights.new("Light", "POINT"))
    bpy.context.collection.objects.link(light)
    bpy.context.view_layer.objects.active = light
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    assert bpy.context.view_layer.objects.active == light and animal.select_get()


def test_logs(monkeypatch, tmp_path):
    current = session.get()
    monkeypatch.setattr(type(current), "log_file", property(lambda self: tmp_path / "worker.log"))
    monkeypatch.setattr(type(current), "install_log_file", property(lambda self: tmp_path / "install.log"))
    assert not bpy.ops.galatea.open_log.poll()
    (tmp_path / "install.log").write_text("pip said no")
    opened = []
    monkeypatch.setattr(operators, "open_file", lambda path: opened.append(path.name))
    assert bpy.ops.galatea.open_log() == {"FINISHED"} and bpy.ops.galatea.open_log(log="install") == {"FINISHED"}
    assert opened == ["install.log", "install.log"]


def test_vary_takes_other_settings_and_replaces_the_armature(rigged, worker):
    mesh, armature = rigged
    name = armature.name
    bpy.context.scene.galatea.rig.tail_bones = 3
    assert bpy.ops.galatea.vary() == {"FINISHED"}
    assert recipe.read(mesh.parent)["params"]["tail_bones"] == 3 and recipe.read(mesh.parent)["params"]["bind"]
    assert [item.name for item in bpy.data.objects if item.type == "ARMATURE"] == [name]
    assert len(worker) == 2


def test_vary_is_not_for_armatures_of_others(animal, worker):
    armature = bpy.data.objects.new("Own", bpy.data.armatures.new("Own"))
    bpy.context.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    assert not bpy.ops.galatea.vary.poll() and not bpy.ops.galatea.copy_recipe.poll()


def test_the_copied_recipe_is_the_recipe(rigged):
    mesh, armature = rigged
    armature.name = mesh.name = "Füchsin"
    assert json.loads(recipe_operators.text(armature)) == recipe.read(armature)
    assert bpy.ops.galatea.copy_recipe() == {"FINISHED"}


def test_the_environment_is_not_removed_below_a_job(monkeypatch):
    assert bpy.ops.galatea.remove_environment.poll()
    monkeypatch.setattr(session.get(), "installation", job(JobState.RUNNING))
    assert not bpy.ops.galatea.remove_environment.poll()
    monkeypatch.setattr(session.get(), "installation", None)
    monkeypatch.setattr(session.get().queue, "jobs", [job(JobState.WAITING)])
    assert not bpy.ops.galatea.remove_environment.poll()


def test_a_certificate_that_is_not_trusted_is_told_as_such():
    """pip says both: that it found no version, and why."""
    output = "SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED'))\nERROR: Could not find a version"
    problem = install._explain("Downloading numpy", 1, output)
    assert problem.code == "network" and "certificate" in str(problem)
    assert "cannot be reached" in str(install._explain("", 1, "ConnectTimeout\nERROR: Could not find a version"))
