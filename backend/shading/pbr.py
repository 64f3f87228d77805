# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From material to picture: Blender's Principled BSDF (base colour, roughness, metallic, normal) under a far light."""

from __future__ import annotations

import dataclasses
import functools
import math

import torch

from ..raster.visibility import RING_COUNTS, RING_EDGES, ring_solid_angles, rings
from . import display
from .environment import Light
from .microfacet import IOR, TAPS, fresnel_dielectric, tables
from .sphere import look_up
from .surface import Surface

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


RING_FADE = (math.cos(0.6 * RING_EDGES[-1]), math.cos(1.4 * RING_EDGES[-1]))
"""Cosines to a mirror's axis between which the directions of the sphere take over from its rings."""
MIN_LOBE = 4e-3
"""Smallest alpha with which visibility is weighed: keeps single precision's squares apart."""
CHUNK = 2048
"""Rows of visibility treated at once: their D columns stay in a processor's cache."""


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
    """(N, K, 4): the first channels of :func:`.microfacet.tables`."""


def incident(surface: Surface, normal: torch.Tensor, roughness: torch.Tensor, light: Light) -> Incident:
    """The light for K roughnesses (N, K) of the same points (N, 3); what costs time in :func:`shade`."""
    count, kinds = roughness.shape
    rotation = light.environment.rotation
    cos_view = (normal * surface.view).sum(-1, keepdim=True).clamp(1e-3, 1.0)
    terms = _look_up_terms(cos_view, roughness)
    diffuse = look_up(light.irradiance, normal @ rotation) / math.pi
    # Look-ups in the plane of incidence stand for the lobe, see fit_lobes.
    angle, level, weight = terms[..., 4:].reshape(count, kinds, 3, TAPS).unbind(2)
    forward = torch.nn.functional.normalize(cos_view * normal - surface.view, dim=-1)
    toward = angle.cos()[..., None] * normal[:, None, None] + angle.sin()[..., None] * forward[:, None, None]
    found = look_up(light.levels, toward.reshape(-1, 3) @ rotation, level.reshape(-1))
    specular = (found.reshape(count, kinds, TAPS, found.shape[-1]) * weight[..., None]).sum(2)
    if surface.visibility is not None:
        diffuse_part, specular_part = _arriving(surface, normal, roughness, light)
        diffuse, specular = diffuse * diffuse_part, specular * specular_part
    return Incident(diffuse, specular, terms[..., :4])


def _arriving(
    surface: Surface, normal: torch.Tensor, roughness: torch.Tensor, light: Light
) -> tuple[torch.Tensor, torch.Tensor]:
    """Parts of the diffuse (N, 3) and the specular light (N, K, 3) that are not in shadow.

    Shadows are softer than bumps: points that share a row of visibility share the parts too, those of their mean.
    """
    row, mirror = surface.visibility_row, surface.mirror
    view = surface.view
    if row is not None:
        values = torch.cat((normal, view, roughness), dim=-1)
        sums = torch.zeros(surface.visibility.shape[0], values.shape[-1], dtype=values.dtype, device=values.device)
        sums = sums.index_add(0, row, values)
        normal, view = (torch.nn.functional.normalize(part, dim=-1) for part in (sums[:, :3], sums[:, 3:6]))
        roughness = sums[:, 6:] / torch.bincount(row, minlength=sums.shape[0]).clamp_min(1)[:, None]
    parts = []
    for start in range(0, max(1, normal.shape[0]), CHUNK):
        chunk = slice(start, start + CHUNK)
        near = None if mirror is None else (mirror.axis[chunk], mirror.rings[chunk])
        parts.append(_row_parts(normal[chunk], view[chunk], roughness[chunk], surface.visibility[chunk], near, light))
    diffuse, around, ahead = (torch.cat(columns) for columns in zip(*parts))
    if row is not None:
        diffuse, around, ahead = (part.index_select(0, row) for part in (diffuse, around, ahead))
    if mirror is None:
        return diffuse, around
    return diffuse, around + ahead * mirror.seen[:, None, None]


