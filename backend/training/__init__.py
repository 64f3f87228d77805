# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the starter family: shapes, materials, captions and the training itself. The capabilities never import it."""
