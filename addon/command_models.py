# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea models list | download ID | path [ID] | remove ID``: presses the same buttons as the artist."""

from __future__ import annotations

import argparse
import textwrap

from .command_line import CommandProblem, reason, say

WIDTH = 100


def add_parser(commands: argparse._SubParsersAction) -> None:
    """The subcommand and its own subcommands."""
    from ..backend.models.registry import MODELS

    ids = [card.id for card in MODELS]
    parser = commands.add_parser(
        "models", help="models that can be downloaded", description="Models that can be downloaded for Texture and "
        "Generate, with their licenses. Downloading needs Blender's online access (--online-mode).",
    )  # fmt: skip
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="all of them, and which are here").set_defaults(run=show)
    download_parser = actions.add_parser("download", help="download one; its license is printed first")
    download_parser.set_defaults(run=download)
    download_parser.add_argument("model", metavar="ID", choices=ids, help="as in the list")
    path_parser = actions.add_parser("path", help="the folder of one, or of all")
    path_parser.set_defaults(run=path)
    path_parser.add_argument("model", metavar="ID", choices=ids, nargs="?")
    remove_parser = actions.add_parser("remove", help="delete one from the disk")
    remove_parser.set_defaults(run=remove)
    remove_parser.add_argument("model", metavar="ID", choices=ids)


def show(options: argparse.Namespace) -> int:
    """``galatea models list``."""
    from . import models

    for card in models.CARDS.values():
        state = "here" if models.is_there(card) else f"{card.megabytes} MB"
        print(f"{card.id:17} {card.title:28} {card.kind:32} {state}")
        print(textwrap.indent(about(card), "    "))
    return 0


def about(card) -> str:
    """Purpose, license and origin of a card."""
    text = f"{card.purpose} License: {card.licence.name or 'unknown'}. {card.licence.terms} {card.page}"
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def download(options: argparse.Namespace) -> int:
    """``galatea models download ID``."""
    import bpy

    from . import models, session

    card = models.CARDS[options.model]
    if models.is_there(card):
        say(f"{card.title} is in {models.path(card.id)}")
        return 0
    if session.get().problem:
        raise CommandProblem(session.get().problem)
    print(about(card))
    try:
        bpy.ops.galatea.download_model(model=card.id)
    except RuntimeError as error:
        raise CommandProblem(reason(error)) from error
    say(f"{card.title} is in {models.path(card.id)}")
    return 0


def path(options: argparse.Namespace) -> int:
    """``galatea models path [ID]``."""
    from . import models

    if options.model is None:
        print(models.folder())
        return 0
    if not models.is_there(models.CARDS[options.model]):
        raise CommandProblem(f"{options.model} is not downloaded yet: galatea models download {options.model}")
    print(models.path(options.model))
    return 0


def remove(options: argparse.Namespace) -> int:
    """``galatea models remove ID``."""
    from . import models

    models.remove(models.CARDS[options.model])
    return 0
