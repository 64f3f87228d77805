# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea batch LIST --output DIR``: many jobs, checked before the first begins, gone on with after any stop."""

from __future__ import annotations

import argparse
import os
import typing
from collections.abc import Sequence
from pathlib import Path

from . import command_line, files
from .command_line import CommandProblem, say

if typing.TYPE_CHECKING:
    from ..backend.cluster.client import Client

NOT_IN_A_BATCH = {"batch", "train", "install", "doctor", "models"}
PROBLEMS_SHOWN = 20


def add_parser(commands: argparse._SubParsersAction) -> None:
    """The subcommand and its options."""
    parser = commands.add_parser(
        "batch", help="run a list of jobs", description="Run the jobs of a list (.csv, .jsonl), each in a process and "
        "into a folder of its own. The same command again does what is left, and what failed.",
    )  # fmt: skip
    parser.set_defaults(run=batch)
    parser.add_argument("list", metavar="LIST", type=Path, help=".csv or .jsonl: capability, input, output, options")
    parser.add_argument("--output", "-o", metavar="DIR", type=Path, required=True, help="folder for the results")
    parser.add_argument("--jobs", metavar="N", type=_positive, default=1, help="at the same time; 1 if not given")
    parser.add_argument(
        "--retries", metavar="N", type=_whole, default=1, help="further attempts for a job that fails; 1 if not given"
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="run on this Ray cluster; auto: the one that this machine belongs to"
    )
    parser.add_argument("--check", action="store_true", help="only look for mistakes in the list")


def _whole(text: str) -> int:
    if (value := int(text)) < 0:
        raise argparse.ArgumentTypeError(f"{value} is below 0")
    return value


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{value} is below 1")
    return value


def batch(options: argparse.Namespace) -> int:
    """``galatea batch``: 0 if every job is done."""
    from . import compat, session, version
    from .batch import manifest, pools, run, sheet
    from .batch.records import State

    try:
        lines, problems = manifest.read(options.list, allowed())
    except manifest.ManifestProblem as problem:
        raise CommandProblem(str(problem)) from problem
    if problems:
        for problem in problems[:PROBLEMS_SHOWN]:
            say(problem)
        raise CommandProblem(f"{len(problems)} lines of {options.list.name} cannot run, and nothing was started")
    if options.check:
        say(f"nothing is wrong with the list, jobs: {len(lines)}")
        return 0
    if session.get().problem:
        raise CommandProblem(session.get().problem)
    output = command_line.writable_folder(options.output)
    lock = files.lock(output)
    if lock is None:
        raise CommandProblem(f"another batch writes to {options.output}: wait for it, or choose another folder")
    with lock:
        folder = options.list.resolve().parent
        pool = (
            pools.LocalPool(compat.own_command(), options.jobs, version.current())
            if options.cluster is None
            else pools.ClusterPool(cluster_client(options.cluster, compat.own_command()))
        )
        records = run.run(lines, pool, folder, output, options.retries, say)
        sheet.write(records, output, options.list.stem)
    missing = [one for one in records if one.state is not State.DONE]
    say(f"{len(records) - len(missing)} of {len(records)} jobs are done. See {options.output / sheet.PAGE}")
    if missing:
        raise CommandProblem("not all jobs are done: the same command tries the rest again")
    return 0


def cluster_client(address: str, command: Sequence[str]) -> "Client":
    """A connection to a cluster, on whose machines ``command`` starts ``galatea``."""
    from ..backend.cluster.client import Client
    from ..backend.cluster.orders import Program
    from . import session, version, worker

    current = session.get()
    program = Program(str(version.ROOT), version.current(), tuple(command))
    log = current.log_file.with_name("cluster.log")
    return Client(current.status.python, address, program, log, worker.child_environment(online=False))


def serve() -> int:
    """``galatea serve``: see :mod:`.batch.serve`."""
    import bpy

    from ..backend.diffusion.keeping import KEEP
    from . import version
    from .batch import serve

    os.environ[KEEP] = "1"  # for the worker, which inherits it

    def fresh(argv: Sequence[str]) -> int:
        # What a command of its own begins with. Some open a file themselves, others work in the one that is there.
        bpy.ops.wm.read_homefile(load_ui=False)
        return command_line.blender_command(list(argv))

    serve.serve(fresh, version.current())


def allowed() -> dict[str, argparse.ArgumentParser]:
    """Parsers of the commands that a line may name."""
    (commands,) = (
        action for action in command_line.parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    return {name: parser for name, parser in commands.choices.items() if name not in NOT_IN_A_BATCH}
