# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pipelines of the families SD 1.5 and SDXL, from folders in diffusers format or single files; the starter is such a
folder."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import typing
from collections.abc import Mapping
from pathlib import Path

from ..job import JobError
from . import memory

if typing.TYPE_CHECKING:
    import torch
    from diffusers import (
        StableDiffusionControlNetPipeline,
        StableDiffusionPipeline,
        StableDiffusionXLControlNetPipeline,
        StableDiffusionXLPipeline,
    )

STARTER = Path(__file__).resolve().parent.parent / "starter"
"""The repository of the models that ship."""
STARTER_GUIDANCE, GUIDANCE = 2.0, 4.0
"""Classifier-free guidance scale of the starter, whose colors run over at 4, and of models that are brought."""
SINGLE_FILE = ".safetensors"
FULL_VOCABULARY = 40_000
"""Tokens of a vocabulary that was learned from all of the web."""


@dataclasses.dataclass(frozen=True)
class Sources:
    """What a pipeline is loaded from."""

    model: Path
    """A folder in diffusers format, or a checkpoint in one file."""
    controlnet: Path | None = None
    """Folder of a ControlNet, whose control pictures have the size of the picture."""
    autoencoder: Path | None = None
    """Folder of an AutoencoderTiny instead of the model's own autoencoder."""
    lora: Path | None = None
    lora_scale: float = 1.0
    style: Path | None = None
    """Folder of an IP-Adapter with its image encoder."""

    @property
    def is_single_file(self) -> bool:
        return self.model.suffix == SINGLE_FILE


def load(
    sources: Sources, plan: memory.Plan, device: torch.device, configuration: Mapping[str, dict] | None = None
) -> typing.Any:
    """A pipeline for text and, with a ControlNet, control pictures, put onto the device as planned.

    JobError for files that are missing, broken, or of different families.

    Args:
        configuration: of a single file's networks, for tests; the public models' if None.
    """
    prepare_libraries()
    import torch
    from diffusers import AutoencoderTiny, ControlNetModel

    from . import lora, single_file, weights

    dtype = getattr(torch, plan.dtype)
    made = (
        single_file.parts(sources.model, dtype, configuration)
        if sources.is_single_file
        else _parts_of(sources.model, dtype)
    )
    if sources.autoencoder is not None:
        made["vae"] = weights.load(AutoencoderTiny, sources.autoencoder, dtype)
    if sources.controlnet is not None:
        made["controlnet"] = weights.load(ControlNetModel, sources.controlnet, dtype)
        _check_family(made["unet"], made["controlnet"], sources)
    pipeline = _assembled(made)
    if sources.lora is not None:
        lora.merge(pipeline, sources.lora, sources.lora_scale)
    if sources.style is not None:
        _add_style(pipeline, sources.style)
    # Small autoencoders have no numbers too large for half precision, and bfloat16 would be coarser.
    fine = dtype if isinstance(pipeline.vae, AutoencoderTiny) else getattr(torch, plan.autoencoder_dtype)
    _place(pipeline, plan, device, fine)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def load_text_to_image(repository: Path, device: torch.device) -> StableDiffusionPipeline | StableDiffusionXLPipeline:
    """The text-to-image pipeline of a local repository, all of it on the device."""
    return load(Sources(repository), everything(device), device)


def load_with_control(
    repository: Path, controlnet: Path, device: torch.device
) -> StableDiffusionControlNetPipeline | StableDiffusionXLControlNetPipeline:
    """The same with a ControlNet."""
    return load(Sources(repository, controlnet), everything(device), device)


def everything(device: torch.device) -> memory.Plan:
    """The plan that keeps all networks on the device, however large they are, in one type: then pipelines can be called
    as they are."""
    dtype, _ = memory.types(describe(device))
    return memory.Plan(dtype, dtype, memory.BATCHES[0], text_stays=True, tiles=False, streamed=False, bytes=0.0)


def guidance(asked: float, model: str) -> float:
    """The scale to paint with: what was asked for, or for 0 the own one of a model ("" for the starter)."""
    return asked or (GUIDANCE if model else STARTER_GUIDANCE)


