# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what pip cannot install: the shared libraries that Blender's Python module loads, and Python's own venv.

Standard library only and any Python 3: this runs before there is an environment. Everything that is missing is
named in one line to copy; the exit status is then 1. ``--missing`` prints only the missing Debian packages,
``--packages`` all that Galatea needs.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys

LIBRARIES = {
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libGL.so.1": "libgl1",
    "libgomp.so.1": "libgomp1",
}
"""Shared library -> Debian package. bpy 4.2 to 5.2 link with them, or load them when the module is imported."""

VENV_PACKAGE = "python3-venv"


def missing_packages() -> list[str]:
    """Debian packages for what is missing here, in the order of ``LIBRARIES``."""
    packages = []
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        packages.append(VENV_PACKAGE)
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.append(package)
    return packages


def main(arguments: list[str]) -> int:
    """Print what is missing; 1 when something is."""
    if "--packages" in arguments:
        print(" ".join([VENV_PACKAGE, *LIBRARIES.values()]))
        return 0
    if "--missing" in arguments:
        print(" ".join(missing_packages()))
        return 0
    if not sys.platform.startswith("linux"):
        return 0
    packages = missing_packages()
    if not packages:
        return 0
    print("Blender needs system libraries that are not installed here. On Debian and Ubuntu:", file=sys.stderr)
    print(f"\n    sudo apt-get install {' '.join(packages)}\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
