# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All families of vehicles."""

from . import aircraft, boats, land_vehicles

ORDER = ("car", "truck", "bus", "train", "boat", "ship", "airplane", "rocket", "tank", "bicycle", "wagon")
"""What is drawn for a seed depends on it."""
FAMILIES = tuple(
    sorted((*land_vehicles.FAMILIES, *boats.FAMILIES, *aircraft.FAMILIES), key=lambda family: ORDER.index(family.name))
)
