# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A video model in the layout of Wan VACE, tiny and with random weights."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKLWan,
    UniPCMultistepScheduler,
    WanVACEPipeline,
    WanVACETransformer3DModel,
)
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, UMT5Config, UMT5EncoderModel

WORDS = ("<pad>", "</s>", "<unk>", "red", "wood", "blue", "glass")


def wan_vace(folder: Path) -> Path:
    """A repository in diffusers format."""
    torch.manual_seed(0)
    words = Tokenizer(models.WordLevel({word: index for index, word in enumerate(WORDS)}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=512
    )
    text = UMT5Config(
        vocab_size=len(WORDS), d_model=32, d_kv=8, d_ff=32, num_layers=1, num_heads=4, feed_forward_proj="gated-gelu"
    )
    transformer = WanVACETransformer3DModel(
        num_attention_heads=2, attention_head_dim=12, text_dim=32, freq_dim=32, ffn_dim=32, num_layers=2,
        rope_max_seq_len=32, vace_layers=[0, 1],
    )  # fmt: skip
    with torch.no_grad():
        for parameter in transformer.parameters():  # random ones of the usual size say nothing
            if parameter.ndim > 1:
                parameter.normal_(0, 1.5 / parameter[0].numel() ** 0.5)
    pipeline = WanVACEPipeline(
        tokenizer=tokenizer, text_encoder=UMT5EncoderModel(text), vae=AutoencoderKLWan(base_dim=8, num_res_blocks=1),
        scheduler=UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0),
        transformer=transformer,
    )  # fmt: skip
    pipeline.save_pretrained(folder)
    return folder
