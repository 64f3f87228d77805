# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scores as Markdown."""

from __future__ import annotations

WANTED = {"clean": (0.90, 27.0), "no masks": (0.75, None)}
"""F-score and PSNR that each condition must reach."""


def markdown(result: dict) -> str:
    """A table for each condition: every object, and the means."""
    parts = [f"{result['views']} views of {result['size']} pixels, {result['set']} objects, {result['created'][:10]}."]
    for condition in dict.fromkeys(row["condition"] for row in result["rows"]):
        rows = [row for row in result["rows"] if row["condition"] == condition]
        lines = [
            f"**{condition.capitalize()}**",
            "",
            "| object | F-score | precision | recall | PSNR | closed | hull F | coarse field F | CPU s |",
            "| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: |",
        ]
        for row in rows:
            lines.append(
                f"| {row['object']} | {row['f_score']:.3f} | {row['precision']:.3f} | {row['recall']:.3f} "
                f"| {row['psnr']:.1f} | {'yes' if row['watertight'] else 'no'} | {row['hull_f_score']:.3f} "
                f"| {row['coarse_f_score']:.3f} | {row['cpu']:.0f} |"
            )
        mean = {name: sum(row[name] for row in rows) / len(rows) for name in
                ("f_score", "precision", "recall", "psnr", "hull_f_score", "coarse_f_score", "cpu")}  # fmt: skip
        lines.append(
            f"| **mean** | {mean['f_score']:.3f} | {mean['precision']:.3f} | {mean['recall']:.3f} "
            f"| {mean['psnr']:.1f} | {sum(row['watertight'] for row in rows)} of {len(rows)} "
            f"| {mean['hull_f_score']:.3f} | {mean['coarse_f_score']:.3f} | {mean['cpu']:.0f} |"
        )
        if condition in WANTED:
            f_score, psnr = WANTED[condition]
            lines += ["", f"Wanted: F-score {f_score}" + (f", PSNR {psnr} dB." if psnr else ".")]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
