# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaussian splats: files, harmonics, pictures, meshes and fits, against formulas."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from galatea.backend.capabilities.fit_splats import FitSplatsParams, fit_splats  # noqa: E402
from galatea.backend.job import Job, JobCancelled, JobError  # noqa: E402
from galatea.backend.raster.camera import Camera, orbit  # noqa: E402
from galatea.backend.reconstruction.views import View  # noqa: E402
from galatea.backend.splats import compose as composing  # noqa: E402
from galatea.backend.splats import dot_splat, draw, fit, ply  # noqa: E402
from galatea.backend.splats.compose import BLUR, compose  # noqa: E402
from galatea.backend.splats.density import mesh_of  # noqa: E402
from galatea.backend.splats.harmonics import basis, colours, constant  # noqa: E402
from galatea.backend.splats.splats import Splats, from_table, rotation_matrices, to_table  # noqa: E402


def random_splats(count: int, harmonics: int = 1, seed: int = 0) -> Splats:
    generator = torch.Generator().manual_seed(seed)
    return Splats(
        position=torch.randn(count, 3, generator=generator) * 0.4,
        scale=0.02 + 0.1 * torch.rand(count, 3, generator=generator),
        rotation=torch.nn.functional.normalize(torch.randn(count, 4, generator=generator), dim=1),
        opacity=0.1 + 0.85 * torch.rand(count, generator=generator),
        harmonics=0.5 * torch.randn(count, harmonics, 3, generator=generator),
    )


def one(position, scale=0.1, opacity=0.8, colour=(1.0, 0.5, 0.2)) -> Splats:
    return Splats(
        torch.tensor([position]), torch.full((1, 3), scale), torch.tensor([[1.0, 0, 0, 0]]), torch.tensor([opacity]),
        constant(torch.tensor([colour])),
    )  # fmt: skip


def joined(*parts: Splats) -> Splats:
    return Splats(*(torch.cat(values) for values in zip(*(vars(part).values() for part in parts))))


CAMERA = orbit(0.3, 0.2, 4.0, math.radians(40), 40)


# Files


@pytest.mark.parametrize("harmonics", [1, 4, 9, 16])
def test_a_file_gives_back_what_was_written(tmp_path, harmonics):
    splats = random_splats(50, harmonics)
    ply.write(to_table(splats), tmp_path / "a.ply")
    again = from_table(ply.read(tmp_path / "a.ply"))
    for name, values in vars(splats).items():
        torch.testing.assert_close(getattr(again, name), values, rtol=1e-5, atol=1e-5)


def test_harmonics_are_stored_color_by_color(tmp_path):
    splats = random_splats(3, 4)
    ply.write(to_table(splats), tmp_path / "a.ply")
    text = (tmp_path / "a.ply").read_bytes()
    names = [line.split()[2] for line in text[: text.index(b"end_header")].decode().splitlines() if "property" in line]
    row = torch.frombuffer(bytearray(text[-4 * len(names) :]), dtype=torch.float32)
    first_red = row[names.index("f_rest_0") : names.index("f_rest_0") + 3]
    torch.testing.assert_close(first_red, splats.harmonics[-1, 1:, 0])


FIELDS = (("f_dc", 3), ("scale", 3), ("rot", 4))


def test_text_files_are_read_and_doubtful_points_left_out(tmp_path):
    names = ["x", "y", "z", "opacity", *(f"{name}_{i}" for name, n in FIELDS for i in range(n))]
    header = ["ply", "format ascii 1.0", "element vertex 2", *(f"property float {name}" for name in names)]
    rows = ["1 2 3 0 0 0 0 -1 -1 -1 2 0 0 0", "nan 2 3 0 0 0 0 -1 -1 -1 1 0 0 0"]
    (tmp_path / "a.ply").write_text("\n".join([*header, "end_header", *rows, ""]))
    splats = ply.read(tmp_path / "a.ply")
    assert splats.position.tolist() == [[1, 2, 3]] and splats.opacity.tolist() == [0.5]
    assert splats.rotation.tolist() == [[1, 0, 0, 0]]


