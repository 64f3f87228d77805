# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From pictures with cameras to a mesh: reading, hull, gradients at the outline, light, and the whole way on a ball."""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
Image = pytest.importorskip("PIL.Image")
Rotation = pytest.importorskip("scipy.spatial.transform").Rotation

from galatea.backend.capabilities.reconstruct import ReconstructParams, reconstruct  # noqa: E402
from galatea.backend.isosurface.extract import Grid, extract  # noqa: E402
from galatea.backend.job import Job, JobCancelled, JobError  # noqa: E402
from galatea.backend.raster.camera import Camera, orbit, pixel_rays  # noqa: E402
from galatea.backend.reconstruction import coarse, hull, light, masks, read, render, scene, store, texture  # noqa: E402
from galatea.backend.reconstruction.field import look_up, redistanced  # noqa: E402
from galatea.backend.reconstruction.views import View, resized, sample  # noqa: E402
from galatea.backend.shading.display import decode  # noqa: E402

SIZE, FOV, RADIUS = 64, math.radians(40.0), 0.7
CENTRE = torch.tensor((0.2, -0.1, 0.3))
QUICK = {"detail": 28, "coarse_steps": 8, "fine_steps": 6}


def ball_colour(points: torch.Tensor) -> torch.Tensor:
    """Two stripes of colour, so that up is not down."""
    return torch.where(points[:, 2:] > CENTRE[2], torch.tensor((0.8, 0.3, 0.2)), torch.tensor((0.2, 0.4, 0.8)))


def ball_view(number: int, count: int = 10) -> View:
    """A picture of the ball without light, exact to a tenth of a pixel at its outline."""
    elevation = math.radians((20.0, -25.0, 50.0)[number % 3])
    camera = orbit(2 * math.pi * number / count, elevation, 4.0, FOV, SIZE, tuple(CENTRE.tolist()))
    fine = resize_camera(camera, 4)
    direction = torch.nn.functional.normalize(pixel_rays(fine).reshape(-1, 3), dim=-1)
    offset = camera.position - CENTRE
    along = -(direction @ offset)
    inside = RADIUS**2 - (offset.square().sum() - along.square())
    points = camera.position + (along - inside.clamp_min(0).sqrt())[:, None] * direction
    hit = (inside > 0).float().reshape(4 * SIZE, 4 * SIZE)
    colour = ball_colour(points).reshape(4 * SIZE, 4 * SIZE, 3)
    return resized(View(f"view-{number}.png", fine, colour, hit), SIZE)


HALF = torch.tensor((0.6, 0.6, 0.35))
FACES = torch.tensor((0.7, 0.45, 0.95))
"""Display-encoded gray of the faces along X, Y, Z of a plain box."""


def box_view(number: int, count: int = 10, with_normals: bool = False) -> View:
    """A picture of a plain box from above, so that no camera looks along its upper face."""
    elevation = math.radians((20.0, 35.0, 50.0)[number % 3])
    camera = orbit(2 * math.pi * (number + 0.3) / count, elevation, 4.0, FOV, SIZE, tuple(CENTRE.tolist()))
    fine = resize_camera(camera, 4)
    direction = torch.nn.functional.normalize(pixel_rays(fine).reshape(-1, 3), dim=-1)
    offset = camera.position - CENTRE
    enter, axis = torch.minimum((-HALF - offset) / direction, (HALF - offset) / direction).max(dim=1)
    leave = torch.maximum((-HALF - offset) / direction, (HALF - offset) / direction).amin(dim=1)
    hit = (leave > enter).float().reshape(4 * SIZE, 4 * SIZE)
    colour = FACES[axis].reshape(4 * SIZE, 4 * SIZE, 1).expand(-1, -1, 3)
    normal = -torch.nn.functional.one_hot(axis, 3) * direction.sign() * hit.reshape(-1, 1)
    normal = normal.reshape(4 * SIZE, 4 * SIZE, 3) if with_normals else None
    return resized(View(f"view-{number}.png", fine, colour.contiguous(), hit, normal), SIZE)


