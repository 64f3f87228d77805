# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From material to picture: Blender's Principled BSDF (base colour, roughness, metallic, normal) under a far light."""

from __future__ import annotations

import dataclasses
import functools
import math

import torch

from . import display
from .environment import Light
from .microfacet import IOR, Tables, fresnel_dielectric, tables
from .prefilter import kernels
from .sphere import look_up

CONTROL_ALBEDO = 0.5
"""Base colour of the three materials of :func:`light_control`."""
CONTROL_MATERIALS = ((1.0, 0.0), (0.5, 0.5), (0.0, 1.0))
"""Roughness and metallic of the three, in the order R, G, B (Deng et al., "FlashTex", ECCV 2024)."""


@dataclasses.dataclass(frozen=True)
class Material:
    albedo: torch.Tensor
    """(N, 3) linear base colour."""
    roughness: torch.Tensor
    """(N,) 0 to 1, as in Blender: alpha is its square."""
    metallic: torch.Tensor
    """(N,) 0 to 1."""
    normal: torch.Tensor
    """(N, 3) unit shading normal in world space, bumps included."""


@dataclasses.dataclass(frozen=True)
class Surface:
    position: torch.Tensor
    """(N, 3)"""
    geometric_normal: torch.Tensor
    """(N, 3) unit."""
    view: torch.Tensor
    """(N, 3) unit, towards the camera."""
    visibility: torch.Tensor | None = None
    """(M, D) bool, or float for soft, of the light's directions; None: nothing is in the way."""
    visibility_row: torch.Tensor | None = None
    """(N,) int64: the row of ``visibility`` of each point; None: row i is point i's."""


CHUNK = 2048
"""Points shaded at once: their N x D intermediates stay in a processor's cache."""


def shade(material: Material, surface: Surface, light: Light) -> torch.Tensor:
    """Linear radiance (N, 3) towards the viewer: light that comes from the environment directly, shadows included.

    Differentiable in the material and in the light's radiance.
    """
    lit = incident(surface, material.normal, material.roughness[:, None], light)
    return reflect(material.albedo, material.roughness, material.metallic, lit, 0)


@dataclasses.dataclass(frozen=True)
class Incident:
    """Light at points, integrated for K roughnesses, before the base colour and metallic come in."""

    irradiance: torch.Tensor
    """(N, 3) shadowed, divided by pi: the radiance of a white diffuse body."""
    specular: torch.Tensor
    """(N, K, 3) shadowed mean radiance of the specular lobe."""
    terms: torch.Tensor
    """(N, K, C) entries of :class:`.microfacet.Tables`."""
    albedo_average: torch.Tensor
    """(N, K)"""


def incident(surface: Surface, normal: torch.Tensor, roughness: torch.Tensor, light: Light) -> Incident:
    """The light for K roughnesses (N, K) of the same points (N, 3); what costs time in :func:`shade`."""
    parts = []
    for start in range(0, normal.shape[0], CHUNK):
        part = slice(start, start + CHUNK)
        visible = None
        if surface.visibility is not None:
            row = surface.visibility_row
            visible = surface.visibility[part] if row is None else surface.visibility[row[part]]
        parts.append(_incident(normal[part], surface.view[part], roughness[part], visible, light))
    return Incident(*(torch.cat(columns) for columns in zip(*parts)))