@pytest.mark.parametrize("kind", ["cut off", "points only", "no ply", "empty"])
def test_other_files_get_a_sentence(tmp_path, kind):
    path = tmp_path / "a.ply"
    ply.write(to_table(random_splats(20)), path)
    data = path.read_bytes()
    path.write_bytes({
        "cut off": data[:-100], "points only": data.replace(b"scale_1", b"extra_1"), "no ply": b"solid", "empty": b"",
    }[kind])  # fmt: skip
    with pytest.raises(JobError) as raised:
        ply.read(path)
    assert "a.ply" in str(raised.value) and raised.value.hint


# Harmonics


def test_harmonics_are_orthonormal():
    count = 40_000
    index = torch.arange(count) + 0.5
    z, turn = 1 - 2 * index / count, math.pi * (1 + 5**0.5) * index
    flat = (1 - z * z).sqrt()
    values = basis(torch.stack([flat * turn.cos(), flat * turn.sin(), z], dim=1), 16)
    torch.testing.assert_close(4 * math.pi / count * values.T @ values, torch.eye(16), atol=2e-3, rtol=0)


def test_a_constant_color_is_the_same_from_everywhere():
    direction = torch.nn.functional.normalize(torch.randn(5, 3), dim=1)
    shown = colours(constant(torch.tensor([[0.9, 0.4, 0.1]])).expand(5, 1, 3), direction)
    torch.testing.assert_close(shown, torch.tensor([[0.9, 0.4, 0.1]]).expand(5, 3))


# Pictures


def test_a_round_splat_is_a_round_gaussian():
    camera = orbit(0.0, 0.0, 4.0, math.radians(40), 41)
    alpha = compose(one((0.0, 0.0, 0.0)), camera).alpha
    variance = (camera.fx * 0.1 / 4.0) ** 2 + BLUR
    x = torch.arange(41) + 0.5 - camera.cx
    wanted = 0.8 * torch.exp(-0.5 * (x[None] ** 2 + x[:, None] ** 2) / variance)
    # What is below 1/255 is left out.
    torch.testing.assert_close(alpha, wanted, atol=1 / 255, rtol=1e-4)


def test_the_near_one_covers_the_far_one():
    camera = orbit(0.0, 0.0, 4.0, math.radians(40), 41)
    near, far = one((0.0, -0.5, 0.0), colour=(1.0, 0.0, 0.0)), one((0.0, 0.5, 0.0), colour=(0.0, 1.0, 0.0))
    for splats in (joined(near, far), joined(far, near)):
        picture = compose(splats, camera)
        torch.testing.assert_close(picture.colour[20, 20], torch.tensor([0.8, 0.16, 0.0]), atol=1e-3, rtol=0)
        torch.testing.assert_close(
            picture.depth[20, 20], torch.tensor((0.8 * 3.5 + 0.16 * 4.5) / 0.96), atol=1e-3, rtol=0
        )


def test_a_long_splat_lies_where_its_rotation_says():
    camera = orbit(0.0, 0.0, 4.0, math.radians(40), 41)
    half = math.radians(45) / 2
    turned = Splats(
        torch.zeros(1, 3), torch.tensor([[0.4, 0.02, 0.02]]), torch.tensor([[math.cos(half), 0, -math.sin(half), 0]]),
        torch.tensor([0.9]), constant(torch.ones(1, 3)),
    )  # fmt: skip
    along = rotation_matrices(turned.rotation)[0, :, 0]
    assert along[0] > 0.7 and along[2] > 0.7  # to the upper right, seen from the front
    alpha = compose(turned, camera).alpha
    assert alpha[14, 26] > 0.2 and alpha[26, 26] < 0.01


def test_pictures_do_not_depend_on_tiles(monkeypatch):
    splats = random_splats(60, 4)
    small = compose(splats, CAMERA)
    monkeypatch.setattr(composing, "TILE", 64)
    torch.testing.assert_close(compose(splats, CAMERA).colour, small.colour)