def best_device() -> torch.device:
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def describe(device: torch.device) -> memory.Device:
    """What the plan has to know of a device."""
    import torch

    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        name = torch.cuda.get_device_name(device)
        return memory.Device("cuda", name, float(free), torch.cuda.get_device_capability(device) >= (8, 0))
    return memory.Device(device.type, "this computer", float("inf"), bfloat16=False)


def sizes(sources: Sources) -> memory.Sizes:
    """Parameters, from the heads of the files. JobError for files that cannot be read."""
    from . import single_file, weights

    def count(folder: Path | None) -> int:
        return 0 if folder is None else weights.count(folder)

    style = 0 if sources.style is None else count(image_encoder(sources.style))
    control = count(sources.controlnet)
    if sources.is_single_file:
        unet, autoencoder, text = single_file.counts(sources.model)
    else:
        unet, autoencoder = count(sources.model / "unet"), count(sources.model / "vae")
        text = sum(count(folder) for folder in sources.model.glob("text_encoder*"))
    if sources.autoencoder is not None:
        autoencoder = count(sources.autoencoder)
    return memory.Sizes(unet, control, text, autoencoder, style)


def picture_size(sources: Sources) -> tuple[int, int]:
    """Pixels along a side of the pictures that a model was trained with, and along a side of one latent."""
    from . import single_file

    if sources.is_single_file:
        configuration = single_file.CONFIGURATIONS[single_file.family(sources.model)]
        unet, vae = configuration["unet"], configuration["vae"]
    else:
        unet, vae = (
            json.loads((sources.model / part / "config.json").read_text(encoding="utf-8")) for part in ("unet", "vae")
        )
    halvings = len(vae.get("block_out_channels") or vae["encoder_block_out_channels"]) - 1
    return unet["sample_size"] * 2**halvings, 2**halvings


def has_full_vocabulary(tokenizer) -> bool:
    """Whether a word of several tokens may be known all the same."""
    return len(tokenizer) >= FULL_VOCABULARY


def unknown_words(prompt: str, tokenizer) -> list[str]:
    """Words of a prompt that are no single token of a small vocabulary: the model has never learned them."""
    if has_full_vocabulary(tokenizer):
        return []
    return [word for word in words_of(prompt) if len(tokenizer.tokenize(word)) != 1]


def words_of(prompt: str) -> list[str]:
    """The different words of a prompt, in lower case."""
    return list(dict.fromkeys(re.findall(r"[^\W\d_]+", prompt.lower())))


def prepare_libraries() -> None:
    """Call before anything is loaded: no server is asked behind our back, and no library draws on the terminal.

    Weights are downloaded by an explicit job or not at all.
    """
    os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1")
    import diffusers
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()


def needs(sources: Sources, device: memory.Device, distills: bool = False) -> list[memory.Plan]:
    """How models could be put onto a device, from the fastest plan to the one that needs least. Cheap: no network is
    loaded. JobError for files that cannot be read."""
    size, factor = picture_size(sources)
    return list(memory.plans(device, sizes(sources), size, memory.sheet_side(size), factor, distills))


def image_encoder(style: Path) -> Path:
    """Folder of an IP-Adapter's image encoder. JobError if there is none."""
    found = sorted(path.parent for path in style.rglob("image_encoder/config.json"))
    if not found:
        raise JobError(
            "bad_input", f"{style} has no folder image_encoder, which reads the style picture.",
            "Choose the folder that holds the adapter and its image encoder.",
        )  # fmt: skip
    return found[0]


def _parts_of(repository: Path, dtype: torch.dtype) -> dict[str, typing.Any]:
    """What a pipeline is made of, from a folder in diffusers format."""
    import diffusers
    import transformers

    from . import weights

    index = json.loads((repository / "model_index.json").read_text(encoding="utf-8"))
    libraries = {"diffusers": diffusers, "transformers": transformers}
    made = {}
    for name, entry in index.items():
        if name.startswith("_") or not isinstance(entry, list) or entry[0] not in libraries:
            continue
        if name in ("safety_checker", "feature_extractor", "image_encoder"):
            continue
        cls, folder = getattr(libraries[entry[0]], entry[1]), repository / name
        if name in ("unet", "vae"):
            made[name] = weights.load(cls, folder, dtype)
        elif name.startswith("text_encoder"):
            made[name] = _text_encoder(cls, folder, dtype)
        else:
            made[name] = cls.from_pretrained(folder, local_files_only=True)
    return made


