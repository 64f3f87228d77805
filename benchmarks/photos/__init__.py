# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos to rigged animal on pictures of the artists' animals: see ``__main__``."""
