# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galatea: a Blender extension with a compute process of its own.

Nothing is imported here: the folder is also the package of the worker and of the tests, where there is no Blender.
"""


def register() -> None:
    """Called by Blender when the extension is enabled."""
    from .addon import registration

    registration.register()


def unregister() -> None:
    """Called by Blender when it is disabled."""
    from .addon import registration

    registration.unregister()