def test_gradients_are_those_of_finite_differences():
    splats = random_splats(6, 4)
    small = orbit(0.3, 0.2, 4.0, math.radians(40), 12)
    values = {name: value.double() for name, value in vars(splats).items()}
    camera = type(small)(small.camera_to_world.double(), small.fx, small.fy, small.cx, small.cy, 12, 12)

    def total(**changed) -> torch.Tensor:
        weight = torch.linspace(0, 1, 12 * 12 * 3, dtype=torch.float64).reshape(12, 12, 3)
        return (compose(Splats(**{**values, **changed}), camera).colour * weight).sum()

    for name, value in values.items():
        leaf = value.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(total(**{name: leaf}), leaf)
        direction = torch.randn(value.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
        ahead, behind = (total(**{name: value + sign * 1e-6 * direction}) for sign in (1, -1))
        assert (gradient * direction).sum().item() == pytest.approx((ahead - behind).item() / 2e-6, rel=1e-3), name


# Meshes


def test_splats_on_a_ball_become_a_ball():
    generator = torch.Generator().manual_seed(0)
    direction = torch.nn.functional.normalize(torch.randn(1500, 3, generator=generator), dim=1)
    splats = Splats(
        direction * 0.9, torch.full((1500, 3), 0.09), torch.tensor([[1.0, 0, 0, 0]]).expand(1500, 4),
        torch.full((1500,), 0.9), constant((direction[:, :1] > 0).float() * torch.tensor([1.0, 0.2, 0.2])),
    )  # fmt: skip
    vertices, triangles, tint = mesh_of(splats, 48)
    outer = vertices[vertices.norm(dim=1) > 0.9]
    assert outer.norm(dim=1).std() < 0.03 and 0.95 < outer.norm(dim=1).mean() < 1.2
    edges = torch.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), dim=1).values
    assert torch.unique(edges, dim=0, return_counts=True)[1].eq(2).all()
    right, left = tint[vertices[:, 0] > 0.3], tint[vertices[:, 0] < -0.3]
    assert right[:, 0].mean() > 0.9 and left[:, 0].mean() < 0.1


def test_faint_splats_have_no_surface():
    splats = random_splats(5)
    faint = Splats(**{**vars(splats), "opacity": torch.full((5,), 0.01)})
    with pytest.raises(JobError, match="too faint"):
        mesh_of(faint, 24)


# Fitting


def camera_views(truth: Splats, count: int, size: int) -> list[View]:
    """What cameras all around see of splats, as views with masks."""
    views = []
    for number in range(count):
        camera = orbit(2 * math.pi * number / count, (0.2, 0.7, -0.3)[number % 3], 4.0, math.radians(36), size)
        picture = compose(truth, camera)
        views.append(View(f"{number}.png", camera, picture.colour / picture.alpha[..., None].clamp_min(1e-3),
                          picture.alpha))  # fmt: skip
    return views


@pytest.fixture(scope="module")
def ball() -> Splats:
    """A ball of splats, red on the right, green above."""
    direction = torch.nn.functional.normalize(torch.randn(1500, 3, generator=torch.Generator().manual_seed(0)), dim=1)
    colour = 0.2 + 0.7 * torch.stack([direction[:, 0] > 0, direction[:, 2] > 0, direction[:, 1] > 9], 1).float()
    return Splats(
        0.9 * direction, torch.full((1500, 3), 0.06), torch.tensor([[1.0, 0, 0, 0]]).expand(1500, 4),
        torch.full((1500,), 0.95), constant(colour),
    )  # fmt: skip


def test_a_fit_comes_near_its_pictures_and_others(ball):
    views, others = camera_views(ball, 8, 48), camera_views(ball, 5, 48)
    generator = torch.Generator().manual_seed(0)
    first = fit.start(views, 400, 4, generator)
    made = fit.fit(first, views, compose, fit.Settings(steps=60, move_every=20), generator)
    for kind in (views, others[1:]):
        before, after = (fit.psnr(model.splats(), kind, compose) for model in (first, made))
        assert after > before + 3 and after > 24, (before, after)


def test_a_fit_begins_on_the_surface_in_its_colors(ball):
    first = fit.start(camera_views(ball, 12, 64), 800, 1, torch.Generator().manual_seed(0)).splats()
    away = first.position.norm(dim=1)
    assert away.quantile(0.05) > 0.85 and away.quantile(0.95) < 1.25  # the hull of 12 views has corners
    shown = 0.5 + 0.2820948 * first.harmonics[:, 0]
    right, left = first.position[:, 0] > 0.3, first.position[:, 0] < -0.3
    assert shown[right, 0].mean() > 0.75 and shown[left, 0].mean() < 0.4


