# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of how fast a machine is."""

import pytest

from galatea.addon import pace


def test_the_last_jobs_count_and_one_odd_one_does_not(tmp_path):
    folder = tmp_path / "data"
    assert pace.factor(folder, "texture") is None
    for value in (9.0, 9.0, 2.0, 2.0, 30.0, 2.0, 2.0):
        pace.remember(folder, "texture", value)
    pace.remember(folder, "texture other", 7.0)
    assert pace.factor(folder, "texture") == 2.0 and pace.factor(folder, "texture other") == 7.0
    assert [path.name for path in folder.iterdir()] == [pace.FILE]


@pytest.mark.parametrize("spoiled", ["", "{", "[1]", '{"texture": 3}', '{"texture": ["fast"]}'])
def test_a_spoiled_file_is_nothing_and_is_written_anew(spoiled, tmp_path):
    (tmp_path / pace.FILE).write_text(spoiled)
    assert pace.factor(tmp_path, "texture") is None
    pace.remember(tmp_path, "texture", 1.5)
    assert pace.factor(tmp_path, "texture") == 1.5