def _incident(
    normal: torch.Tensor, view: torch.Tensor, roughness: torch.Tensor, visible: torch.Tensor | None, light: Light
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    count, kinds = roughness.shape
    rotation = light.environment.rotation
    cos_view = (normal * view).sum(-1).clamp(1e-3, 1.0)
    table = tables(normal.device)
    spreads = kernels(light.levels.shape[1], normal.device).spread
    terms, average = _terms(table, cos_view, roughness)

    diffuse = look_up(light.irradiance, normal @ rotation) / math.pi
    along_normal, along_tangent, spread = terms[..., 3], terms[..., 4], terms[..., 5]
    # The lobe's mean direction: towards the mirror direction, but drawn to the normal as roughness grows.
    tangent = cos_view[:, None] * normal - view
    mean = torch.nn.functional.normalize(
        along_normal[..., None] * normal[:, None] + along_tangent[..., None] * tangent[:, None], dim=-1
    )
    level = _position(spreads, spread)
    specular = look_up(light.levels, mean.reshape(-1, 3) @ rotation, level.reshape(-1)).reshape(count, kinds, 3)
    if visible is None:
        return diffuse, specular, terms, average

    visible = visible.to(normal.dtype)
    cosine = (normal @ light.directions.T).clamp_min(0.0)
    diffuse = diffuse * _ratio((cosine * visible) @ light.flux, cosine @ light.flux)
    # Concentration of the von Mises-Fisher lobe with this mean (Banerjee et al., JMLR 2005), no narrower than what
    # the directions resolve.
    resultant = spread.clamp(0.0, 0.999)
    concentration = (resultant * (3.0 - resultant**2) / (1.0 - resultant**2)).clamp_max(light.directions.shape[0] / 6.0)
    ones = torch.ones_like(light.flux[:, :1])
    targets = torch.cat((light.flux, ones), dim=-1)
    result = []
    for k in range(kinds):
        lobe = torch.exp(concentration[:, k, None] * (mean[:, k] @ light.directions.T - 1.0)) * cosine.sqrt()
        seen = _ratio((lobe * visible) @ targets, lobe @ targets)
        # Narrow lobes were widened: weighing them by the light would let a lamp beside the reflection decide.
        trust = roughness[:, k, None].clamp(0.0, 1.0) ** 2
        result.append(specular[:, k] * (trust * seen[:, :3] + (1.0 - trust) * seen[:, 3:]))
    return diffuse, torch.stack(result, dim=1), terms, average


def reflect(
    albedo: torch.Tensor, roughness: torch.Tensor, metallic: torch.Tensor, lit: Incident, kind: int
) -> torch.Tensor:
    """Radiance (N, 3) of the Principled BSDF in the light of the roughness number ``kind``."""
    total, schlick, dielectric = (lit.terms[:, kind, i, None] for i in range(3))
    average = lit.albedo_average[:, kind, None]
    missing = (1.0 - total) / total
    gloss = dielectric * _multiple(_dielectric_average(), average, missing)
    metal = (albedo * total + (1.0 - albedo) * schlick) * _multiple((20.0 * albedo + 1.0) / 21.0, average, missing)
    metallic = metallic[:, None]
    base = albedo * (1.0 - gloss) * lit.irradiance
    return (1.0 - metallic) * base + ((1.0 - metallic) * gloss + metallic * metal) * lit.specular[:, kind]


def light_control(surface: Surface, normal: torch.Tensor, light: Light) -> torch.Tensor:
    """Control picture (N, 3) of a light on a shape, display-encoded in [0, 1]: three grey shadings as R, G, B.

    Rough dielectric, half and half, mirror metal (:data:`CONTROL_MATERIALS`) of :data:`CONTROL_ALBEDO`; luminance only.
    The background of a control picture is 0.
    """
    count = normal.shape[0]
    options = {"dtype": normal.dtype, "device": normal.device}
    roughness = torch.tensor([material[0] for material in CONTROL_MATERIALS], **options).expand(count, -1)
    albedo = torch.full((count, 3), CONTROL_ALBEDO, **options)
    lit = incident(surface, normal, roughness, light)
    channels = [
        display.luminance(reflect(albedo, roughness[:, k], torch.full((count,), metallic, **options), lit, k))
        for k, (_, metallic) in enumerate(CONTROL_MATERIALS)
    ]
    return display.encode(torch.stack(channels, dim=-1))


def _multiple(fresnel: torch.Tensor | float, average: torch.Tensor, missing: torch.Tensor) -> torch.Tensor:
    """Factor on single scattering that puts back what bounced between facets (Turquin 2019, Kulla and Conty 2017)."""
    tint = fresnel * average / (1.0 - fresnel * (1.0 - average))
    return 1.0 + tint * missing


@functools.lru_cache(maxsize=1)
def _dielectric_average() -> float:
    """Fresnel reflectance of :data:`.microfacet.IOR` averaged over the hemisphere, cosine-weighted."""
    cosine = torch.linspace(0.0, 1.0, 10_001, dtype=torch.float64)
    return float(2.0 * torch.trapezoid(fresnel_dielectric(cosine, IOR) * cosine, cosine))


def _terms(table: Tables, cos_view: torch.Tensor, roughness: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Table entries (N, K, C) and the average albedo (N, K), bilinear."""
    cosine = cos_view[:, None].expand_as(roughness)
    channels, rows, columns = table.stack.shape
    rough = roughness.clamp(0.0, 1.0)
    grid = torch.stack((2.0 * cosine - 1.0, 2.0 * rough - 1.0), dim=-1)
    stack = torch.cat((table.stack, table.albedo_average[None, :, None].expand(1, rows, columns)))
    found = torch.nn.functional.grid_sample(
        stack[None], grid[None], mode="bilinear", padding_mode="border", align_corners=True
    )[0]
    return found[:channels].permute(1, 2, 0), found[channels]


def _position(falling: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """Where values lie between the entries of a falling list (L,): 0 for the first, L - 1 for the last."""
    above = torch.searchsorted(-falling, -value.detach()).clamp(1, falling.shape[0] - 1)
    upper, lower = falling[above - 1], falling[above]
    return (above - 1) + ((upper - value) / (upper - lower)).clamp(0.0, 1.0)


def _ratio(part: torch.Tensor, whole: torch.Tensor) -> torch.Tensor:
    return part / whole.clamp_min(1e-12)
