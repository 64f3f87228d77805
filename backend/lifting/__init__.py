# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture to a solid, by a small network that ships: no view of the back is asked of anybody."""
