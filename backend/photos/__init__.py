# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few photos of a species -> one rigged animal, a pose and a camera for each photo, textures."""
