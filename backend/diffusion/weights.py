# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights from .safetensors files into networks: every weight must be there, and none too many.

Networks are made without memory and take the file's tensors over, so nothing is initialised at random first, and a file
that lacks a weight is told instead of painting noise.
"""

from __future__ import annotations

import json
import math
import struct
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..job import JobError

if typing.TYPE_CHECKING:
    import torch

SHOWN = 2
"""Names in a sentence about missing weights."""
LARGEST_HEADER = 100_000_000
"""Bytes; the format's own limit."""


def header(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor in a file, without reading the tensors. JobError if it is no .safetensors file."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > LARGEST_HEADER:
                raise ValueError("no header")
            entries = json.loads(file.read(length))
        return {name: tuple(entry["shape"]) for name, entry in entries.items() if name != "__metadata__"}
    except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError) as error:
        raise JobError(
            "bad_input", f"{path} cannot be read as a .safetensors file.", "Copy or download it again."
        ) from error


def files_of(folder: Path) -> list[Path]:
    """The files with a network's weights: half precision before single, in one file or in parts. JobError if there are
    none."""
    found = sorted(folder.glob("*.safetensors"))
    for some in (
        [path for path in found if ".fp16." in path.name or ".fp16-" in path.name],
        [path for path in found if ".non_ema." not in path.name and ".fp16" not in path.name],
    ):
        if some:
            return some
    if any(folder.glob("*.bin")):
        raise JobError(
            "bad_input", f"{folder} has its weights in a format that can run programs (.bin).",
            "Download the model's .safetensors files instead.",
        )  # fmt: skip
    raise JobError("bad_input", f"{folder} has no .safetensors file with weights.", "Copy or download it again.")


def read(paths: Iterable[Path]) -> dict[str, torch.Tensor]:
    """All tensors of some files, mapped into memory."""
    from safetensors.torch import load_file

    tensors = {}
    for path in paths:
        header(path)
        tensors |= load_file(path)
    return tensors


def count(folder: Path) -> int:
    """Parameters of the network in a folder."""
    return sum(math.prod(shape) for path in files_of(folder) for shape in header(path).values())


def load(cls: type, folder: Path, dtype: torch.dtype) -> torch.nn.Module:
    """A network of diffusers from its folder with config.json. JobError for weights that do not fit it."""
    config = cls.load_config(folder, local_files_only=True)
    return filled(empty(cls, config), read(files_of(folder)), dtype, str(folder))


def empty(cls: type, config: Mapping) -> torch.nn.Module:
    """A network of diffusers without memory for its weights."""
    import torch

    with torch.device("meta"):
        return cls.from_config(config)


def filled(
    network: torch.nn.Module, tensors: dict[str, torch.Tensor], dtype: torch.dtype, source: str
) -> torch.nn.Module:
    """Give an empty network its weights. JobError, naming ``source``, for missing, unknown and misshapen ones."""
    if hasattr(network, "_fix_state_dict_keys_on_load"):
        network._fix_state_dict_keys_on_load(tensors)  # names of attention weights before 2023
    expected = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    tensors = {name: tensor for name, tensor in tensors.items() if not name.endswith("position_ids")}
    fault = difference(expected, {name: tuple(tensor.shape) for name, tensor in tensors.items()})
    if fault:
        raise JobError(
            "bad_input", f"The weights in {source} do not fit its configuration: {fault}.",
            "Download it again, or choose another model.",
        )  # fmt: skip
    network.load_state_dict({name: tensor.to(dtype) for name, tensor in tensors.items()}, assign=True)
    return network.eval().requires_grad_(False)


def difference(expected: Mapping[str, tuple[int, ...]], found: Mapping[str, tuple[int, ...]]) -> str:
    """What is wrong with weights, as a part of a sentence; "" if nothing is."""
    missing = [name for name in expected if name not in found]
    extra = [name for name in found if name not in expected]
    other = [name for name in expected if name in found and expected[name] != found[name]]
    parts = []
    if missing:
        parts.append(f"{len(missing)} of {len(expected)} weights are missing ({_some(missing)})")
    if extra:
        parts.append(f"{len(extra)} are unknown ({_some(extra)})")
    if other:
        shapes = " x ".join(map(str, found[other[0]])), " x ".join(map(str, expected[other[0]]))
        parts.append(f"{len(other)} have another size ({other[0]}: {shapes[0]} instead of {shapes[1]})")
    return " and ".join(parts)


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
