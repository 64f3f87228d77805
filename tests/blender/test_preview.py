# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of a rig."""

import bpy
import numpy as np

from galatea.addon import preview


def test_the_shade_is_not_speckled(rigged, tmp_path, monkeypatch):
    """The same picture with other random numbers is the same picture, also between and below the legs."""
    mesh, armature = rigged
    monkeypatch.setattr(preview, "TILE", (160, 140))
    scene = bpy.data.scenes.new("Preview")
    fit = preview.normalisation(bpy.context, armature, [mesh])
    body = preview.copy_of(bpy.context, mesh, fit)
    preview.use_material(body, preview.material("Clay", color=preview.CLAY))
    preview.set_up(scene, [body])
    scene.collection.objects.link(body)
    pictures = []
    for seed in (1, 2):
        scene.cycles.seed = seed
        pictures.append(preview.shot(scene, tmp_path))
    inside = (pictures[0][..., 3] == 1) & (pictures[1][..., 3] == 1)
    assert inside.sum() > 1000
    brightness = (pictures[0] + pictures[1])[..., :3].mean(2)[inside]
    shade = brightness < np.percentile(brightness, 10)
    difference = np.abs(pictures[0] - pictures[1])[inside].max(1)
    assert difference[shade].mean() < 0.015


def test_each_joint_is_drawn_once(rigged):
    """Two balls in one place would be black."""
    mesh, armature = rigged
    item = preview.skeleton_object(armature, preview.normalisation(bpy.context, armature, [mesh]))
    middles = np.array([polygon.center for polygon in item.data.polygons])
    assert len(np.unique(middles.round(6), axis=0)) == len(middles)


def test_an_armature_that_is_posed_is_drawn_at_rest(rigged):
    """The skeleton is, and must lie within its mesh."""
    mesh, armature = rigged
    fit = preview.normalisation(bpy.context, armature, [mesh])

    def seen():
        copy = preview.copy_of(bpy.context, mesh, fit)
        return np.array([vertex.co for vertex in copy.data.vertices])

    rest = seen()
    armature.pose.bones[0].location.x = 1.0
    bpy.context.view_layer.update()
    posed = seen()
    assert np.abs(posed - rest).max() > 0.01
    with preview.showing(bpy.context, armature, "REST"):
        assert np.allclose(seen(), rest, atol=1e-5)
    assert np.allclose(seen(), posed, atol=1e-5)
