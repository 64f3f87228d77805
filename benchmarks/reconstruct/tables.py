# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scores as Markdown."""

from __future__ import annotations

WANTED = {
    "clean": "F-score 0.90, PSNR 27 dB, 180 s",
    "no masks": "F-score 0.75, 480 s",
    "noisy": "F-score 90 % of clean",
}
"""What each condition shall reach."""
MEANS = ("f_score", "precision", "recall", "psnr", "hull_f_score", "coarse_f_score", "wall", "cpu")


def joined(results: list[dict]) -> dict:
    """One result of several runs on the same set; the date is the last one's."""
    last = max(results, key=lambda result: result["created"])
    for name in ("set", "views", "size"):
        if any(result[name] != last[name] for result in results):
            raise ValueError(f"the results differ in {name}")
    return last | {"rows": [row for result in results for row in result["rows"]]}


def markdown(result: dict) -> str:
    """A table for each condition: every object, and the means; then the noisy scores as a part of the clean ones."""
    parts = [f"{result['views']} views of {result['size']} pixels, {result['set']} objects, {result['created'][:10]}."]
    there = {row["condition"] for row in result["rows"]}
    for condition in [name for name in WANTED if name in there]:
        rows = [row for row in result["rows"] if row["condition"] == condition]
        mean = {name: sum(row[name] for row in rows) / len(rows) for name in MEANS}
        closed = f"{sum(row['watertight'] for row in rows)} of {len(rows)}"
        lines = [
            f"**{condition.capitalize()}** (wanted: {WANTED[condition]})",
            "",
            "| object | F-score | precision | recall | PSNR | closed | hull F | coarse field F | s | CPU s |",
            "| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |",
            *(line(row["object"], row, "yes" if row["watertight"] else "no") for row in rows),
            line("**mean**", mean, closed),
        ]
        parts.append("\n".join(lines))
    kept = noisy_part(result["rows"])
    if kept is not None:
        parts.append(f"With noise the F-score is {kept:.0%} of the clean one, over the objects that have both.")
    return "\n\n".join(parts)


def line(name: str, values: dict, closed: str) -> str:
    return (
        f"| {name} | {values['f_score']:.3f} | {values['precision']:.3f} | {values['recall']:.3f} "
        f"| {values['psnr']:.1f} | {closed} | {values['hull_f_score']:.3f} | {values['coarse_f_score']:.3f} "
        f"| {values['wall']:.0f} | {values['cpu']:.0f} |"
    )


def noisy_part(rows: list[dict]) -> float | None:
    """Mean F-score with noise, as a part of that of the same objects without; None where nothing has both."""
    score = {(row["object"], row["condition"]): row["f_score"] for row in rows}
    both = [name for name, condition in score if condition == "noisy" and (name, "clean") in score]
    if not both:
        return None
    return sum(score[name, "noisy"] for name in both) / sum(score[name, "clean"] for name in both)
