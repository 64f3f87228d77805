# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's figures are those of the benchmark's page."""

from galatea.tools import readme_figures


def test_readme_has_the_figures_of_the_newest_run():
    assert readme_figures.main(["--check"]) == 0