def _row_parts(
    normal: torch.Tensor,
    view: torch.Tensor,
    roughness: torch.Tensor,
    visibility: torch.Tensor,
    near: tuple[torch.Tensor, torch.Tensor] | None,
    light: Light,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Parts of the light of M rows: diffuse (M, 3), specular (M, K, 3), and specular if the mirror direction is free.

    By the light of the directions and the microfacet model. Around the mirror direction the directions are too coarse
    for smooth surfaces; ``near``, axis and visibility of the rings, takes their place there.
    """
    visible = visibility.to(normal.dtype)
    cos_view = (normal * view).sum(-1, keepdim=True).clamp(1e-3, 1.0)
    cos_light = (normal @ light.directions.T).clamp_min(0.0)
    diffuse = _ratio((cos_light * visible) @ light.flux, cos_light @ light.flux)
    half = _half_squared(cos_light, cos_view, view @ light.directions.T)
    alpha = roughness**2
    if near is None:
        around = _without_mirror(cos_light, half, alpha, visible, light)
        return diffuse, around, torch.zeros_like(around)

    axis, free = near
    rays = torch.cat((axis[:, None], rings(axis)), dim=1)
    glow = _glow(rays, light)
    cos_ray = torch.einsum("ncx,nx->nc", rays, normal).clamp_min(0.0)
    half_ray = _half_squared(cos_ray, cos_view, torch.einsum("ncx,nx->nc", rays, view))
    # The axis stands for all within the first edge: count from the nearest of that.
    off_axis = ((1.0 - half_ray[:, :1]).clamp_min(1e-8).sqrt() - math.sin(0.5 * RING_EDGES[0])).clamp_min(0.0)
    half_ray = torch.cat((1.0 - off_axis**2, half_ray[:, 1:]), dim=1)
    outside = ((RING_FADE[0] - axis @ light.directions.T) / (RING_FADE[0] - RING_FADE[1])).clamp(0.0, 1.0)
    cos_light = cos_light * outside
    around, ahead = [], []
    for k in range(alpha.shape[1]):
        a = alpha[:, k, None].clamp_min(MIN_LOBE)
        lobe, lobe_ray = _lobe_weight(cos_light, half, a), _lobe_weight(cos_ray, half_ray, a)[..., None] * glow
        total = lobe @ light.flux + lobe_ray.sum(1)
        around.append(_ratio((lobe * visible) @ light.flux + (lobe_ray[:, 1:] * free[..., None]).sum(1), total))
        ahead.append(_ratio(lobe_ray[:, 0], total))
    return diffuse, torch.stack(around, dim=1), torch.stack(ahead, dim=1)


def _glow(rays: torch.Tensor, light: Light) -> torch.Tensor:
    """The light (M, 1 + C, 3) of what an axis and its rings stand for: blurred about as wide, times the solid angle."""
    inner = 1 + RING_COUNTS[0]
    turned = rays @ light.environment.rotation
    parts = [
        look_up(light.levels[level : level + 1], part.reshape(-1, 3)).reshape(part.shape)
        for level, part in ((1, turned[:, :inner]), (2, turned[:, inner:]))
    ]
    axis, ring = ring_solid_angles(rays.device)
    return torch.cat((parts[0][:, :1] * axis, torch.cat((parts[0][:, 1:], parts[1]), dim=1) * ring[:, None]), dim=1)


def _without_mirror(
    cos_light: torch.Tensor, half: torch.Tensor, alpha: torch.Tensor, visible: torch.Tensor, light: Light
) -> torch.Tensor:
    """Part (M, K, 3) of the light in lobes of alpha (M, K) that arrives, from the directions' visibility alone."""
    # No lobe narrower than what the directions resolve: half of half their distance, in the half vector's angle.
    widened = (alpha**2 + 0.25 / light.directions.shape[0]).sqrt()
    targets = torch.cat((light.flux, torch.ones_like(light.flux[:, :1])), dim=-1)
    result = []
    for k in range(alpha.shape[1]):
        lobe = _lobe_weight(cos_light, half, widened[:, k, None])
        part = _ratio((lobe * visible) @ targets, lobe @ targets)
        # The light decides which occluder counts, but only where the lobe was not widened: else a lamp beside the
        # reflection would decide about it.
        trust = ((alpha[:, k, None] - 0.1) / 0.4).clamp(0.0, 1.0)
        result.append(torch.lerp(part[:, -1:], part[:, :-1], trust))
    return torch.stack(result, dim=1)


def _half_squared(cos_light: torch.Tensor, cos_view: torch.Tensor, between: torch.Tensor) -> torch.Tensor:
    """Squared cosine of the half vector, from those of light, view and the angle between them."""
    return ((cos_light + cos_view) ** 2 / (2.0 + 2.0 * between).clamp_min(1e-6)).clamp_max(1.0)


def _lobe_weight(cos_light: torch.Tensor, half: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """D G cos_light up to a factor; the squared cosine of the half vector, and Schlick's G for the light alone."""
    k = 0.5 * alpha
    return cos_light / (cos_light * (1.0 - k) + k) / (1.0 - (1.0 - alpha * alpha) * half) ** 2


def reflect(
    albedo: torch.Tensor,
    roughness: torch.Tensor,
    metallic: torch.Tensor,
    lit: Incident,
    kind: int,
) -> torch.Tensor:
    """Radiance (N, 3) of the Principled BSDF in the light of the roughness number ``kind``."""
    total, schlick, dielectric, average = lit.terms[:, kind, :, None].unbind(1)
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
        display.luminance(
            reflect(
                albedo,
                roughness[:, k],
                torch.full((count,), metallic, **options),
                lit,
                k,
            )
        )
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


def _look_up_terms(cos_view: torch.Tensor, roughness: torch.Tensor) -> torch.Tensor:
    """Entries (N, K, C) of the tables for cos_view (N, 1) and roughness (N, K), bilinear."""
    grid = torch.stack(
        (
            2.0 * cos_view.expand_as(roughness) - 1.0,
            2.0 * roughness.clamp(0.0, 1.0) - 1.0,
        ),
        dim=-1,
    )
    found = torch.nn.functional.grid_sample(
        tables(roughness.device)[None],
        grid[None],
        mode="bilinear",
        padding_mode="border",
        align_corners=True,
    )
    return found[0].permute(1, 2, 0)


def _ratio(part: torch.Tensor, whole: torch.Tensor) -> torch.Tensor:
    return part / (whole + 1e-12)
