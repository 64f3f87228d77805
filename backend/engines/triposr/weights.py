# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The public checkpoint into the network: its names, its position embeddings, and its format.

``checkpoint.txt`` lists names and shapes of the checkpoint at the card's revision, as others that load it list them:
549 tensors with 419,275,628 numbers. The file itself was never at hand here.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import torch
from torch.nn import functional

from ...diffusion import weights
from ...job import JobError
from .network import Network, Sizes

FILE, PICKLE = "model.safetensors", "model.ckpt"
MANIFEST = Path(__file__).with_name("checkpoint.txt")
CONVERTER = Path(__file__).with_name("convert_child.py")
VISION = "image_tokenizer.model."
POSITIONS = f"{VISION}embeddings.position_embeddings"
UNUSED = f"{VISION}pooler."
"""A layer of the vision transformer whose result nothing looks at."""
NAMES = (
    (r"encoder\.layer\.(\d+)\.attention\.attention\.(q|k|v)(?:uery|ey|alue)\.", r"layers.\1.attention.\2_proj."),
    (r"encoder\.layer\.(\d+)\.attention\.output\.dense\.", r"layers.\1.attention.o_proj."),
    (r"encoder\.layer\.(\d+)\.intermediate\.dense\.", r"layers.\1.mlp.fc1."),
    (r"encoder\.layer\.(\d+)\.output\.dense\.", r"layers.\1.mlp.fc2."),
    (r"encoder\.layer\.(\d+)\.", r"layers.\1."),
)
"""Of the vision transformer's parts: in the checkpoint, and in today's transformers."""


def load(folder: Path, sizes: Sizes = Sizes()) -> Network:  # noqa: B008 - frozen
    """The network of a downloaded model. JobError for weights that do not fit."""
    path = safetensors_of(folder)
    tensors = {renamed(name): tensor for name, tensor in weights.read([path]).items() if not name.startswith(UNUSED)}
    if POSITIONS in tensors and tensors[POSITIONS].shape[1] == 1 + sizes.learned_patches**2:
        tensors[POSITIONS] = positions(tensors[POSITIONS], sizes.patches)
    with torch.device("meta"):
        network = Network(sizes)
    return weights.filled(network, tensors, torch.float32, str(path))


def renamed(name: str) -> str:
    """A name of the checkpoint as the network has it."""
    if not name.startswith(VISION):
        return name
    for old, new in NAMES:
        name, changes = re.subn(old, new, name)
        if changes:
            break
    return name


def positions(learned: torch.Tensor, patches: int) -> torch.Tensor:
    """Position embeddings (1, 1 + n n, W) of another picture size: (1, 1 + patches patches, W), the first as it is.

    As DINO does it, and hence whoever trained this: the factor is a tenth of a patch too large, and bicubic
    interpolation goes by the factor, not by the sizes.
    """
    first, grid = learned[:, :1], learned[:, 1:]
    side = round(grid.shape[1] ** 0.5)
    factor = (patches + 0.1) / side
    square = grid.transpose(1, 2).unflatten(2, (side, side))
    resized = functional.interpolate(square, scale_factor=(factor, factor), mode="bicubic", align_corners=False)
    return torch.cat([first, resized.flatten(2).transpose(1, 2)], dim=1)


def safetensors_of(folder: Path) -> Path:
    """The weights in the format that runs no programs. The public file is converted once, in a process of its own."""
    path = folder / FILE
    if path.is_file():
        return path
    pickle = folder / PICKLE
    if not pickle.is_file():
        raise JobError(
            "no_engine", f"{folder} holds no TripoSR model.", "Download it: galatea models download triposr."
        )
    done = subprocess.run(
        [sys.executable, "-I", str(CONVERTER), str(pickle), str(path)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode or not path.is_file():
        print(done.stderr, file=sys.stderr)
        raise JobError(
            "bad_input", f"{pickle} holds something else than weights, or is damaged.",
            "Delete it and download it again: galatea models remove triposr, then download.",
        )  # fmt: skip
    return path


def manifest() -> dict[str, tuple[int, ...]]:
    """Names and shapes of the public checkpoint."""
    lines = [line.split() for line in MANIFEST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {name: tuple(int(size) for size in shape.split("x")) for name, shape in lines}
