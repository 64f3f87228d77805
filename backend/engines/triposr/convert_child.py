# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run by its path, in a process of its own: IN.ckpt OUT.safetensors. Reads tensors and nothing else: a file with a
program in it is refused by torch before it runs."""

import os
import sys

import torch
from safetensors.torch import save_file

source, target = sys.argv[1:]
loaded = torch.load(source, map_location="cpu", weights_only=True, mmap=True)
tensors = loaded.get("state_dict", loaded)
assert tensors and all(isinstance(value, torch.Tensor) for value in tensors.values()), "more than tensors"
save_file({name: value.detach().contiguous().clone() for name, value in tensors.items()}, f"{target}.part")
os.replace(f"{target}.part", target)
