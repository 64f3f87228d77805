# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh from a server: one on this machine that answers like trellis-server, and misbehaves as it is told."""

from __future__ import annotations

import dataclasses
import email.parser
import email.policy
import http.server
import io
import json
import threading
import time

import numpy as np
import pytest
import trimesh
from PIL import Image

from galatea.backend.engines import cards, glb, trellis2
from galatea.backend.engines.contract import SIZE, Order
from galatea.backend.engines.run import run
from galatea.backend.job import Job, JobCancelled, JobError


@dataclasses.dataclass
class Server:
    """Change it at any time."""

    answer: bytes
    address: str = ""
    health: int = 200
    status: int = 200
    cut: int = 0
    """Bytes after which the connection breaks, 0 for never."""
    wait: float = 0.0
    """Seconds before an answer."""
    forms: list[dict[str, bytes]] = dataclasses.field(default_factory=list)
    gone: threading.Event = dataclasses.field(default_factory=threading.Event)
    """Set when the client had hung up before the answer."""


@pytest.fixture
def server():
    made = Server(wedge())

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            assert self.path == "/health"
            self._send(made.health, b"ok")

        def do_POST(self):
            assert self.path == "/generate"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
            made.forms.append({
                part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
                for part in message.iter_parts()
            })  # fmt: skip
            end = time.monotonic() + made.wait
            self.connection.settimeout(0.02)
            while time.monotonic() < end:
                try:
                    if not self.connection.recv(1):
                        made.gone.set()
                        return
                except TimeoutError:
                    pass
            self._send(made.status, made.answer if made.status == 200 else b"CUDA error: out of memory.\n")

        def _send(self, status, data):
            self.connection.settimeout(5)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: made.cut] if made.cut and self.command == "POST" else data)

        def log_message(self, *words):
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{listening.server_port}"
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield made
    listening.shutdown()
    listening.server_close()


def wedge() -> bytes:
    """A GLB of a body without symmetry: in glTF's axes 2 wide (x), 1 high (y, to +y only) and its front (z) pointed."""
    points = np.array([(-1, 0, 0), (1, 0, 0), (1, 1, 0), (0, 0, 3)], float)
    faces = [(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)]
    colours = np.array([(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (128, 128, 128, 255)], np.uint8)
    mesh = trimesh.Trimesh(points, faces, vertex_colors=colours, process=False)
    scene = trimesh.Scene()
    scene.add_geometry(mesh, transform=trimesh.transformations.translation_matrix((5, 0, 0)))
    return scene.export(file_type="glb")


def textured(format: str = "PNG") -> bytes:
    """A square with a picture: red upper left, green upper right, blue lower half."""
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:32, :32], pixels[:32, 32:], pixels[32:] = (250, 0, 0), (0, 250, 0), (0, 0, 250)
    points = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], float) * 0.5
    uv = np.array([(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)])  # trimesh's v points up
    picture = Image.fromarray(pixels)
    picture.format = format
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=picture)
    visual = trimesh.visual.TextureVisuals(uv=uv, material=material)
    mesh = trimesh.Trimesh(points, [(0, 1, 2), (0, 2, 3)], visual=visual, process=False)
    return trimesh.Scene(mesh).export(file_type="glb")


def order(server: str, **values) -> Order:
    picture = np.zeros((SIZE, SIZE, 4), np.float32)
    picture[100:400, 200:300] = (0.8, 0.3, 0.1, 1.0)
    return Order(picture, server=server, **values)


def silent(stage, fraction):
    pass


# glTF


def test_a_mesh_arrives_in_galateas_axes_where_its_node_puts_it():
    dense = glb.read(wedge())
    expected = np.array([(4, 0, 0), (6, 0, 0), (6, 0, 1), (5, -3, 0)], float)
    order = [int(np.abs(dense.vertices - point).sum(axis=1).argmin()) for point in expected]
    assert np.abs(dense.vertices[order] - expected).max() < 1e-6, "up is up, and the front points to the viewer"
    a, b, c = np.moveaxis(dense.vertices[dense.triangles], 1, 0)
    assert np.einsum("ni,ni->n", a - expected[0], np.cross(b - expected[0], c - expected[0])).sum() > 0, "outward"
    red, green, blue, gray = dense.colours[order]
    assert red.tolist() == [1, 0, 0] and green.tolist() == [0, 1, 0] and blue.tolist() == [0, 0, 1]
    # Vertex colors are linear in glTF.
    assert gray == pytest.approx(1.055 * (128 / 255) ** (1 / 2.4) - 0.055, abs=0.002)


@pytest.mark.parametrize("webp", [False, True])
def test_colors_come_from_the_texture_the_right_way_up(webp):
    data = as_webp(textured()) if webp else textured()
    dense = glb.read(data)
    for vertex, colour in zip(dense.vertices, dense.colours):
        x, _, z = vertex
        expected = (0, 0, 1) if z < 0 else (1, 0, 0) if x < 0 else (0, 1, 0)
        assert colour == pytest.approx(np.array(expected) * 250 / 255, abs=0.03)


