# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist reads."""


def classes() -> list[type]:
    """All panels. Imported here, because the package is also loaded where there is no Blender."""
    from . import (
        environment,
        finish,
        generate,
        jobs,
        match,
        models,
        reconstruct,
        render,
        rig,
        rig_clip,
        rig_photos,
        rig_sequence,
        splats,
        texture,
    )

    modules = (
        generate,
        reconstruct,
        texture,
        models,
        finish,
        splats,
        rig,
        rig_sequence,
        rig_photos,
        rig_clip,
        match,
        render,
        jobs,
        environment,
    )
    return [cls for module in modules for cls in module.CLASSES]


def redraw() -> None:
    """Show what changed: the side bars of the 3D views, and the preferences."""
    import bpy

    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in {"VIEW_3D", "PREFERENCES"}:
                for region in area.regions:
                    if area.type == "PREFERENCES" or region.type == "UI":
                        region.tag_redraw()