def test_the_loss_has_the_gradient_of_finite_differences():
    """Through picture, similarity and outline, for everything that is fitted."""
    splats = random_splats(5)
    model = fit.Model(splats.position, splats.scale.log(), splats.rotation, torch.logit(splats.opacity),
                      splats.harmonics, 0.1)  # fmt: skip
    camera = orbit(0.3, 0.2, 4.0, math.radians(40), 16)
    camera = dataclasses.replace(camera, camera_to_world=camera.camera_to_world.double())
    generator = torch.Generator().manual_seed(2)
    view = View("a.png", camera, torch.rand(16, 16, 3, generator=generator).double(),
                torch.rand(16, 16, generator=generator).double())  # fmt: skip
    values = {name: value.double() for name, value in model.values().items()}

    def loss(**changed) -> torch.Tensor:
        picture = compose(dataclasses.replace(model, **{**values, **changed}).splats(), camera)
        return fit.difference(picture, view, torch.tensor([0.1, 0.5, 0.9]).double(), fit.Settings())

    for name, value in values.items():
        leaf = value.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(loss(**{name: leaf}), leaf)
        direction = torch.randn(value.shape, dtype=torch.float64, generator=generator)
        ahead, behind = (loss(**{name: value + sign * 1e-6 * direction}) for sign in (1, -1))
        assert (gradient * direction).sum().item() == pytest.approx((ahead - behind).item() / 2e-6, rel=2e-3), name


def test_similarity_is_one_for_equal_pictures_alone():
    image = torch.rand(20, 24, 3, generator=torch.Generator().manual_seed(0))
    assert float(fit.similarity(image, image)) == pytest.approx(1.0, abs=1e-4)
    assert float(fit.similarity(image, image.roll(3, 0))) < 0.3
    assert float(fit.similarity(image, 0.5 * image + 0.25)) < 0.9


def test_faded_splats_are_put_where_others_are():
    generator = torch.Generator().manual_seed(0)
    leaves = {
        "position": torch.randn(40, 3, generator=generator), "log_scale": torch.full((40, 3), -3.0),
        "rotation": torch.randn(40, 4, generator=generator), "logit": torch.full((40,), 1.0),
        "harmonics": torch.zeros(40, 1, 3),
    }  # fmt: skip
    leaves["logit"][:10] = -8.0
    leaves = {name: leaf.requires_grad_() for name, leaf in leaves.items()}
    optimizer = torch.optim.Adam(list(leaves.values()))
    sum(leaf.sum() for leaf in leaves.values()).backward()
    optimizer.step()
    assert fit.put_faded_elsewhere(leaves, optimizer, 0.03, generator) == 10
    opacity = leaves["logit"].detach().sigmoid()
    assert (opacity > 0.3).all()
    nearest = torch.cdist(leaves["position"].detach()[:10], leaves["position"].detach()[10:]).amin(1)
    assert (nearest < 5 * math.exp(-3.0)).all()
    assert (optimizer.state[leaves["position"]]["exp_avg"][:10] == 0).all()
    assert (optimizer.state[leaves["position"]]["exp_avg"][10:] != 0).all()


def test_kernels_are_asked_for_the_same_picture():
    """A stand-in for gsplat.rasterization undoes the conversions: OpenCV's camera, degree, layout of the answer."""
    splats = random_splats(30, 4)

    def rasterization(*, means, quats, scales, opacities, colors, viewmats, Ks, width, height, sh_degree, **options):
        assert sh_degree == 1 and options["render_mode"] == "RGB+ED" and options["eps2d"] == BLUR
        origin = viewmats[0] @ torch.cat([CAMERA.position, torch.ones(1)])
        ahead = viewmats[0] @ torch.cat([CAMERA.position + CAMERA.axis, torch.ones(1)])
        assert torch.allclose(origin[:3], torch.zeros(3), atol=1e-5)
        assert torch.allclose(ahead[:3], torch.tensor([0.0, 0.0, 1.0]), atol=1e-5)  # its cameras look along +Z
        matrix = torch.linalg.inv(viewmats[0]) @ torch.diag(torch.tensor([1.0, -1.0, -1.0, 1.0]))
        camera = Camera(matrix, *(float(Ks[0][place]) for place in ((0, 0), (1, 1), (0, 2), (1, 2))), width, height)
        picture = compose(Splats(means, scales, quats, opacities, colors), camera)
        shown = torch.cat([picture.colour, picture.depth[..., None]], dim=-1)
        return shown[None], picture.alpha[None, ..., None], {}

    one, other = draw.by_kernels(splats, CAMERA, rasterization), compose(splats, CAMERA)
    for name in ("colour", "alpha", "depth"):
        torch.testing.assert_close(getattr(one, name), getattr(other, name), atol=1e-4, rtol=1e-3)
    assert draw.best(torch.device("cpu")) is compose


