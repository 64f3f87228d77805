# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a texture is from the true one: relit, and channel by channel."""

from __future__ import annotations

import numpy as np
import torch

from ...backend.raster.visibility import directional_visibility
from ...backend.shading import display
from ...backend.shading.controls import downsample
from ...backend.shading.environment import Light
from ...backend.shading.sphere import directions
from ...backend.texturing.appearance import TextureFunction
from ...backend.texturing.solid import Solid, smooth_points
from ...backend.texturing.views import View, render

POINTS = 20_000
DIELECTRIC = 0.5
"""Metals' albedo is left out of the albedo scores above this true metallic."""


class Judge:
    """The truth, rendered once."""

    def __init__(self, solid: Solid, truth: TextureFunction, views: list[View], lights: list[Light]) -> None:
        self.views, self.lights = views, lights
        self.position, self.normal = smooth_points(solid, POINTS, 3)
        self.truth = truth(self.position, self.normal)
        self.pictures = [[render(view, light, truth) for light in lights] for view in views]
        self.masks = [downsample(view.gbuffer.mask[..., None].float())[..., 0] == 1.0 for view in views]
        chosen = slice(0, POINTS, 10)
        toward = directions(64)
        free = directional_visibility(
            solid.vertices, solid.triangles, self.position[chosen], self.normal[chosen], toward
        )
        cosine = (self.normal[chosen] @ toward.T).clamp_min(0.0)
        self.open = (free * cosine).sum(1) / cosine.sum(1)
        """Ambient occlusion of every tenth point: 1 for none."""

    @torch.no_grad()
    def scores(self, texture: TextureFunction) -> dict[str, float]:
        relit = np.array(
            [
                [psnr((render(view, light, texture) - true)[:, mask]) for light, true in zip(self.lights, pictures)]
                for view, pictures, mask in zip(self.views, self.pictures, self.masks)
            ]
        )
        found, true = texture(self.position, self.normal), self.truth
        plain = true.metallic < DIELECTRIC
        ours, theirs = found.albedo[plain], true.albedo[plain]
        scale = (ours * theirs).sum(0) / (ours * ours).sum(0)
        residual = (display.luminance(found.albedo) / display.luminance(true.albedo).clamp_min(1e-3)).clamp_min(1e-3)
        return {
            "relit": float(relit.mean()),
            "worst": float(relit.mean(0).min()),
            "albedo": psnr(display.encode(ours) - display.encode(theirs)),
            "scaled_albedo": psnr(display.encode(ours * scale) - display.encode(theirs)),
            "roughness": rms(found.roughness - true.roughness),
            "metallic": rms(found.metallic - true.metallic),
            "normal": float(torch.rad2deg((found.normal * true.normal).sum(-1).clamp(-1, 1).acos()).mean()),
            "leak": self._leak(found.albedo) - self._leak(true.albedo),
            "occlusion": correlation(residual[::10].log(), self.open.clamp_min(1e-2).log()),
        }

    def _leak(self, albedo: torch.Tensor) -> float:
        """R^2 of log luminance on the nine spherical harmonics of order 2 of the normal, non-metals alone."""
        plain = self.truth.metallic < DIELECTRIC
        value = display.luminance(albedo[plain]).clamp_min(1e-3).log()
        x, y, z = self.normal[plain].unbind(-1)
        basis = torch.stack((torch.ones_like(x), x, y, z, x * y, y * z, z * x, x * x - y * y, 3 * z * z - 1), dim=-1)
        fitted = basis @ torch.linalg.lstsq(basis, value[:, None]).solution
        return 1.0 - float((value - fitted[:, 0]).var() / value.var())

    @torch.no_grad()
    def difference(self, one: TextureFunction, other: TextureFunction) -> float:
        """PSNR in dB between two textures' display-encoded albedo: light swap."""
        first, second = (display.encode(texture(self.position, self.normal).albedo) for texture in (one, other))
        return psnr(first - second)


def psnr(error: torch.Tensor) -> float:
    return float(-10 * error.square().mean().clamp_min(1e-10).log10())


def rms(error: torch.Tensor) -> float:
    return float(error.square().mean().sqrt())


def correlation(a: torch.Tensor, b: torch.Tensor) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / (a.square().sum() * b.square().sum()).sqrt().clamp_min(1e-12))
