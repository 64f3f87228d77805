# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist presses."""


def classes() -> list[type]:
    """All operators, and what drops start. Imported here: the package is also loaded where there is no Blender."""
    from . import (
        environment,
        finish,
        generate,
        image,
        jobs,
        match,
        match_points,
        models,
        motion,
        recipe,
        reconstruct,
        render,
        rig,
        rig_clip,
        rig_photos,
        rig_sequence,
        rigify,
        splats,
        texture,
    )

    makers = (
        generate,
        texture,
        models,
        finish,
        reconstruct,
        splats,
        rig,
        rig_photos,
        rig_clip,
        rig_sequence,
        match,
        match_points,
        recipe,
        motion,
        rigify,
        image,
    )
    modules = (*makers, render, jobs, environment)
    return [cls for module in modules for cls in module.CLASSES]