# Fitting as a job


@pytest.fixture(scope="module")
def ball_folder(ball, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ball")
    frames = []
    for view in camera_views(ball, 6, 48):
        pixels = torch.cat([view.colour, view.mask[..., None]], dim=-1).clamp(0, 1)
        Image.fromarray((pixels * 255).round().byte().numpy()).save(folder / view.name)
        frames.append({"file_path": view.name, "transform_matrix": view.camera.camera_to_world.tolist()})
    (folder / "transforms.json").write_text(json.dumps({"camera_angle_x": math.radians(36), "frames": frames}))
    return folder


QUICK = {"count": 200, "steps": 10, "picture_size": 48}


def test_the_job_writes_splats_that_readers_understand(ball_folder, tmp_path):
    files, report = fit_splats(FitSplatsParams(str(ball_folder), **QUICK), Job(tmp_path))
    table = ply.read(tmp_path / files["splats"])
    assert len(table.position) == report["splats"] <= 200 and table.harmonics.shape[1] == 4
    assert report["psnr"] > 18 and not report["masks_estimated"]


def test_a_stopped_fit_goes_on(ball_folder, tmp_path):
    params = FitSplatsParams(str(ball_folder), **QUICK)
    stopped = Job(tmp_path / "job", send=lambda message: stopped.cancel() if message.fraction > 0.5 else None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("galatea.backend.capabilities.fit_splats.SAVE_EVERY", 0.0)
        patch.setattr("galatea.backend.job.PROGRESS_INTERVAL", 0.0)
        with pytest.raises(JobCancelled):
            fit_splats(params, stopped)
    elsewhere = ball_folder.rename(ball_folder.with_name("moved"))
    try:
        seen = []
        fit_splats(params, Job(tmp_path / "job", send=seen.append))
    finally:
        elsewhere.rename(ball_folder)
    assert min(message.fraction for message in seen if message.stage == "Fitting splats") > 0.5


@pytest.mark.parametrize("change", [{"count": 3}, {"steps": 0}, {"degree": 4}, {"cameras": "other"}])
def test_senseless_fits_get_a_sentence(ball_folder, tmp_path, change):
    with pytest.raises(JobError) as raised:
        fit_splats(FitSplatsParams(str(ball_folder), **{**QUICK, **change}), Job(tmp_path))
    assert raised.value.hint.endswith(".")


# Small files


def test_dot_splat_files_keep_what_they_can(tmp_path):
    table = to_table(random_splats(80, 1))
    dot_splat.write(table, tmp_path / "a.splat")
    assert (tmp_path / "a.splat").stat().st_size == 80 * 32
    again = dot_splat.read(tmp_path / "a.splat")
    weight = table.scale.prod(axis=1) * table.opacity
    order = np.argsort(-weight)
    assert np.array_equal(again.position, table.position[order]) and np.array_equal(again.scale, table.scale[order])
    assert np.abs(again.opacity - table.opacity[order]).max() <= 0.5 / 255 + 1e-6
    assert np.abs((again.rotation * table.rotation[order]).sum(1)).min() > 0.999
    shown = (0.5 + 0.2820948 * table.harmonics[order, 0]).clip(0, 1)
    assert np.abs(0.5 + 0.2820948 * again.harmonics[:, 0] - shown).max() < 0.003
    (tmp_path / "a.splat").write_bytes(b"12345")
    with pytest.raises(JobError, match="cut off"):
        dot_splat.read(tmp_path / "a.splat")
