# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``bootstrap.py cluster ADDRESS PROGRAM``: takes jobs from stdin, many at a time, and runs them on a Ray cluster.

The messages are the worker's. Ray ends the process it lives in when the cluster's head is gone for long: this one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import queue
import sys
import threading
import typing
from pathlib import Path

from .. import protocol
from ..job import describe
from . import orders
from .pool import ClusterProblem, Pool

WAIT = 0.05
"""Seconds for news from the cluster, until the next look at stdin."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="cluster")
    parser.add_argument("cluster", choices=["cluster"])
    parser.add_argument("address")
    parser.add_argument("program", help="orders.Program, as JSON")
    arguments = parser.parse_args()
    program = orders.Program(**json.loads(arguments.program))
    source, sink = protocol.take_standard_streams()
    inbox: queue.SimpleQueue[protocol.ToWorker] = queue.SimpleQueue()

    def send(message: protocol.ToBlender) -> None:
        try:
            sink.write(protocol.encode(message))
            sink.flush()
        except OSError:  # nobody reads: stdin has ended, too
            inbox.put(protocol.Shutdown())

    threading.Thread(target=_read, args=(source, inbox), daemon=True).start()
    try:
        pool = Pool(arguments.address, program, wants_progress=not program.command)
    except ClusterProblem as problem:
        send(protocol.Error("", "cluster", problem.message, problem.hint))
        os._exit(1)
    send(protocol.Ready(protocol.VERSION, program.version, platform.python_version(), pool.describe(), []))
    _serve(pool, inbox, send)
    pool.close()
    sys.stderr.flush()
    os._exit(0)


def _read(source: typing.BinaryIO, inbox: queue.SimpleQueue) -> None:
    while line := source.readline(protocol.MAX_LINE + 1):
        inbox.put(protocol.decode(line))
    inbox.put(protocol.Shutdown())


def _serve(pool: Pool, inbox: queue.SimpleQueue, send: typing.Callable[[protocol.ToBlender], None]) -> None:
    while True:
        while not inbox.empty():
            match inbox.get():
                case protocol.Run(job, folder):
                    try:
                        pool.submit(orders.read(job, Path(folder), pool.has_gpus, pool.most_cpus))
                    except OSError as error:
                        send(describe(job, error))
                case protocol.Cancel(job):
                    pool.cancel(job)
                case protocol.Shutdown():
                    return
        for message in pool.poll(WAIT):
            send(message)
