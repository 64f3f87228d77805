# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What prompts say of the material."""

import pytest

from galatea.backend.texturing.words import says_bare_metal


@pytest.mark.parametrize(("prompt", "metal"), [
    ("polished gold", True), ("Old Copper, scratched", True), ("a steel sword", True),
    ("rusty iron", False), ("red painted metal", False), ("golden fur", False),
    ("a wooden chest with brass bands", False), ("goldfish", False), ("", False), ("青銅", False),
])  # fmt: skip
def test_bare_metal(prompt, metal):
    assert says_bare_metal(prompt) is metal
