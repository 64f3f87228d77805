# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes a mesh out of one picture or a sentence: one module for each engine, all with the same contract."""
