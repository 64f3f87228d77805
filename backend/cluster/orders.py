# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent to a machine of the cluster: a job, what it needs, and its files where they are not seen there."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

from ..job import JobError

ORDER = "job.json"
"""In the job's folder. A batch's holds ``arguments``, ``folder``, and ``places`` of those arguments that are paths."""
INPUTS, JOB = "inputs", "job"
"""Folders of a parcel."""
STAYS = ("in/", "unfinished/", "work/")
"""Folders of a job that are not sent back: its inputs, and what only a further attempt there needs."""
WITH_NETWORKS = {
    "texture", "texture_seeds", "generate", "generate_seeds", "image", "reconstruct", "render", "render_window",
    "splats", "fit_splats",
}  # fmt: skip
"""Capabilities that a graphics card makes faster by far: one job takes a whole card, unless it says otherwise."""
SPLIT = "--windows="
"""Option of a command that gives its work to other machines: it must not keep a place from them."""
CPUS_WITHOUT_CARD = 2.0
"""For these where the cluster has no card. More help little: part of each job is Blender's, in one thread."""
LARGEST_PARCEL = 1 << 30
"""Bytes. It is in memory as a whole, on both sides."""
WITH_NEIGHBORS = (".gltf", ".obj")
"""Kinds of files that name others beside them."""


@dataclasses.dataclass(frozen=True)
class Needs:
    """What a job takes of a machine."""

    cpus: float = 1.0
    gpus: float = 0.0


@dataclasses.dataclass(frozen=True)
class Program:
    """What runs on each machine. Where its places differ, its environment names them: GALATEA_ROOT, GALATEA_COMMAND."""

    root: str
    """Galatea's folder, as on the machine that sends."""
    version: str
    command: tuple[str, ...] = ()
    """What starts ``galatea``; empty where jobs are the worker's own."""


@dataclasses.dataclass(frozen=True)
class Order:
    """One job."""

    job: str
    folder: str
    """On the machine that sends."""
    text: bytes
    """Of its :data:`ORDER`: a machine that reads the same there shares the folder."""
    inputs: tuple[tuple[str, int], ...]
    """Path and size of what it reads besides; for a folder the number of its files."""
    needs: Needs


def read(job: str, folder: Path, has_gpus: bool, most_cpus: float) -> Order:
    """The order that lies in a job's folder. It may say ``cpus`` and ``gpus``; else they follow from the capability.

    Args:
        has_gpus: whether the cluster has any.
        most_cpus: of its largest machine.
    """
    text = (folder / ORDER).read_bytes()
    values = json.loads(text)
    arguments = values.get("arguments", [])
    capability = values.get("capability") or arguments[0]
    if any(argument.startswith(SPLIT) for argument in arguments):
        values = {"cpus": 0.0, "gpus": 0.0} | {name: value for name, value in values.items() if value is not None}
    needs = _needs(capability in WITH_NETWORKS, values.get("cpus"), values.get("gpus"), has_gpus, most_cpus)
    paths = [_path(values, place) for place in values.get("places", [])]
    return Order(job, str(folder), text, tuple((str(path), _extent(path)) for path in paths), needs)


def _needs(networks: bool, cpus: float | None, gpus: float | None, has_gpus: bool, most_cpus: float) -> Needs:
    if gpus is None:
        gpus = 1.0 if networks and has_gpus else 0.0
    if cpus is None:
        cpus = min(CPUS_WITHOUT_CARD, max(1.0, most_cpus)) if networks and not gpus else 1.0
    return Needs(float(cpus), float(gpus))


def is_seen(order: Order) -> bool:
    """Whether this machine has the same files at the same places."""
    try:
        if (Path(order.folder) / ORDER).read_bytes() != order.text:
            return False
        return all(_extent(Path(path)) == extent for path, extent in order.inputs)
    except OSError:
        return False


def parcel(order: Order) -> bytes:
    """The files of a job, for a machine that does not see them. JobError for what cannot be sent."""
    files = {f"{JOB}/{name}": path for name, path in _files(Path(order.folder)) if name == ORDER or name[:3] == "in/"}
    for number, (text, _) in enumerate(order.inputs):
        path = Path(text)
        if path.suffix.lower() in WITH_NEIGHBORS:
            raise JobError(
                "bad_input", f"{path.name} names files beside it, and the cluster's machine does not see its folder.",
                "Put the files into a folder that all machines share, or use .glb.",
            )  # fmt: skip
        members = _files(path) if path.is_dir() else [("", path)]
        files |= {f"{INPUTS}/{number}/{path.name}/{name}".rstrip("/"): member for name, member in members}
    return _packed(files)


def unpack(content: bytes, folder: Path) -> Path:
    """Lay out a parcel; the job's folder. Its order names the files at their new places. Raises OSError."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    place = folder / JOB
    place.mkdir(exist_ok=True)
    values = json.loads((place / ORDER).read_bytes())
    for number, which in enumerate(values.get("places", [])):
        (path,) = (folder / INPUTS / str(number)).iterdir()
        option, equals, _ = values["arguments"][which].partition("=")
        is_option = equals and option.startswith("--")
        values["arguments"][which] = f"{option}={path}" if is_option else str(path)
    if "folder" in values:
        values["folder"] = str(place)
    (place / ORDER).write_text(json.dumps(values), encoding="utf-8")
    return place


def results(folder: Path) -> bytes:
    """All that a job has written into its folder, to be sent back. JobError if that is too much."""
    return _packed({name: path for name, path in _files(folder) if name != ORDER and not name.startswith(STAYS)})


def accept(content: bytes, folder: Path) -> None:
    """Lay results into the job's folder. Raises OSError."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)


def _packed(files: dict[str, Path]) -> bytes:
    size = sum(path.stat().st_size for path in files.values())
    if size > LARGEST_PARCEL:
        raise JobError(
            "too_large", f"The job's files are {size / 1e9:.1f} GB, too large to be sent between machines.",
            "Use a folder that all machines of the cluster share.",
        )  # fmt: skip
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:  # as they are: most are compressed already
        for name, path in files.items():
            archive.write(path, name)
    return content.getvalue()


def _files(folder: Path) -> Iterable[tuple[str, Path]]:
    return [(path.relative_to(folder).as_posix(), path) for path in sorted(folder.rglob("*")) if path.is_file()]


def _path(values: dict, place: int) -> Path:
    """The file that an argument names, alone or as ``--option=file``."""
    argument = values["arguments"][place]
    option, equals, value = argument.partition("=")
    return Path(values["folder"], value if equals and option.startswith("--") else argument)


def _extent(path: Path) -> int:
    return len(list(_files(path))) if path.is_dir() else path.stat().st_size
