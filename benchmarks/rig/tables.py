# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's results as Markdown tables, which read as well in a terminal."""

from __future__ import annotations

import math
from collections import Counter


def markdown(result: dict) -> str:
    """All tables of one run."""
    parts = [
        f"Measured {result['date']} with Galatea {result['version']}, Blender {result['blender']} "
        f"(bpy), Python {result['python']}, {result['processors']} processors. "
        "Distances in % of the longest side of the box."
    ]
    if result["animals"]:
        parts += ["### Artists' animals", _animals(result["animals"], result["means"])]
    if result["held_out"]:
        parts += ["### Held-out animals", _held_out(result["held_out"])]
    if result["made"]:
        parts += [
            "### Made animals: what they were taken for",
            _confusion(result["made"]),
            "### Made animals one by one",
            _made(result["made"]),
        ]
    if result["robustness"]:
        parts += ["### Low-poly, loose parts, dense", _made(result["robustness"])]
    parts.append(f"The whole run took {result['seconds']:.0f} s.")
    return "\n\n".join(parts) + "\n"


def _animals(rows: list[dict], means: dict) -> str:
    rows = [*rows, means]
    skeletons = _table(
        [
            "animal",
            "J2J",
            "J2B",
            "B2B",
            "right sides",
            "outside",
            "Symm.",
            "bones",
            "wall s",
            "CPU s",
            "MSLS J2J",
            "J2B",
            "B2B",
            "skeletor J2J",
            "J2B",
            "B2B",
        ],
        [
            [
                row["name"],
                *_distances(row),
                f"{row['sides_right']}/{row['sides']}",
                str(row["outside"]),
                _percent(row["symmetrize"]),
                f"{row['bones']:.0f}",
                _number(row["wall"], 1),
                _number(row["cpu"], 1),
                *_distances(row["pygel"]),
                *_distances(row["skeletor"]),
            ]
            for row in rows
        ],
    )
    deformation = _table(
        [
            "animal",
            "motion",
            "Galatea",
            "artist's joints, bone heat",
            "ratio",
            "MSLS, bone heat",
            "bone heat to artist's weights (L1)",
        ],
        [
            [
                row["name"],
                _percent(row["motion"]),
                _percent(row["deformation"], 3),
                _percent(row["deformation_bone_heat"], 3),
                _number(row["deformation_ratio"]),
                _percent(row["pygel"]["deformation"], 3),
                _number(row["bone_heat_l1"]),
            ]
            for row in rows
        ],
    )
    return f"Skeletons:\n\n{skeletons}\n\nDeformation under the artists' clips:\n\n{deformation}"


def _distances(row: dict) -> list[str]:
    return [_percent(row[key]) for key in ("j2j", "j2b", "b2b")]


def _held_out(rows: list[dict]) -> str:
    header = [
        "animal",
        "vertices",
        "class",
        "confidence",
        "forward",
        "J2J",
        "J2B",
        "B2B",
        "right sides",
        "outside",
        "bones",
        "wall s",
    ]
    return _table(
        header,
        [
            [
                row["name"],
                str(row["vertices"]),
                row["plan"],
                _number(row["confidence"]),
                _yes(row["forward"]),
                _percent(row["j2j"]),
                _percent(row["j2b"]),
                _percent(row["b2b"]),
                f"{row['sides_right']}/{row['sides']}",
                str(row["outside"]),
                str(row["bones"]),
                _number(row["wall"], 1),
            ]
            for row in rows
        ],
    )


def _confusion(rows: list[dict]) -> str:
    plans = ["biped", "bird", "fish", "serpent", "quadruped", "tree"]
    lines = []
    for wanted in plans:
        of_class = [row for row in rows if row["wanted"] == wanted]
        if of_class:
            counts = Counter(row["plan"] for row in of_class)
            confidence = sum(row["confidence"] for row in of_class) / len(of_class)
            lines.append([wanted, *(str(counts[plan] or "") for plan in [*plans, "error"]), _number(confidence)])
    return _table(["made as \\ taken for", *plans, "error", "mean confidence"], lines)


def _made(rows: list[dict]) -> str:
    header = [
        "shape",
        "vertices",
        "made as",
        "taken for",
        "confidence",
        "forward",
        "mean joint error",
        "worst joint",
        "missing",
        "outside",
        "bones",
        "wall s",
    ]
    return _table(
        header,
        [
            [
                row["name"],
                str(row["vertices"]),
                row["wanted"],
                row["plan"] + ("" if row["plan"] == row["wanted"] else " (!)"),
                _number(row["confidence"]),
                _yes(row["forward"]),
                _percent(row["mean_error"]),
                f"{row['worst']} {_percent(row['worst_error'])}" if row["worst"] else "",
                " ".join(row["missing"]),
                str(row["outside"]),
                str(row["bones"]),
                _number(row["wall"], 1),
            ]
            for row in rows
        ],
    )


def _table(header: list[str], lines: list[list[str]]) -> str:
    widths = [max(len(line[column]) for line in [header, *lines]) for column in range(len(header))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
        for line in [header, rule, *lines]
    )


def _percent(value: float | None, digits: int = 2) -> str:
    return "" if value is None or not math.isfinite(value) else f"{100 * value:.{digits}f}"


def _number(value: float | None, digits: int = 2) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.{digits}f}"


def _yes(value: bool | None) -> str:
    return {True: "right", False: "WRONG", None: ""}[value]
