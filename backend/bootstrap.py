# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts a process of the backend: ``python -I -u backend/bootstrap.py`` is the worker, ``... install`` the
installer, ``... train`` makes the starter models, ``... engine`` makes a mesh, ``... cluster`` sends
jobs to other machines.

Run by its path, because the extension's folder may have any name and nothing of it is installed in that Python.
"""

import importlib
import importlib.util
import sys
import types
from pathlib import Path


def load_package(root: Path) -> types.ModuleType:
    """Import the folder ``root`` as package ``galatea``, whatever it is called."""
    spec = importlib.util.spec_from_file_location(
        "galatea", root / "__init__.py", submodule_search_locations=[str(root)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["galatea"] = package
    spec.loader.exec_module(package)
    return package


if __name__ == "__main__":
    load_package(Path(__file__).resolve().parents[1])
    programs = {
        "install": "install",
        "train": "training.__main__",
        "engine": "engines.child",
        "cluster": "cluster.driver",
    }
    program = programs.get("".join(sys.argv[1:2]), "worker")
    sys.exit(importlib.import_module(f"galatea.backend.{program}").main())
