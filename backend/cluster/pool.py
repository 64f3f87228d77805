# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs on Ray: an actor for each process that stays, as many as the cluster has room for. Ray chooses the machines."""

from __future__ import annotations

import collections
import dataclasses
import logging
import os
import socket
import time
import typing
from pathlib import Path

from .. import protocol
from ..job import JobError, describe
from . import orders
from .runner import SETUP

LOSSES = 3
"""So many machines may go away under a job before it counts as failed."""
GRACE = 60.0
"""Seconds that a job waits for a machine that is large enough, e.g. until one is there again."""
LINGER = 5.0
"""Seconds that a process waits for the next job of its kind, if none of another kind waits."""
LOOK = 1.0
"""Seconds between looks at the cluster's machines, and at the progress of jobs."""
HEAD_GONE = 20
"""Seconds without the cluster's head after which Ray gives up, and this process with it."""


class ClusterProblem(Exception):
    """The cluster cannot be used. ``message`` says what is wrong, ``hint`` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message} {hint}")
        self.message = message
        self.hint = hint


@dataclasses.dataclass
class _Job:
    order: orders.Order
    since: float
    losses: int = 0


@dataclasses.dataclass(eq=False)
class _Hand:
    """An actor."""

    actor: typing.Any
    needs: orders.Needs
    ref: typing.Any
    """What it was asked last, None when it is idle or set aside."""
    machine: str = ""
    """"" until Ray has found a place for it."""
    job: _Job | None = None
    idle: float = 0.0
    """time.monotonic() when it had nothing to do any more."""
    set_aside: bool = False
    """Galatea does not work there. It keeps its place, so that no other lands there."""
    news: typing.Any = None
    """Its answer about the progress."""


def _reach(address: str) -> None:
    """Raise OSError where nobody answers: Ray itself would try for half a minute, and end this process."""
    host, colon, port = address.rpartition(":")
    if colon and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=5.0).close()


class Pool:
    """See the module. poll() has to be called often; nothing else waits."""

    def __init__(self, address: str, program: orders.Program, wants_progress: bool, grace: float = GRACE) -> None:
        """Raises ClusterProblem."""
        os.environ.setdefault("RAY_gcs_rpc_server_reconnect_timeout_s", str(HEAD_GONE))
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        try:
            import ray
        except ModuleNotFoundError as error:
            raise ClusterProblem(
                "Ray is not installed in Galatea's environment.", "Install backend/locks/ray.txt, see docs/cluster.md."
            ) from error
        from . import actor

        try:
            _reach(address)
            ray.init(address=address, namespace="galatea", log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            reason = str(error).strip().splitlines()[0][:200]
            raise ClusterProblem(
                f"There is no Ray cluster to join at {address}: {reason}",
                "Run `ray start` on this machine first: with --head, or --address=HEAD:6379 --num-cpus=0.",
            ) from error
        self._ray = ray
        ray.cloudpickle.register_pickle_by_value(actor)  # the other machines have no such module to import
        self._actor = ray.remote(actor.Actor)
        self._program = program
        self._wants_progress = wants_progress
        self._grace = grace
        self._waiting: dict[orders.Needs, collections.deque[_Job]] = collections.defaultdict(collections.deque)
        self._hands: list[_Hand] = []
        self._machines: list[dict[str, float]] = []
        self._looked = 0.0
        self._faults: dict[str, str] = {}
        self._messages: list[protocol.Progress | protocol.Log | protocol.End] = []
        self._look()

    @property
    def has_gpus(self) -> bool:
        return any(machine.get("GPU", 0) for machine in self._machines)

    @property
    def most_cpus(self) -> float:
        """Of its largest machine."""
        return max((machine.get("CPU", 0.0) for machine in self._machines), default=0.0)

    def describe(self) -> str:
        """The cluster in words."""
        cpus, gpus = (round(sum(machine.get(name, 0) for machine in self._machines)) for name in ("CPU", "GPU"))
        return f"machines: {len(self._machines)}, processors: {cpus}, graphics cards: {gpus}"

    def submit(self, order: orders.Order) -> None:
        self._waiting[order.needs].append(_Job(order, time.monotonic()))

    def cancel(self, job: str) -> None:
        """Its end comes by poll()."""
        for waiting in self._waiting.values():
            for one in [one for one in waiting if one.order.job == job]:
                waiting.remove(one)
                self._messages.append(protocol.Cancelled(job))
        for hand in self._hands:
            if hand.job is not None and hand.job.order.job == job:
                hand.actor.cancel.remote()

    def poll(self, seconds: float) -> list[protocol.Progress | protocol.Log | protocol.End]:
        """What has come within this time."""
        now = time.monotonic()
        if now > self._looked + LOOK:
            self._looked = now
            self._look()
            self._ask_for_progress()
        self._staff()
        for hand in self._hands:
            if hand.ref is None and not hand.set_aside and self._waiting[hand.needs]:
                self._give(hand, self._waiting[hand.needs].popleft())
        of_ref = {hand.ref: hand for hand in self._hands if hand.ref is not None}
        of_ref |= {hand.news: hand for hand in self._hands if hand.news is not None}
        if of_ref:
            ready, _ = self._ray.wait(list(of_ref), num_returns=len(of_ref), timeout=0)
            ready = ready or self._ray.wait(list(of_ref), timeout=seconds)[0]
            for ref in ready:
                self._answered(of_ref[ref], ref)
        else:
            time.sleep(seconds)
        messages, self._messages = self._messages, []
        return messages

    def close(self) -> None:
        """Kill all processes, and so the jobs that run."""
        for hand in self._hands:
            self._ray.kill(hand.actor)
        self._ray.shutdown()

    def _look(self) -> None:
        self._machines = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]

    def _room(self, needs: orders.Needs) -> int:
        """How many such jobs the whole cluster takes side by side."""
        asked = {name: amount for name, amount in (("CPU", needs.cpus), ("GPU", needs.gpus)) if amount}
        if not asked:
            return len(self._machines)
        # A little more, for a third of a card three times is a whole one.
        return sum(min(int(one.get(name, 0) / asked[name] + 1e-6) for name in asked) for one in self._machines)

    def _staff(self) -> None:
        """Ask Ray for as many actors as there is work and room, and let go of those without work."""
        latest = time.monotonic() - (0.0 if any(self._waiting.values()) else LINGER)
        for needs, waiting in self._waiting.items():
            hands = [hand for hand in self._hands if hand.needs == needs]
            for hand in hands:
                if not waiting and hand.job is None and hand.idle < latest:
                    self._dismiss(hand)
            if not waiting:
                continue
            room, busy = self._room(needs), sum(hand.job is not None for hand in hands)
            aside = sum(hand.set_aside for hand in hands)
            for hand in [hand for hand in hands if not hand.machine][: max(0, len(hands) - room)]:
                self._dismiss(hand)  # its machine is gone before it was there
            for _ in range(min(room, len(waiting) + busy + aside) - len(hands)):
                program = dataclasses.asdict(self._program)
                # Threads: one runs the job, one cancels, one tells of the progress.
                made = self._actor.options(
                    num_cpus=needs.cpus, num_gpus=needs.gpus, max_concurrency=3, max_restarts=0
                ).remote(program["root"], program, needs.gpus > 0)
                self._hands.append(_Hand(made, needs, made.machine.remote()))
            self._give_up(needs, waiting, nobody=aside >= room)

    def _give_up(self, needs: orders.Needs, waiting: collections.deque[_Job], nobody: bool) -> None:
        """Jobs that no machine can take, after a while."""
        if not nobody:
            for job in waiting:
                job.since = time.monotonic()
            return
        faults = "; ".join(f"{machine}: {fault}" for machine, fault in self._faults.items())
        while waiting and (faults or time.monotonic() > waiting[0].since + self._grace):
            wanted = f"{needs.cpus:g} processors" + (f" and {needs.gpus:g} graphics cards" if needs.gpus else "")
            message = f"No machine of the cluster has {wanted}." if not faults else f"No machine can run it. {faults}"
            hint = "Add a machine, or write less into the columns cpus and gpus."
            self._messages.append(protocol.Error(waiting.popleft().order.job, "no_machine", message, hint))

    def _dismiss(self, hand: _Hand) -> None:
        self._hands.remove(hand)
        self._ray.kill(hand.actor)

    def _give(self, hand: _Hand, job: _Job) -> None:
        """First without the files: most clusters share a folder."""
        hand.job = job
        hand.ref = hand.actor.run.remote(dataclasses.asdict(job.order), None)
        self._messages.append(protocol.Progress(job.order.job, f"Running on {hand.machine}", 0.0))

    def _ask_for_progress(self) -> None:
        for hand in self._hands:
            if self._wants_progress and hand.job is not None and hand.news is None:
                hand.news = hand.actor.progress.remote()

    def _answered(self, hand: _Hand, ref: typing.Any) -> None:
        try:
            answer = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            self._lost(hand, error)
            return
        if ref == hand.news:
            hand.news = None
            if answer is not None and hand.job is not None:
                self._tell_progress(hand.job.order, *answer)
            return
        hand.ref = None
        hand.idle = time.monotonic()
        if hand.job is None:
            hand.machine = answer
        elif answer is None:
            self._send_files(hand)
        else:
            job, hand.job = hand.job, None
            self._ended(hand, job, *answer)

    def _send_files(self, hand: _Hand) -> None:
        try:
            content = orders.parcel(hand.job.order)
        except (OSError, JobError) as error:
            job, hand.job = hand.job, None
            self._messages.append(describe(job.order.job, error))
            return
        hand.ref = hand.actor.run.remote(dataclasses.asdict(hand.job.order), self._ray.put(content))

    def _ended(self, hand: _Hand, job: _Job, line: bytes, results: bytes | None) -> None:
        end = protocol.decode(line)
        if isinstance(end, protocol.Error) and end.code in SETUP:
            hand.set_aside = True
            fault = f"{end.message} {end.hint}".strip()
            if self._faults.setdefault(hand.machine, fault) == fault:
                self._messages.append(protocol.Log("warning", f"{hand.machine} is left alone: {fault}"))
            self._waiting[job.order.needs].appendleft(job)
            return
        if results is not None:
            try:
                orders.accept(results, Path(job.order.folder))
            except OSError as error:
                end = describe(job.order.job, error)
        self._messages.append(end)

    def _lost(self, hand: _Hand, error: Exception) -> None:
        """The actor died: its process was killed, or its machine went away."""
        if hand not in self._hands:
            return
        job = hand.job
        self._dismiss(hand)
        if job is None:
            return
        job.losses += 1
        memory = isinstance(error, self._ray.exceptions.OutOfMemoryError) or "OOM" in str(error)
        why = f"{hand.machine} ran out of memory" if memory else f"{hand.machine} or its process went away"
        if job.losses <= LOSSES:
            self._messages.append(protocol.Log("warning", f"A job runs again, because {why}"))
            self._waiting[job.order.needs].appendleft(job)
            return
        self._messages.append(
            protocol.Error(job.order.job, "lost", f"It was lost {job.losses} times, the last time because {why}.", "")
        )

    def _tell_progress(self, order: orders.Order, line: bytes, picture: bytes | None) -> None:
        message = protocol.decode(line)
        path = Path(order.folder) / message.preview if message.preview else None
        if path is not None and picture is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture)
        self._messages.append(message)
