# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documents say of the repository is true of the repository."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from galatea.tools import manifest_paths

ROOT = manifest_paths.ROOT
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path):
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []


def test_readme_names_the_system_packages_that_the_check_wants():
    packages = subprocess.run(
        [sys.executable, str(ROOT / "tools/check_system.py"), "--packages"], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert f"sudo apt-get install {packages}\n" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_make_targets_exist(document: str):
    text = (ROOT / document).read_text(encoding="utf-8")
    named = {name for line in re.findall(r"(?:^|`|\n)make ([a-z -]+)", text) for name in line.split()}
    named |= set(re.findall(r"^step ([a-z-]+)$", text, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert named
    assert named <= targets


def test_every_pinned_package_has_a_hash():
    """Except torch, whose build depends on the machine."""
    for lock in sorted(ROOT.glob("requirements/*.txt")):
        pins = re.split(r"\n(?=[a-z0-9])", lock.read_text(encoding="utf-8").strip())
        for pin in pins:
            if lock.name != "torch.txt" and not pin.startswith("#"):
                assert re.match(r"[a-z0-9._-]+==\S+", pin), (lock.name, pin)
                assert "--hash=sha256:" in pin, (lock.name, pin)
