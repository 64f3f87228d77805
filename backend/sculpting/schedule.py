# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The noise schedule of the sculptor: diffusers' cosine one."""

from __future__ import annotations

import typing

import torch

if typing.TYPE_CHECKING:
    from diffusers import DDIMScheduler

STEPS = 1000


def scheduler() -> DDIMScheduler:
    """A DDIMScheduler that predicts v and ends in pure noise."""
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        num_train_timesteps=STEPS, beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction",
        clip_sample=False, set_alpha_to_one=True, timestep_spacing="trailing", rescale_betas_zero_snr=True,
    )  # fmt: skip


def kept_of() -> torch.Tensor:
    """(STEPS,) share of the signal's variance that is left after each step."""
    return scheduler().alphas_cumprod