def _text_encoder(cls: type, folder: Path, dtype: torch.dtype) -> torch.nn.Module:
    """A network of transformers, all of its weights from the folder."""
    from . import weights

    (first, *_) = weights.files_of(folder)
    network, found = cls.from_pretrained(
        folder, dtype=dtype, local_files_only=True, use_safetensors=True, output_loading_info=True,
        variant="fp16" if ".fp16." in first.name else None,
    )  # fmt: skip
    missing = sorted(found["missing_keys"])
    if missing:
        raise JobError(
            "bad_input",
            f"The weights in {folder} do not fit its configuration: {len(missing)} are missing ({missing[0]}).",
            "Download it again, or choose another model.",
        )  # fmt: skip
    return network.eval().requires_grad_(False)


def _check_family(unet: torch.nn.Module, control: torch.nn.Module, sources: Sources) -> None:
    """A ControlNet must be made for this UNet: the same prompts, the same latents, as many channels."""
    names = ("cross_attention_dim", "block_out_channels", "in_channels", "addition_embed_type")

    def said(network: torch.nn.Module) -> list:
        values = [network.config[name] for name in names]
        return [list(value) if isinstance(value, tuple) else value for value in values]  # defaults are tuples

    if said(unet) != said(control):
        raise JobError(
            "bad_input",
            f"The ControlNet in {sources.controlnet} was made for another family of models than {sources.model}.",
            "Choose both for SD 1.5, or both for SDXL.",
        )  # fmt: skip


def _assembled(made: dict[str, typing.Any]) -> typing.Any:
    """The pipeline that takes these parts."""
    import diffusers

    xl, controlled = "text_encoder_2" in made, "controlnet" in made
    name = f"StableDiffusion{'XL' if xl else ''}{'ControlNet' if controlled else ''}Pipeline"
    if xl:
        return getattr(diffusers, name)(**made, force_zeros_for_empty_prompt=True, add_watermarker=False)
    return getattr(diffusers, name)(**made, safety_checker=None, feature_extractor=None, requires_safety_checker=False)


def _add_style(pipeline: typing.Any, folder: Path) -> None:
    """Put an IP-Adapter into a pipeline (Ye et al., "IP-Adapter", 2023)."""
    encoder = image_encoder(folder)
    found = [path for path in sorted(folder.rglob("*.safetensors")) if "image_encoder" not in path.parts]
    if len(found) != 1:
        raise JobError(
            "bad_input", f"{folder} holds {len(found) or 'no'} style adapters in .safetensors format.",
            "Choose a folder with one adapter beside its image encoder.",
        )  # fmt: skip
    try:
        # With a slash the encoder's folder is taken from the top, not from beside the adapter.
        pipeline.load_ip_adapter(
            str(folder), subfolder=str(found[0].parent.relative_to(folder)), weight_name=found[0].name,
            image_encoder_folder=f"{encoder.relative_to(folder).as_posix()}/", local_files_only=True,
        )  # fmt: skip
    except (RuntimeError, ValueError, KeyError) as error:
        raise JobError(
            "bad_input", f"{found[0].name} is no style adapter for this model.",
            "Choose one of the model's family (SD 1.5 or SDXL).",
        ) from error  # fmt: skip
    pipeline.image_encoder.to(pipeline.unet.dtype)


def _place(pipeline: typing.Any, plan: memory.Plan, device: torch.device, fine: torch.dtype) -> None:
    """Put the parts where the plan wants them."""
    from .streaming import stream

    pipeline.vae.to(device, fine)
    if plan.tiles:
        pipeline.vae.enable_tiling()
    if device.type != "cpu":
        pipeline.vae.enable_slicing()  # one picture after the other
    for name in ("unet", "controlnet"):
        network = getattr(pipeline, name, None)
        if network is not None and plan.streamed:
            stream(network, device)
        elif network is not None:
            network.to(device)
    if plan.text_stays:
        for name in ("text_encoder", "text_encoder_2", "image_encoder"):
            network = getattr(pipeline, name, None)
            if network is not None:
                network.to(device)
