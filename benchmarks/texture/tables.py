# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's results as Markdown tables."""

from __future__ import annotations

SCORES = {
    "relit": ("relit, dB", 1), "worst": ("worst light", 1), "albedo": ("albedo, dB", 1), "scaled_albedo": ("scaled", 1),
    "roughness": ("roughness", 3), "metallic": ("metallic", 3), "normal": ("normal, °", 1), "leak": ("SH leak", 2),
    "occlusion": ("AO leak", 2), "swap": ("light swap, dB", 1),
    "recognised": ("recognized", 2), "true_recognised": ("truth", 2), "seconds": ("CPU s", 0),
}  # fmt: skip
STAGES = ("prepare", "paint", "fit", "rounds", "detail", "bake")


def markdown(result: dict) -> str:
    """All tables of one run."""
    parts = [
        f"Measured {result['date']}, {result['processors']} processors shared with other work. Relit: PSNR of renders "
        "from held-out views under held-out lights. Roughness and metallic: root mean square errors. Leaks: 0 is best; "
        "SH leak is beyond that of the true material. Light swap: the same fit from pictures under other lights.",
    ]
    for scene in result.get("scenes", ()):
        parts += [f"### {scene['name']}", _scores(scene["rows"])]
    if result.get("times"):
        parts += ["### Time and memory", _times(result["times"])]
    return "\n\n".join(parts) + "\n"


def _scores(rows: list[dict]) -> str:
    names = [name for name in SCORES if any(name in row for row in rows)]
    lines = [[row["name"], *(_number(row.get(name), SCORES[name][1]) for name in names)] for row in rows]
    return table(["", *(SCORES[name][0] for name in names)], lines)


def _times(rows: list[dict]) -> str:
    head = ["preset", "faces", "texels", "views", "wall s", "CPU s", "memory, MB", *STAGES]
    names = ["preset", "faces", "resolution", "views", "wall", "processor", "memory", *STAGES]
    return table(head, [[str(row.get(name, "")) for name in names] for row in rows])


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
