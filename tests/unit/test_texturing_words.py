# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What prompts say of the material."""

import pytest
import torch

from galatea.backend.texturing.appearance import METAL, START, material_of
from galatea.backend.texturing.words import expected, look_of, says_bare_metal
from galatea.backend.training.materials.look import Look


@pytest.mark.parametrize(("prompt", "metal"), [
    ("polished gold", True), ("Old Copper, scratched", True), ("a steel sword", True),
    ("rusty iron", False), ("red painted metal", False), ("golden fur", False),
    ("a wooden chest with brass bands", False), ("goldfish", False), ("", False), ("青銅", False),
])  # fmt: skip
def test_bare_metal(prompt, metal):
    assert says_bare_metal(prompt) is metal


@pytest.mark.parametrize(("prompt", "look"), [
    ("A mossy Stone wall", Look("stone", finish="mossy")), ("painted metal", Look("painted metal")),
    ("stainless steel", Look("steel")), ("brown leather armchair with brass studs", Look("leather")),
    ("goldfish", None), ("青銅", None), ("", None),
])  # fmt: skip
def test_the_named_material_is_found(prompt, look):
    assert look_of(prompt) == look


def test_words_lead_to_the_roughness_and_metal_of_their_materials():
    normal = torch.tensor(((0.0, 0.0, 1.0),))

    def found(prompt):
        material = material_of(torch.tensor((expected(prompt).start,)), normal)
        return float(material.roughness), float(material.metallic)

    assert found("velvet")[0] > 0.8 and found("polished gold")[0] < 0.35
    assert found("marble")[0] < found("leather")[0] < found("felt")[0]
    assert found("gold")[1] > 0.9 and found("oak")[1] < 0.05 and found("rusty iron")[1] < found("iron")[1]
    assert expected("oak").named and not expected("mithril").named
    assert expected("mithril").start == METAL and expected("unicorn").start == START
