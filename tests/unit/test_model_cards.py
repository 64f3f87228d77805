# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of models before they are loaded: how they fit into memory, and their cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from galatea.backend.diffusion import memory
from galatea.backend.job import JobError
from galatea.backend.models.registry import MODELS, Family, Role

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = "".join((DOCS / name).read_text(encoding="utf-8") for name in ("models.md", "generating.md"))


# Memory


def card(gigabytes: float, **changes) -> memory.Device:
    return memory.Device(**{"kind": "cuda", "name": "a card", "free": gigabytes * 1e9, "bfloat16": True, **changes})


SD15 = memory.Sizes(859_520_964, 361_279_120, 123_060_480, 83_653_863)
SDXL = memory.Sizes(2_567_463_684, 160_000_000, 817_720_320, 83_653_863)


def test_eight_gigabytes_hold_both_families():
    small = memory.plan(card(7.3), SD15, 512, 1024)
    large = memory.plan(card(7.3), SDXL, 1024, 1024)
    assert not small.streamed and small.batch == 4
    assert large.streamed and not large.text_stays
    roomy = memory.plan(card(23.0), SDXL, 1024, 1024)
    assert not roomy.streamed and roomy.text_stays


@pytest.mark.parametrize("sizes", [SD15, SDXL])
@pytest.mark.parametrize("side", [512, 1024])
def test_plans_fit_and_less_memory_never_means_a_faster_plan(sizes, side):
    ranks = []
    order = list(memory.plans(card(1000.0), sizes, side, 1024))
    for free in (80, 24, 16, 12, 10, 8, 6):
        try:
            plan = memory.plan(card(free), sizes, side, 1024)
        except JobError:
            continue
        assert plan.bytes <= free * 1e9
        ranks.append(order.index(plan))
    assert ranks == sorted(ranks) and len(ranks) >= 4


def test_too_little_memory_is_told_in_figures():
    with pytest.raises(JobError, match=r"needs about \d+\.\d GB of a card, and 2\.0 GB are free") as error:
        memory.plan(card(2.0), SDXL, 1024, 1024)
    assert error.value.code == "out_of_memory"


def test_types_by_device():
    assert memory.types(card(8.0)) == ("float16", "bfloat16")
    assert memory.types(card(8.0, bfloat16=False)) == ("float16", "float32")
    assert memory.types(card(8.0, kind="mps")) == ("float16", "float32")
    assert memory.types(card(8.0, kind="cpu")) == ("float32", "float32")


def test_a_larger_autoencoder_type_needs_more():
    plans = [next(memory.plans(card(80.0, bfloat16=fine), SD15, 512, 1024)) for fine in (True, False)]
    assert plans[0].bytes < plans[1].bytes


def test_score_distillation_keeps_the_encoders_work():
    plain, distilling = (list(memory.plans(card(80.0), SD15, 512, distills=one))[-1].bytes for one in (False, True))
    assert distilling > plain
    with pytest.raises(JobError):
        memory.plan(card(5.2), SDXL, 1024, distills=True)
    memory.plan(card(5.2), SDXL, 1024)


# The registry


def test_every_card_can_be_judged_before_a_download():
    assert len({card.id for card in MODELS}) == len(MODELS)
    for one in MODELS:
        assert one.purpose.endswith(".") and one.licence.terms.endswith(".") and one.licence.link.startswith("https://")
        assert one.megabytes > 0 and one.repository.count("/") == 1
        assert one.revision is None or len(one.revision) == 40
        for file in one.files:
            # What can run programs is taken from known files alone, and read by what runs none.
            assert file.sha256 or not any(name.endswith((".bin", ".ckpt", ".pt")) for name in file.remote)
        assert one.licence.name or one.licence.commercial is None
    for family in Family:
        roles = {one.role for one in MODELS if one.family is family}
        assert roles >= {Role.BASE, Role.DEPTH, Role.STYLE, Role.AUTOENCODER}


def test_the_documentation_says_what_the_cards_say():
    rows = [[cell.strip(" `*") for cell in line.split("|")[1:-1]] for line in DOCUMENT.splitlines() if "|" in line]
    by_id = {row[0]: row for row in rows if len(row) == 7}
    for one in MODELS:
        row = by_id[one.id]
        assert row[1] == f"[{one.title}]({one.page})" and row[2] == (one.family.value if one.family else "none")
        assert row[4] == (one.licence.name or "none shown") and row[6] == f"{one.megabytes} MB"
        assert row[5].startswith("yes") is bool(one.licence.commercial)


@pytest.mark.parametrize("free", [5.2, 7.2, 11, 23])
def test_the_documentation_says_what_the_plans_say(free):
    (row,) = [line for line in DOCUMENT.splitlines() if line.startswith(f"| {free} GB (a card")]
    for cell, sizes, side in zip(row.split("|")[2:4], (SD15, SDXL), (512, 1024)):
        plan = memory.plan(card(free), sizes, side, memory.sheet_side(side))
        assert f"{plan.bytes / 1e9:.1f} GB" in cell
        assert ("come and go" in cell) is plan.streamed and ("everything stays" in cell) is plan.text_stays