def resize_camera(camera: Camera, factor: int) -> Camera:
    return dataclasses.replace(
        camera, fx=camera.fx * factor, fy=camera.fy * factor, cx=camera.cx * factor, cy=camera.cy * factor,
        width=camera.width * factor, height=camera.height * factor,
    )  # fmt: skip


@pytest.fixture(scope="module")
def views() -> list[View]:
    return [ball_view(number) for number in range(10)]


@pytest.fixture
def folder(tmp_path, views):
    """As an artist would bring it."""
    frames = []
    for view in views:
        pixels = torch.cat((view.colour, view.mask[..., None]), dim=-1)
        Image.fromarray((pixels * 255).round().clamp(0, 255).byte().numpy()).save(tmp_path / view.name)
        frames.append({"file_path": view.name, "transform_matrix": view.camera.camera_to_world.tolist()})
    write_transforms(tmp_path, {"camera_angle_x": FOV, "frames": frames})
    return tmp_path


def write_transforms(folder, data) -> None:
    (folder / "transforms.json").write_text(json.dumps(data))


def transforms(folder) -> dict:
    return json.loads((folder / "transforms.json").read_text())


# Reading


def assert_same_cameras(found, views) -> None:
    for one, other in zip(found, views, strict=True):
        assert torch.allclose(one.camera.camera_to_world, other.camera.camera_to_world, atol=1e-5)
        for name in ("fx", "fy", "cx", "cy", "width", "height"):
            assert getattr(one.camera, name) == pytest.approx(getattr(other.camera, name), rel=1e-5)


def test_transforms(folder, views):
    found = read.read_views(folder)
    assert_same_cameras(found, views)
    assert (found[0].mask - views[0].mask).abs().max() < 0.01


def test_colmap_is_the_same(folder, views):
    (folder / "transforms.json").unlink()
    camera = views[0].camera
    (folder / "cameras.txt").write_text(
        f"# a comment\n1 PINHOLE {SIZE} {SIZE} {camera.fx} {camera.fy} {camera.cx} {camera.cy}\n"
    )
    lines = []
    for number, view in enumerate(views):
        matrix = view.camera.camera_to_world.double().numpy() @ np.diag((1.0, -1.0, -1.0, 1.0))
        rotation = matrix[:3, :3].T
        x, y, z, w = Rotation.from_matrix(rotation).as_quat()
        values = " ".join(str(value) for value in (w, x, y, z, *(-rotation @ matrix[:3, 3])))
        lines += [f"{number + 1} {values} 1 {view.name}", ""]
    (folder / "images.txt").write_text("\n".join(lines))
    assert_same_cameras(read.read_views(folder), views)


def test_npz_is_the_same(folder, views):
    (folder / "transforms.json").unlink()
    lens = {name: [getattr(view.camera, name) for view in views] for name in ("fx", "fy", "cx", "cy")}
    matrices = np.stack([view.camera.camera_to_world.numpy() for view in views])
    np.savez(folder / "cameras.npz", names=[view.name for view in views], camera_to_world=matrices, **lens)
    assert_same_cameras(read.read_views(folder), views)


def no_cameras(folder):
    (folder / "transforms.json").unlink()


def lost_picture(folder):
    (folder / "view-3.png").unlink()


def broken_picture(folder):
    (folder / "view-3.png").write_bytes(b"no picture")


def blank_picture(folder):
    Image.new("RGB", (SIZE, SIZE), (128, 128, 128)).save(folder / "view-3.png")


def invisible_object(folder):
    Image.new("RGBA", (SIZE, SIZE)).save(folder / "view-3.png")


def one_without_alpha(folder):
    with Image.open(folder / "view-3.png") as image:
        image.convert("RGB").save(folder / "view-3.png")


def other_size(folder):
    write_transforms(folder, transforms(folder) | {"w": SIZE, "h": SIZE})
    with Image.open(folder / "view-3.png") as image:
        image.resize((32, 32)).save(folder / "view-3.png")


