# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shading tables: what light comes to points that are shaded thousands of times with ever other materials.

Light, view and shadows of a pixel stay what they are while its material is sought. So the integrals of
:func:`..shading.pbr.incident` are made once, for a few roughnesses; between them a fit interpolates. They are exact
for the smooth normal and linear in its tilt, from differences: a bump changes the diffuse light as it should and
smooth reflections roughly.
"""

from __future__ import annotations

import dataclasses

import torch

from ..shading.environment import Light
from ..shading.pbr import Incident, Material, incident, reflect
from ..shading.surface import Surface

KNOTS = (0.05, 0.15, 0.27, 0.42, 0.65, 1.0)
"""Roughnesses of the tables."""
TILT = 0.15
"""Of the normals from which the slopes come, as a tangent."""


@dataclasses.dataclass(frozen=True)
class Lit:
    """Tables of N points under grey lights, each its own."""

    irradiance: torch.Tensor
    """(N, 3): divided by pi, for the smooth normal, and its slopes along two tangents."""
    specular: torch.Tensor
    """(N, K, 3): the same of the mean radiance of the specular lobe, for each of KNOTS."""
    terms: torch.Tensor
    """(N, K, 4) see :class:`..shading.pbr.Incident`."""
    tangents: torch.Tensor
    """(N, 2, 3) unit."""

    def __getitem__(self, index: torch.Tensor) -> Lit:
        return Lit(**{field.name: getattr(self, field.name)[index] for field in dataclasses.fields(self)})


def tables(surface: Surface, normal: torch.Tensor, light: Light) -> Lit:
    """Tables of a surface's points with smooth normals (N, 3). Of a coloured light, its luminance alone."""
    light = grey(light)
    rough = torch.tensor(KNOTS, device=normal.device).expand(len(normal), -1)
    full = incident(surface, normal, rough, light)
    open_surface = dataclasses.replace(surface, visibility=None, visibility_row=None, mirror=None)
    free = incident(open_surface, normal, rough, light)
    tangents = tangents_of(normal)
    irradiance, specular = [full.irradiance[:, 0]], [full.specular[..., 0]]
    # A tilt changes what an open surface gets; shadows are softer than bumps and stay.
    seen = full.irradiance / free.irradiance.clamp_min(1e-6), full.specular / free.specular.clamp_min(1e-6)
    for axis in (0, 1):
        ends = [
            incident(
                open_surface, torch.nn.functional.normalize(normal + tilt * tangents[:, axis], dim=-1), rough, light
            )
            for tilt in (-TILT, TILT)
        ]
        slope = [(ends[1].irradiance - ends[0].irradiance) * seen[0], (ends[1].specular - ends[0].specular) * seen[1]]
        irradiance.append(slope[0][:, 0] / (2.0 * TILT))
        specular.append(slope[1][..., 0] / (2.0 * TILT))
    return Lit(torch.stack(irradiance, -1), torch.stack(specular, -1), full.terms, tangents)


def radiance(material: Material, lit: Lit) -> torch.Tensor:
    """Linear radiance (N, 3) towards the camera, as :func:`..shading.pbr.shade`; differentiable in the material."""
    knots = torch.tensor(KNOTS, device=lit.terms.device)
    upper = torch.bucketize(material.roughness.detach(), knots[1:-1], right=True) + 1
    low, high = knots[upper - 1], knots[upper]
    part = ((material.roughness - low) / (high - low)).clamp(0.0, 1.0)[:, None]
    row = torch.arange(len(upper), device=upper.device)
    specular = torch.lerp(lit.specular[row, upper - 1], lit.specular[row, upper], part)
    terms = torch.lerp(lit.terms[row, upper - 1], lit.terms[row, upper], part)
    tilt = torch.einsum("nx,nax->na", material.normal, lit.tangents)
    tilt = torch.cat((torch.ones_like(tilt[:, :1]), tilt), dim=-1)
    arriving = Incident(
        irradiance=(lit.irradiance * tilt).sum(-1, keepdim=True).clamp_min(0.0),
        specular=(specular * tilt).sum(-1, keepdim=True).clamp_min(0.0)[:, None],
        terms=terms[:, None],
    )
    return reflect(material.albedo, material.roughness, material.metallic, arriving, 0)


def tangents_of(normal: torch.Tensor) -> torch.Tensor:
    """Two unit tangents (N, 2, 3) of unit normals (N, 3), any."""
    helper = torch.zeros_like(normal).scatter_(1, normal.abs().argmin(1, keepdim=True), 1.0)
    first = torch.nn.functional.normalize(torch.linalg.cross(helper, normal), dim=-1)
    return torch.stack((first, torch.linalg.cross(normal, first)), dim=1)


def grey(light: Light) -> Light:
    """The same light with one channel in place of three: its first."""
    return dataclasses.replace(
        light, levels=light.levels[..., :1], irradiance=light.irradiance[..., :1], flux=light.flux[..., :1]
    )
