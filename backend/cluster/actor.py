# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part that Ray carries to the other machines, as source: it finds Galatea there. It imports nothing of it here."""

import importlib
import json
import os
import runpy
from pathlib import Path


class Actor:
    """One process of Ray with one of Galatea below it. Methods as those of the runner."""

    def __init__(self, root: str, program: dict, has_card: bool) -> None:
        self._problem = ""
        ray = importlib.import_module("ray")
        os.environ["GALATEA_CLUSTER"] = ray.get_runtime_context().gcs_address  # for what splits its own work
        if not has_card:  # Ray hides only those cards that it has counted
            os.environ["CUDA_VISIBLE_DEVICES"] = ""
        place = Path(os.environ.get("GALATEA_ROOT") or root)
        bootstrap = place / "backend" / "bootstrap.py"
        if not bootstrap.is_file():
            self._problem = f"There is no Galatea in {place}."
            return
        runpy.run_path(str(bootstrap))["load_package"](place)
        self._orders = importlib.import_module("galatea.backend.cluster.orders")
        runner = importlib.import_module("galatea.backend.cluster.runner")
        self._runner = runner.Runner(place, self._orders.Program(**program))

    def machine(self) -> str:
        """Its name."""
        return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "?")

    def run(self, order: dict, parcel: bytes | None) -> tuple[bytes, bytes | None] | None:
        if self._problem:
            error = {"job": order["job"], "code": "no_galatea", "message": self._problem}
            hint = "Install Galatea there, and name its folder in GALATEA_ROOT."
            return json.dumps({"type": "error", **error, "hint": hint}).encode() + b"\n", None
        needs = self._orders.Needs(**order["needs"])
        return self._runner.run(self._orders.Order(**(order | {"needs": needs})), parcel)

    def progress(self) -> tuple[bytes, bytes | None] | None:
        return None if self._problem else self._runner.progress()

    def cancel(self) -> None:
        if not self._problem:
            self._runner.cancel()