def mirrored_camera(folder):
    data = transforms(folder)
    data["frames"][3]["transform_matrix"][0] = [-x for x in data["frames"][3]["transform_matrix"][0]]
    write_transforms(folder, data)


def same_place(folder):
    data = transforms(folder)
    for frame in data["frames"]:
        frame["transform_matrix"] = data["frames"][0]["transform_matrix"]
    write_transforms(folder, data)


def too_few(folder):
    data = transforms(folder)
    write_transforms(folder, data | {"frames": data["frames"][:2]})


def no_lens(folder):
    data = transforms(folder)
    del data["camera_angle_x"]
    write_transforms(folder, data)


def no_json(folder):
    (folder / "transforms.json").write_text("{")


def binary_colmap(folder):
    (folder / "transforms.json").unlink()
    (folder / "sparse/0").mkdir(parents=True)
    (folder / "sparse/0/cameras.bin").write_bytes(b"")


def half_a_picture(folder):
    (folder / "view-3.png").write_bytes((folder / "view-3.png").read_bytes()[:600])


def broken_mask(folder):
    for path in folder.glob("*.png"):
        with Image.open(path) as image:
            image.convert("RGB").save(path)
    (folder / "masks").mkdir()
    (folder / "masks/view-0.png").write_bytes(b"no picture")


def mask_of_another_size(folder):
    broken_mask(folder)
    Image.new("L", (8, 8), 255).save(folder / "masks/view-0.png")


def huge_picture(folder):
    Image.new("1", (20_000, 20_000)).save(folder / "view-3.png")


def lens_that_distorts(folder):
    write_transforms(folder, transforms(folder) | {"k1": 0.1})


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (no_cameras, "holds no cameras"),
        (lost_picture, "view-3.png that is not there"),
        (broken_picture, "view-3.png is no picture"),
        (blank_picture, "view-3.png is blank"),
        (invisible_object, "Nothing is to be seen in view-3.png"),
        (one_without_alpha, "view-3.png has no transparent background"),
        (other_size, "32 x 32 pixels, but its camera is one for 64 x 64"),
        (mirrored_camera, "view-3.png is sheared or mirrored"),
        (same_place, "same place"),
        (too_few, "There are 2 pictures"),
        (no_lens, "camera_angle_x"),
        (no_json, "cannot be read"),
        (binary_colmap, "binary files"),
        (half_a_picture, "view-3.png is no picture"),
        (broken_mask, "view-0.png is no picture"),
        (mask_of_another_size, "mask view-0.png has another size"),
        (huge_picture, "view-3.png is far too large"),
        (lens_that_distorts, "distorts"),
    ],
)
def test_bad_folders_are_told(folder, spoil, says):
    spoil(folder)
    with pytest.raises(JobError) as error:
        read.read_views(folder)
    assert says in error.value.message
    assert error.value.hint.endswith(".")


