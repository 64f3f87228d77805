# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that misbehaves on demand: ``python stub_worker.py MODE``. It knows the protocol by heart.

With "good" it writes ``out/answer.txt`` into the job's folder, taking ``params["seconds"]`` and obeying cancel.
"""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

MODE = sys.argv[1]
cancelled = threading.Event()
lock = threading.Lock()


def raw(data: bytes) -> None:
    with lock:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def send(type: str, **fields) -> None:
    raw(json.dumps({"type": type, **fields}).encode() + b"\n")


def beat() -> None:
    while True:
        send("heartbeat", job=None)
        time.sleep(0.1)


def work(job: str, folder: Path) -> None:
    params = json.loads((folder / "job.json").read_text())["params"] if (folder / "job.json").exists() else {}
    send("progress", job=job, stage="Working", fraction=0.5, eta=1.0, preview=None)
    match MODE:
        case "die":
            print("last words", file=sys.stderr, flush=True)
            os._exit(3)
        case "signal":
            os.kill(os.getpid(), signal.SIGSEGV)
            time.sleep(60)  # another thread may take the signal a moment later
        case "out_of_memory":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            lock.acquire()  # no heartbeat any more
            time.sleep(60)
        case "garbage":
            raw(b"loading model: 100%\n")
        case "half_character":
            raw(b'{"type": "log", "level": "info", "text": "\xc3\n')
        case "half_line":
            raw(b'{"type": "progress", "job"')
            os._exit(0)
        case "huge_line":
            raw(b'{"type": "log", "level": "info", "text": "' + b"x" * (3 << 20) + b'"}\n')
        case "endless_line":
            while True:
                raw(b"x" * 65536)
        case "unknown_field":
            send("progress", job=job, stage="Working", fraction=0.5, colour="red")
        case "wrong_direction":
            send("cancel", job=job)
        case "second_ready":
            ready()
        case "unknown_job":
            send("result", job="another", files={}, report={})
        case "missing_file":
            send("result", job=job, files={"answer": "out/answer.txt"}, report={})
        case "escaping_file":
            send("result", job=job, files={"answer": "../../secret.txt"}, report={})
        case "never_cancels":
            time.sleep(60)
        case "flood":
            for i in range(10_000):
                send(
                    "progress",
                    job=job,
                    stage="Working",
                    fraction=i / 10_000,
                    eta=None,
                    preview=f"{i}.png" if i == 17 else None,
                )
    if MODE in ("garbage", "half_character", "unknown_field", "wrong_direction", "second_ready", "unknown_job"):
        time.sleep(60)
    if MODE in ("missing_file", "escaping_file"):
        return
    if cancelled.wait(params.get("seconds", 0.0)):
        send("cancelled", job=job)
        return
    (folder / "out").mkdir(exist_ok=True)
    (folder / "out" / "answer.txt").write_text("42")
    send("result", job=job, files={"answer": "out/answer.txt"}, report={"answer": 42})
    if MODE == "two_ends":
        send("result", job=job, files={}, report={})


def ready() -> None:
    version = 999 if MODE == "wrong_version" else 1
    send("ready", protocol=version, version="0", python="3", device="cpu", capabilities=["rig"])


def main() -> None:
    if MODE == "die_at_start":
        print("ImportError: no numpy", file=sys.stderr)
        sys.exit(1)
    if MODE == "silent_start":
        time.sleep(60)
    threading.Thread(target=beat, daemon=True).start()
    for line in sys.stdin.buffer:
        message = json.loads(line)
        match message["type"]:
            case "hello":
                ready()
            case "run":
                cancelled.clear()
                threading.Thread(target=work, args=(message["job"], Path(message["folder"])), daemon=True).start()
            case "cancel":
                cancelled.set()
            case "shutdown":
                break
    if MODE == "never_ends":
        time.sleep(60)


main()
