# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the means of docs/rig-benchmark.md into the README's table; ``--check`` only compares (exit status 1)."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README, BENCHMARK = ROOT / "README.md", ROOT / "docs" / "rig-benchmark.md"
BLOCK = re.compile(r"(?<=<!-- figures: begin -->\n).*(?=<!-- figures: end -->)", re.DOTALL)


def rows(section: str) -> list[list[str]]:
    """Cells of all table rows of a piece of the page."""
    lines = [line for line in section.splitlines() if line.startswith("|") and not line.startswith("| -")]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]


def section(page: str, heading: str) -> str:
    """What stands below ``### heading``."""
    return page.split(f"\n### {heading}\n", 1)[1].split("\n### ", 1)[0]


def figures(page: str) -> str:
    """The README's block for a benchmark page."""
    measured = re.search(r"^Measured .*?\. ", page, re.MULTILINE)[0].strip()
    skeletons, bends = [row for row in rows(section(page, "Artists' animals")) if row[0] == "mean"]
    held_out = [row for row in rows(section(page, "Held-out animals"))[1:] if row[2] == "quadruped"]
    header, *confusion = rows(section(page, "Made animals: what they were taken for"))
    kinds = header[1:-2]
    counts = {row[0]: [int(cell or 0) for cell in row[1 : len(kinds) + 1]] for row in confusion}
    right = sum(count[kinds.index(kind)] for kind, count in counts.items())
    total = sum(sum(count) for count in counts.values())
    galatea, local, laplacian = skeletons[1:4], skeletons[10:13], skeletons[13:16]
    table = [["", "Galatea", "pygel3d (MSLS)", "skeletor"], ["---"] * 4]
    for index, name in enumerate(("joints to joints", "joints to bones", "bones to bones")):
        table.append([name, galatea[index], local[index], laplacian[index]])
    table.append(["error of the moving skin", bends[2], f"{bends[5]}, bound with bone heat", ""])
    table.append(["the same, artist's joints with bone heat", bends[3], "", ""])
    table.append(["limbs with the right name and side", skeletons[4], "no names", "no names"])
    table.append(["joints outside of the body", skeletons[5], "", ""])
    table.append(["seconds for one animal (CPU seconds)", f"{skeletons[8]} ({skeletons[9]})", "", ""])
    lines = [f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |") for cells in table]
    others = ", ".join(f"{row[0]} {row[5]}" for row in held_out)
    return "\n".join(
        [
            measured,
            "",
            *lines,
            "",
            f"Joints to joints on two animals that nothing was developed on: {others}. "
            f"Of {total} shapes made by formula, {right} were taken for what they are.",
            "",
        ]
    )


def main(arguments: list[str]) -> int:
    """Compare or write."""
    readme = README.read_text(encoding="utf-8")
    new = BLOCK.sub(lambda _: figures(BENCHMARK.read_text(encoding="utf-8")), readme)
    if new == readme:
        return 0
    if "--check" in arguments:
        print(
            "The figures in README.md are not those of docs/rig-benchmark.md: run tools/readme_figures.py",
            file=sys.stderr,
        )
        return 1
    README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