def test_pictures_outside_the_folder_are_not_read(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other") / "secret.png"
    Image.new("RGBA", (SIZE, SIZE)).save(other)
    data = transforms(folder)
    data["frames"][0]["file_path"] = str(other)
    write_transforms(folder, data)
    with pytest.raises(JobError, match="not there"):
        read.read_views(folder)


def test_contradictory_cameras_are_told(views):
    # The cameras look the other way than the pictures say: the masks have no point in common.
    turned = [dataclasses.replace(view, camera=dataclasses.replace(view.camera, cx=view.camera.cx + 60 * (-1) ** i))
              for i, view in enumerate(views)]  # fmt: skip
    with pytest.raises(JobError, match="contradict"):
        hull.find_box(turned, [hull.silhouette_distance(view.mask) for view in turned])


def test_one_wrong_outline_cuts_nothing_off_where_it_is_doubted(views):
    silhouettes = [hull.silhouette_distance(view.mask) for view in views]
    spoilt = views[4].mask.clone()
    spoilt[:, : SIZE // 2] = 0.0
    silhouettes[4] = hull.silhouette_distance(spoilt)
    inside = CENTRE + 0.8 * RADIUS * torch.nn.functional.normalize(torch.randn(200, 3), dim=1)
    assert (hull.hull_distance(inside, views, silhouettes) > 0.0).float().mean() > 0.2
    assert (hull.hull_distance(inside, views, silhouettes, doubted=True) < 0.0).all()
    far = CENTRE + 1.6 * RADIUS * torch.nn.functional.normalize(torch.randn(200, 3), dim=1)
    assert (hull.hull_distance(far, views, silhouettes, doubted=True) > 0.0).all()


@pytest.mark.parametrize(("fit", "width", "height"), [("AUTO", 80, 60), ("AUTO", 60, 80), ("HORIZONTAL", 60, 80),
                                                      ("VERTICAL", 80, 60)])  # fmt: skip
def test_lenses_of_the_scene(fit, width, height):
    """The sensor's edge is seen at the picture's edge, moved by the shift."""
    lens = scene.Lens(lens=50.0, sensor_fit=fit, sensor_width=36.0, sensor_height=24.0, shift_x=0.1, shift_y=-0.2)
    focal, cx, cy = lens.intrinsics(width, height)
    spanned, sensor = (height, 24.0) if fit == "VERTICAL" else (max(width, height) if fit == "AUTO" else width, 36.0)
    assert 2 * math.atan(0.5 * spanned / focal) == pytest.approx(2 * math.atan(0.5 * sensor / 50.0))
    # What lies straight ahead goes left when the lens moves right, and up (smaller y) when it moves down.
    assert cx == pytest.approx(width / 2 - 0.1 * spanned) and cy == pytest.approx(height / 2 - 0.2 * spanned)


def test_normals_beside_the_pictures_are_turned_into_the_world(folder):
    (folder / "normals").mkdir()
    first = read.read_views(folder)[0]
    assert first.normal is None
    pixels = np.full((first.camera.height, first.camera.width, 3), 128, np.uint8)  # gray: nothing is known
    pixels[:2], pixels[2] = (128, 128, 255), (255, 128, 128)  # to the camera, to the right
    Image.fromarray(pixels).save(folder / "normals" / f"{Path(first.name).stem}.png")
    normal = read.read_views(folder)[0].normal
    matrix = first.camera.camera_to_world
    assert torch.allclose(normal[0, 0], matrix[:3, 2], atol=0.02)
    assert torch.allclose(normal[2, 0], matrix[:3, 0], atol=0.02)
    assert (normal[3:] == 0).all()
    kept = store.views_from_arrays(
        store.views_to_arrays([dataclasses.replace(first, mask=normal[..., 0], normal=normal)])
    )
    assert torch.allclose(kept[0].normal, normal, atol=0.01)
    Image.fromarray(pixels[:-1]).save(folder / "normals" / f"{Path(first.name).stem}.png")
    with pytest.raises(JobError, match=r"picture of normals .* another size"):
        read.read_views(folder)


def test_damaged_cameras_of_the_scene_are_told(folder, tmp_path_factory):
    file = tmp_path_factory.mktemp("in") / "cameras.json"
    for text in ("{", "[{}]"):
        file.write_text(text)
        with pytest.raises(JobError, match="cameras of the scene"):
            read.read_views(folder, file)


# Parts


def test_sample_reads_pixel_centres():
    image = torch.rand(5, 7, 2)
    pixels = torch.tensor(((0.5, 0.5), (6.5, 4.5), (3.0, 2.5)))
    expected = torch.stack((image[0, 0], image[4, 6], (image[2, 2] + image[2, 3]) / 2))
    assert torch.allclose(sample(image, pixels), expected, atol=1e-6)


def test_hull_of_a_ball(views):
    silhouettes = [hull.silhouette_distance(view.mask) for view in views]
    low, high = hull.find_box(views, silhouettes)
    assert (low < CENTRE - RADIUS).all() and (high > CENTRE + RADIUS).all()
    assert (high - low).max() < 2.6 * RADIUS  # ten views leave corners
    grid = hull.grid_of_box(low, high, 24)
    distance = hull.hull_distance(grid.points(), views, silhouettes)
    true = (grid.points() - CENTRE).norm(dim=1) - RADIUS
    # What is inside the ball is inside every mask, to a fraction of a pixel (0.07 units here).
    assert distance[true < -0.02].max() < 0.0
    assert (distance[true > 0.35] > 0.0).all()


def test_redistancing_finds_the_distances_of_a_bent_field():
    grid = hull.grid_of_box(CENTRE - RADIUS, CENTRE + RADIUS, 24)
    true = ((grid.points() - CENTRE).norm(dim=1) - RADIUS).reshape(grid.shape)
    bent = true * (1.5 + 0.5 * torch.sin(5 * grid.points()[:, 0])).reshape(grid.shape)
    found = redistanced(bent, grid.cell)
    assert ((found < 0) == (true < 0)).all()
    assert (found - true)[true.abs() < 3 * grid.cell].abs().max() < 0.2 * grid.cell


def test_redistancing_moves_nothing_however_often():
    points = torch.stack(torch.meshgrid(*[torch.arange(40.0) - 20.0] * 3, indexing="ij"), dim=-1)
    beyond = points.abs() - torch.tensor([11.2, 8.4, 3.6])
    box = beyond.clamp_min(0.0).norm(dim=-1) + beyond.amax(dim=-1).clamp_max(0.0)
    for true, allowed in ((points.norm(dim=-1) - 12.3, 0.03), (box, 0.5)):  # what is cut off edges
        found = true
        for _ in range(15):
            found = redistanced(found, 1.0)
        error = (found - true).abs()
        assert ((found < 0) == (true < 0)).all()
        assert error[true.abs() < 1.0].mean() < 0.03
        assert error[true.abs() < 4.0].max() < allowed


@pytest.mark.parametrize(("with_normals", "part"), [(False, 0.6), (True, 0.2)])
def test_a_plain_face_that_no_outline_shows_sinks_to_its_place(with_normals, part):
    views = [box_view(number, with_normals=with_normals) for number in range(10)]
    silhouettes = [hull.silhouette_distance(view.mask) for view in views]
    grid = hull.grid_of_box(*hull.find_box(views, silhouettes), 24)
    distances = redistanced(hull.hull_distance(grid.points(), views, silhouettes).reshape(grid.shape), grid.cell)
    start = coarse.Field(distances, torch.full((grid.size, 3), 0.5))
    rays = coarse.rays_of(views, grid, distances)
    settings = coarse.Settings(steps=120, rays=1024)
    found = coarse.fit(grid, start, rays, settings, torch.Generator().manual_seed(0))
    hull_error, error = (too_high(field.distances, grid) for field in (start, found))
    assert hull_error > 2.0
    assert error < part * hull_error


def too_high(distances: torch.Tensor, grid: Grid) -> float:
    """Cells by which the surface is off the box' upper face, away from its edges, at most."""
    vertices = extract(distances, grid).vertices - CENTRE
    above = (vertices[:, :2].abs() < 0.6 * HALF[:2]).all(dim=1) & (vertices[:, 2] > 0)
    return float((vertices[above, 2] - HALF[2]).abs().max()) / grid.cell


def test_plain_is_what_has_one_colour():
    grid = Grid(torch.zeros(3), 0.1, (12, 5, 5))
    colours = torch.zeros(12, 5, 5, 3)
    colours[6:, ..., 0] = 0.2
    plain, stricter = (coarse.plainness(colours.reshape(-1, 3), grid, edge)[:, 2, 2] for edge in (0.2, 0.05))
    assert plain[0] == plain[-1] == 1.0
    assert plain[5] == plain[6] == pytest.approx(0.6)
    assert plain[6] < plain[7] < 1.0
    assert stricter[5] < 0.1


def test_bending_counts_where_it_is_asked_to():
    x = torch.arange(10.0) - 4.5
    cells = (x.abs() - 1.0)[:, None, None].expand(10, 10, 10)
    weight = torch.ones_like(cells)
    assert coarse.bending(cells, weight) == coarse.bending(cells) > 0.0
    weight[4:6] = 0.0
    assert coarse.bending(cells, weight) == 0.0


def test_look_up_is_exact_for_linear_fields():
    grid = hull.grid_of_box(torch.zeros(3), torch.tensor((1.0, 0.5, 0.7)), 10)
    points = torch.rand(50, 3) * torch.tensor((1.0, 0.5, 0.7))
    values = grid.points() @ torch.tensor([[1.0, 0.5], [2.0, -1.0], [3.0, 0.25]]) + 1.0
    expected = points @ torch.tensor([[1.0, 0.5], [2.0, -1.0], [3.0, 0.25]]) + 1.0
    assert torch.allclose(look_up(values, grid, points), expected, atol=1e-4)


def covered(radius: torch.Tensor) -> torch.Tensor:
    """How many pixels a ball covers in a picture, outline smoothed; differentiable in its radius."""
    grid = hull.grid_of_box(CENTRE - 0.8, CENTRE + 0.8, 40)
    distances = ((grid.points() - CENTRE).norm(dim=1) - radius).reshape(grid.shape)
    mesh = extract(distances, grid)
    camera = orbit(0.4, 0.3, 4.0, FOV, SIZE, tuple(CENTRE.tolist()))
    hits = render.trace(mesh.vertices, mesh.triangles, render.vertex_normals(mesh.vertices, mesh.triangles), camera)
    image = torch.zeros(SIZE * SIZE, 1).index_fill(0, hits.pixel, 1.0).reshape(SIZE, SIZE, 1)
    edge = render.edges(mesh.triangles, len(mesh.vertices))
    return render.smooth_outline(image, hits, mesh.vertices, mesh.triangles, edge, camera).sum()


def test_the_outline_moves_with_the_shape():
    """The area of a ball's picture, and its derivative, by the outline alone: the mask inside is flat."""
    focal = 0.5 * SIZE / math.tan(0.5 * FOV)

    def area(radius: float) -> float:
        return math.pi * (focal * math.tan(math.asin(radius / 4.0))) ** 2

    radius = torch.tensor(RADIUS, requires_grad=True)
    pixels = covered(radius)
    assert float(pixels.detach()) == pytest.approx(area(RADIUS), rel=0.01)
    pixels.backward()
    slope = (area(RADIUS + 1e-3) - area(RADIUS - 1e-3)) / 2e-3
    # The mesh is a polygon of 40 cells across, and pixels are as wide as its faces.
    assert float(radius.grad) == pytest.approx(slope, rel=0.03)


def test_light_is_told_from_colour():
    """Two materials under one known light: its form is found, and the albedo is even within each."""
    generator = torch.Generator().manual_seed(0)
    normals = torch.nn.functional.normalize(torch.randn(4000, 3, generator=generator), dim=1)
    true = torch.tensor((1.0, 0.3, -0.2, 0.45, 0.05, 0.0, 0.05, 0.05, 0.05))[:, None].expand(9, 3)
    albedo = torch.where(torch.rand(4000, 1, generator=generator) < 0.8, 0.6, 0.2).expand(4000, 3)
    found = light.estimate(albedo * light.shine(true, normals), normals)
    assert torch.allclose(found, true, atol=0.06)
    own = (albedo * light.shine(true, normals) / light.shine(found, normals))[albedo[:, 0] > 0.5]
    flat = (albedo * light.shine(true, normals))[albedo[:, 0] > 0.5]
    assert own.std() < 0.2 * flat.std()


def test_masks_before_a_backdrop(views):
    view = views[0]
    y, x = torch.meshgrid(torch.linspace(-1, 1, SIZE), torch.linspace(-1, 1, SIZE), indexing="ij")
    backdrop = (0.6 + 0.1 * x - 0.12 * y)[..., None].expand(SIZE, SIZE, 3)
    alpha = view.mask[..., None]
    noise = 0.006 * torch.randn(SIZE, SIZE, 3, generator=torch.Generator().manual_seed(0))
    shown = View("a.png", view.camera, view.colour * alpha + backdrop * (1 - alpha) + noise, None)
    found = masks.with_mask(shown).mask > 0.5
    true = view.mask > 0.5
    assert (found & true).sum() / (found | true).sum() > 0.95
    with pytest.raises(JobError, match="too busy"):
        masks.with_mask(dataclasses.replace(shown, colour=torch.rand(SIZE, SIZE, 3)))


def test_faint_parts_belong_to_the_outline(views):
    """A side of a disc that is hardly told from the backdrop, in noise; and nothing is seen where nothing is."""
    size = 96
    y, x = torch.meshgrid(torch.arange(size) - size / 2, torch.arange(size) - size / 2, indexing="ij")
    disc = (x.square() + y.square()).sqrt() < 16
    faint = disc & (x > 3)
    noise = 0.008 * torch.randn(size, size, 3, generator=torch.Generator().manual_seed(0))
    colour = 0.5 + torch.where(faint, 0.05, 0.3)[..., None] * disc[..., None] + noise
    found = masks.with_mask(dataclasses.replace(views[0], colour=colour, mask=None)).mask > 0.5
    assert (found & faint).sum() / faint.sum() > 0.85
    assert (found & ~disc).sum() / disc.sum() < 0.06


def test_texture_gives_back_the_colours(views):
    grid = hull.grid_of_box(CENTRE - RADIUS, CENTRE + RADIUS, 32)
    mesh = extract(((grid.points() - CENTRE).norm(dim=1) - RADIUS).reshape(grid.shape), grid)
    even = torch.zeros(9, 3)
    even[0] = 1.0
    made = texture.make(views, mesh.vertices, mesh.triangles, even, grid, torch.full((grid.size, 3), 0.5))
    normals = torch.nn.functional.normalize(mesh.vertices - CENTRE, dim=1)
    toward = torch.stack([torch.nn.functional.normalize(view.camera.position - mesh.vertices, dim=1) for view in views])
    seen = (toward * normals).sum(-1).amax(dim=0) > 0.5
    away = (mesh.vertices[:, 2] - CENTRE[2]).abs() > 0.08  # not at the line between both
    error = (made.albedo_at(mesh.vertices, normals) - decode(ball_colour(mesh.vertices))).abs().amax(dim=1)
    assert torch.quantile(error[seen & away], 0.98) < 0.02


# The whole way


def test_a_ball_from_pictures(folder, tmp_path_factory):
    job = Job(tmp_path_factory.mktemp("job"))
    files, report = reconstruct(ReconstructParams(str(folder), **QUICK), job)
    with np.load(job.folder / files["mesh"]) as data:
        vertices, triangles, colours = (torch.from_numpy(data[name]) for name in ("vertices", "triangles", "colours"))
    radius = (vertices - CENTRE).norm(dim=1)
    assert (radius - RADIUS).abs().mean() < 0.03  # a cell is 0.055
    half = torch.cat([triangles[:, [i, (i + 1) % 3]] for i in range(3)]).sort(dim=1)[0]
    assert (torch.unique(half, dim=0, return_counts=True)[1] == 2).all()
    top, bottom = colours[vertices[:, 2] > CENTRE[2] + 0.2], colours[vertices[:, 2] < CENTRE[2] - 0.2]
    assert top[:, 0].mean() > 2 * top[:, 2].mean() and bottom[:, 2].mean() > 2 * bottom[:, 0].mean()
    assert report["views"] == 10 and report["faces"] == len(triangles)
    assert not report["masks_estimated"]


def test_before_a_backdrop(folder, views, tmp_path_factory):
    """Without transparency the outlines are found first, and the artist is told."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, SIZE), torch.linspace(-1, 1, SIZE), indexing="ij")
    backdrop = (0.5 + 0.1 * x - 0.1 * y)[..., None]
    for view in views:
        shown = view.colour * view.mask[..., None] + backdrop * (1 - view.mask[..., None])
        Image.fromarray((shown * 255).round().byte().numpy()).save(folder / view.name)
    job = Job(tmp_path_factory.mktemp("job"))
    _, report = reconstruct(ReconstructParams(str(folder), **QUICK), job)
    assert report["masks_estimated"] and "backdrop" in report["warnings"][0]
    with np.load(job.outputs / "mesh.npz") as data:
        radius = np.linalg.norm(data["vertices"] - CENTRE.numpy(), axis=1)
    assert abs(radius.mean() - RADIUS) < 0.05


def test_an_empty_shape_is_told(folder, tmp_path, monkeypatch):
    def vanished(grid, start, *_):
        return coarse.Field(start.distances.abs() + grid.cell, start.colours)

    monkeypatch.setattr(coarse, "fit", vanished)
    with pytest.raises(JobError, match="empty shape") as error:
        reconstruct(ReconstructParams(str(folder), **QUICK), Job(tmp_path))
    assert error.value.code == "empty_surface" and error.value.hint


@pytest.mark.parametrize("full", [
    MemoryError(), torch.OutOfMemoryError("CUDA out of memory"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory"),
])  # fmt: skip
def test_too_little_memory_is_told(folder, tmp_path, monkeypatch, full):
    def fit(*_):
        raise full

    monkeypatch.setattr(coarse, "fit", fit)
    with pytest.raises(JobError, match="not enough memory") as error:
        reconstruct(ReconstructParams(str(folder), **QUICK), Job(tmp_path))
    assert "less detail" in error.value.hint


def test_other_errors_are_not_taken_for_it(folder, tmp_path, monkeypatch):
    def fit(*_):
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(coarse, "fit", fit)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        reconstruct(ReconstructParams(str(folder), **QUICK), Job(tmp_path))


def test_cancelled_and_resumed(folder, tmp_path_factory):
    """Stopped in any stage, the job goes on from what it had and does not read the pictures again."""
    place = tmp_path_factory.mktemp("job")
    params = ReconstructParams(str(folder), **QUICK)
    with pytest.raises(JobCancelled):
        reconstruct(params, stopping_job(tmp_path_factory.mktemp("early"), 0.0))
    for limit in (0.05, 0.3, 0.7, 0.95):
        with pytest.raises(JobCancelled):
            reconstruct(params, stopping_job(place, limit))
    for path in folder.iterdir():
        path.unlink()
    stages = []
    reconstruct(params, Job(place, send=lambda message: stages.append(message)))
    assert (place / "out" / "mesh.npz").is_file()
    assert min(message.fraction for message in stages if message.stage == "Refining the mesh") >= 0.5


def stopping_job(place, limit: float) -> Job:
    """A job that the artist stops when it is done by so much."""
    job = Job(place)
    job._send = lambda message: job.cancel() if getattr(message, "fraction", 0.0) >= limit else None
    return job


def test_the_same_seed_gives_the_same_mesh(folder, tmp_path_factory):
    results = []
    for seed in (0, 0, 1):
        job = Job(tmp_path_factory.mktemp("job"))
        reconstruct(ReconstructParams(str(folder), detail=20, coarse_steps=4, fine_steps=3, seed=seed), job)
        results.append(np.load(job.outputs / "mesh.npz")["vertices"])
    assert np.array_equal(results[0], results[1])
    assert results[0].shape != results[2].shape or not np.allclose(results[0], results[2])


@pytest.mark.parametrize("changes", [{"detail": 2}, {"fine_steps": 0}, {"texture_size": 0}])
def test_senseless_parameters(folder, tmp_path, changes):
    with pytest.raises(JobError):
        reconstruct(ReconstructParams(str(folder), **changes), Job(tmp_path))
