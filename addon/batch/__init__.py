# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea batch``: many jobs from one list, each in a process of its own."""
