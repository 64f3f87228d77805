# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures that artists bring: reading them whatever they are, finding what they show, and saying what is wrong."""