def as_webp(data: bytes) -> bytes:
    """The same file with its picture as trellis.cpp has it: in the extension EXT_texture_webp."""
    document, binary = glb._chunks(data)
    view = document["bufferViews"][document["images"][0]["bufferView"]]
    begin, end = view.get("byteOffset", 0), view.get("byteOffset", 0) + view["byteLength"]
    file = io.BytesIO()
    Image.open(io.BytesIO(binary[begin:end])).save(file, "WEBP", lossless=True)
    view["byteOffset"], view["byteLength"] = len(binary), len(file.getvalue())
    binary += file.getvalue()
    binary += b"\0" * (-len(binary) % 4)
    document["buffers"][0]["byteLength"] = len(binary)
    document["images"][0]["mimeType"] = "image/webp"
    for texture in document["textures"]:
        texture["extensions"] = {"EXT_texture_webp": {"source": texture.pop("source")}}
    document["extensionsRequired"] = document["extensionsUsed"] = ["EXT_texture_webp"]
    return packed(document, binary)


def packed(document: dict, binary: bytes) -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    parts = len(text).to_bytes(4, "little") + b"JSON" + text + len(binary).to_bytes(4, "little") + b"BIN\0" + binary
    return b"glTF" + (2).to_bytes(4, "little") + (12 + len(parts)).to_bytes(4, "little") + parts


def test_every_cut_is_noticed():
    whole = wedge()
    for length in (0, 3, 12, 19, 40, len(whole) // 2, len(whole) - 1):
        with pytest.raises(ValueError, match="it "):
            glb.read(whole[:length])
    document, binary = glb._chunks(whole)
    with pytest.raises(ValueError, match="it is cut off"):
        glb.read(packed(document, binary[:-40]))


def test_what_is_not_understood_is_said():
    document, binary = glb._chunks(wedge())
    with pytest.raises(ValueError, match="KHR_draco"):
        glb.read(packed(document | {"extensionsRequired": ["KHR_draco_mesh_compression"]}, binary))
    with pytest.raises(ValueError, match="no triangles"):
        glb.read(packed(document | {"scenes": [{"nodes": []}]}, binary))
    circle = [{"children": [0]}]
    with pytest.raises(ValueError, match="circles"):
        glb.read(packed(document | {"nodes": circle, "scenes": [{"nodes": [0]}]}, binary))


# The server


def test_the_server_gets_the_picture_and_its_mesh_is_taken(server, tmp_path):
    told = []
    job = Job(tmp_path / "job")
    job._send = lambda message: told.append((message.stage, message.fraction))
    asked = order(server.address, seed=7, detail=1000)
    dense = run(cards.engine("trellis2"), asked, job)
    assert len(dense.triangles) == 4 and "texture" in dense.notes[0]
    (form,) = server.forms
    assert form["seed"] == b"7" and form["resolution"] == b"1024"
    picture = np.asarray(Image.open(io.BytesIO(form["image"])))
    assert picture.shape == (SIZE, SIZE, 4) and picture[250, 250].tolist() == [204, 76, 26, 255]
    assert picture[0, 0, 3] == 0, "its alpha is the mask, so the server looks for none"
    assert {"Asking the server", "Waiting for the server", "Reading the mesh"} <= {stage for stage, _ in told}
    run(cards.engine("trellis2"), order(server.address + "/"), Job(tmp_path / "again"))
    assert "resolution" not in server.forms[1]


def test_each_misbehavior_gets_a_sentence(server, monkeypatch):
    def said(**changes) -> JobError:
        before = dataclasses.replace(server)
        for name, value in changes.items():
            setattr(server, name, value)
        with pytest.raises(JobError) as error:
            trellis2.make(order(server.address), silent)
        for name in changes:
            setattr(server, name, getattr(before, name))
        assert error.value.code == "server" and error.value.hint.endswith(".")
        return error.value

    assert "is not ready: it answers with 503" in said(health=503).message
    assert "error 500 and says: CUDA error: out of memory." in said(status=500).message
    assert "broke off in the middle" in said(cut=100).message
    assert "cannot be read: it is cut off" in said(answer=wedge()[:-50]).message
    assert "cannot be read: it is no binary glTF" in said(answer=b"<html>hello, this is a login page</html>").message
    monkeypatch.setattr(trellis2, "LONGEST", 0.1)
    assert "needed longer than" in said(wait=1.0).message
    assert "No server answers" in said(address="http://127.0.0.1:9").message
    trellis2.make(order(server.address, seed=1), silent)


def test_a_server_that_accepts_and_says_nothing(monkeypatch):
    import socket

    monkeypatch.setattr(trellis2, "PATIENCE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as quiet, pytest.raises(JobError, match="No server answers"):
        trellis2.make(order(f"http://127.0.0.1:{quiet.getsockname()[1]}"), silent)


def test_a_cancel_hangs_up(server, tmp_path):
    server.wait = 30.0
    job = Job(tmp_path / "job")

    def send(message):
        if message.stage.startswith("Waiting"):
            job.cancel()

    job._send = send
    begin = time.monotonic()
    with pytest.raises(JobCancelled):
        run(cards.engine("trellis2"), order(server.address), job)
    assert server.gone.wait(5) and time.monotonic() - begin < 10


@pytest.mark.parametrize("address", ["", "here", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999999"])
def test_what_is_no_address_is_told(address):
    with pytest.raises(JobError, match="no address of a server") as error:
        trellis2.make(order(address), silent)
    assert "127.0.0.1:8080" in error.value.hint


def test_other_computers_are_not_asked_while_blender_is_offline(monkeypatch, server):
    monkeypatch.setenv("GALATEA_OFFLINE", "1")
    with pytest.raises(JobError, match="online access is off") as error:
        trellis2.make(order("http://trellis.example.org:8080"), silent)
    assert error.value.code == "offline"
    assert len(trellis2.make(order(server.address), silent).triangles) == 4
