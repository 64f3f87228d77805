# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights under the names of the original releases, as single-file checkpoints have them: the reverse of loading."""

from __future__ import annotations

import re

import torch

RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0", "conv2": "out_layers.3",
          "time_emb_proj": "emb_layers.1", "conv_shortcut": "skip_connection"}  # fmt: skip
ENDS = {"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
        "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2",
        "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2"}  # fmt: skip
ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
OPEN_CLIP = {"layer_norm1": "ln_1", "layer_norm2": "ln_2", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj",
             "self_attn.out_proj": "attn.out_proj"}  # fmt: skip


def checkpoint(pipeline) -> dict[str, torch.Tensor]:
    """All of a pipeline's weights, as SD 1.5 and SDXL were released."""
    xl = getattr(pipeline, "text_encoder_2", None) is not None
    found = unet(pipeline.unet) | autoencoder(pipeline.vae)
    found |= clip(pipeline.text_encoder, "conditioner.embedders.0." if xl else "cond_stage_model.")
    return found | (open_clip(pipeline.text_encoder_2) if xl else {})


def unet(network) -> dict[str, torch.Tensor]:
    layers = network.config.layers_per_block + 1
    attending = {index for index, kind in enumerate(network.config.up_block_types) if "CrossAttn" in kind}
    found = {}
    for name, tensor in network.state_dict().items():
        where, _, kind = name.rpartition(".")
        match = re.fullmatch(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|\w+samplers)\.(\d+)\.(.+)", where)
        if where in ENDS:
            new = ENDS[where]
        elif match:
            side, part, rest = match[1], match[3], match[5]
            number = int(match[2]) * layers + (layers - 1 if "samplers" in part else int(match[4]))
            block = f"input_blocks.{number + 1}" if side == "down" else f"output_blocks.{number}"
            if part == "resnets":
                new = f"{block}.0.{RESNET[rest]}"
            elif part == "attentions":
                new = f"{block}.1.{rest}"
            else:
                new = f"{block}.0.op" if side == "down" else f"{block}.{1 + (int(match[2]) in attending)}.conv"
        else:
            part, number, rest = re.fullmatch(r"mid_block\.(resnets|attentions)\.(\d+)\.(.+)", where).groups()
            new = f"middle_block.{2 * int(number)}.{RESNET[rest]}" if part == "resnets" else f"middle_block.1.{rest}"
        found[f"model.diffusion_model.{new}.{kind}"] = tensor
    return found


def autoencoder(network) -> dict[str, torch.Tensor]:
    blocks = len(network.config.block_out_channels)
    found = {}
    for name, tensor in network.state_dict().items():
        new = re.sub(r"down_blocks\.(\d+)\.resnets", r"down.\1.block", name)
        new = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0", r"down.\1.downsample", new)
        new = re.sub(r"up_blocks\.(\d+)\.resnets", lambda match: f"up.{blocks - 1 - int(match[1])}.block", new)
        new = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0", lambda match: f"up.{blocks - 1 - int(match[1])}.upsample", new)
        new = re.sub(r"mid_block\.resnets\.(\d)", lambda match: f"mid.block_{int(match[1]) + 1}", new)
        new = new.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")
        if "attentions.0" in new:
            for old, original in ATTENTION.items():
                new = new.replace(f"attentions.0.{old}.", f"attentions.0.{original}.")
            tensor = tensor[:, :, None, None] if tensor.dim() == 2 else tensor
            new = new.replace("mid_block.attentions.0", "mid.attn_1")
        found[f"first_stage_model.{new}"] = tensor
    return found


def clip(network, prefix: str) -> dict[str, torch.Tensor]:
    found = {f"text_model.{name.removeprefix('text_model.')}": value for name, value in network.state_dict().items()}
    return {f"{prefix}transformer.{name}": value for name, value in found.items()}


def open_clip(network) -> dict[str, torch.Tensor]:
    state = {name.removeprefix("text_model."): tensor for name, tensor in network.state_dict().items()}
    found = {
        "positional_embedding": state["embeddings.position_embedding.weight"],
        "token_embedding.weight": state["embeddings.token_embedding.weight"],
        "text_projection": state["text_projection.weight"].T.contiguous(),
        **{f"ln_final.{kind}": state[f"final_layer_norm.{kind}"] for kind in ("weight", "bias")},
    }
    for layer in range(network.config.num_hidden_layers):
        old, new = f"encoder.layers.{layer}", f"transformer.resblocks.{layer}"
        for kind in ("weight", "bias"):
            three = [state[f"{old}.self_attn.{part}_proj.{kind}"] for part in "qkv"]
            found[f"{new}.attn.in_proj_{kind}"] = torch.cat(three)
            for part, original in OPEN_CLIP.items():
                found[f"{new}.{original}.{kind}"] = state[f"{old}.{part}.{kind}"]
    return {f"conditioner.embedders.1.model.{name}": tensor for name, tensor in found.items()}
