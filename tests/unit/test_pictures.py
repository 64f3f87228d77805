# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of every kind at the gate, and what is said of those that do not pass."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from galatea.backend.engines.contract import FILL, SIZE
from galatea.backend.job import JobError
from galatea.backend.pictures import files, gate
from galatea.backend.pictures.guided import enlarged
from galatea.backend.pictures.outline import outline

WIDTH, HEIGHT = 96, 64
ORANGE = (230, 120, 20)


def half_and_half():
    """Orange on the left, alpha a disc, in 8 bits."""
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    pixels[:, : WIDTH // 2, :3] = ORANGE
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    pixels[..., 3] = 255 * (np.hypot(x - WIDTH / 2, y - HEIGHT / 2) < 24)
    return pixels


def save(tmp_path, name, image, **options):
    image.save(tmp_path / name, **options)
    return tmp_path / name


def scene(size=240, seed=0):
    """An orange egg before a wavy blue and green ground, and where it is. No backdrop of one colour."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    ground = np.stack([0.3 + 0.1 * np.sin(9 * x), 0.5 + 0.3 * np.sin(7 * y + 5 * x), 0.5 + 0.3 * np.sin(8 * x - 6 * y)])
    egg = (x / 0.4) ** 2 + (y / 0.6) ** 2 < 1
    shade = 0.6 + 0.4 * y
    cover = ndimage.gaussian_filter(egg.astype(float), 1.0)
    image = np.moveaxis(ground, 0, -1) * (1 - cover[..., None])
    image += np.array([0.85, 0.4, 0.1]) * (shade * cover)[..., None]
    return (image + generator.normal(0, 0.01, image.shape)).clip(0, 1).astype(np.float32), egg


# Files


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif", "a.gif", "p.png"])
def test_alpha_and_colours_of_every_format(tmp_path, name):
    image = Image.fromarray(half_and_half())
    if name == "p.png":
        image = image.quantize(16)
        assert image.mode == "P"
    picture = files.read(save(tmp_path, name, image, **({"lossless": True} if name == "a.webp" else {})))
    assert picture.pixels.shape == (HEIGHT, WIDTH, 4) and picture.pixels.dtype == np.float32 and picture.has_alpha
    assert picture.pixels[HEIGHT // 2, WIDTH // 2 - 8] * 255 == pytest.approx((*ORANGE, 255), abs=6)
    assert picture.pixels[0, 0, 3] == 0


def test_sixteen_bits_are_not_cut_off_at_eight(tmp_path):
    gray = np.full((40, 40), 30_000, np.uint16)
    gray[:, 20:] = 60_000
    picture = files.read(save(tmp_path, "gray.png", Image.fromarray(gray)))
    assert picture.pixels[0, 0, 0] == pytest.approx(30_000 / 65_535, abs=0.003)
    assert picture.pixels[0, -1, 0] == pytest.approx(60_000 / 65_535, abs=0.003)
    (tmp_path / "rgb.png").write_bytes(sixteen_bit_png(40, 40, (52_000, 26_000, 0)))
    picture = files.read(tmp_path / "rgb.png")
    assert picture.pixels[0, 0, :3] == pytest.approx((52_000 / 65_535, 26_000 / 65_535, 0), abs=0.003)


def sixteen_bit_png(width, height, colour):
    """Pillow cannot write them."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + np.tile(np.array(colour, ">u2"), width).tobytes() for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_ink_becomes_light(tmp_path):
    ink = Image.fromarray(half_and_half()[..., :3]).convert("CMYK")
    picture = files.read(save(tmp_path, "print.jpg", ink, quality=95))
    assert picture.pixels[10, 10, :3] * 255 == pytest.approx(ORANGE, abs=12)
    assert picture.pixels[10, -10, :3].max() < 0.05


def test_the_first_frame_of_an_animation(tmp_path):
    frames = [Image.new("RGB", (32, 32), color) for color in ("red", "blue")]
    path = save(tmp_path, "move.webp", frames[0], save_all=True, append_images=frames[1:], lossless=True)
    picture = files.read(path)
    assert picture.pixels[5, 5, 0] == 1 and picture.pixels[5, 5, 2] == 0
    assert "animated" in picture.notes[0]


def test_a_camera_held_upright(tmp_path):
    image = Image.fromarray(half_and_half()[..., :3])
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    picture = files.read(save(tmp_path, "up.jpg", image, exif=exif, quality=95))
    assert picture.pixels.shape[:2] == (WIDTH, HEIGHT)
    assert picture.pixels[5, 30, 0] > 0.8 and picture.pixels[-5, 30, 0] < 0.1


def test_large_pictures_become_smaller_and_monsters_are_refused(tmp_path, monkeypatch):
    picture = files.read(save(tmp_path, "large.jpg", Image.new("RGB", (4000, 2000), ORANGE)))
    assert picture.pixels.shape == (768, 1536, 4) and "4000 x 2000" in picture.notes[0]
    monkeypatch.setattr(files, "MOST_PIXELS", 1_000_000)
    with pytest.raises(JobError, match="far too large") as error:
        files.read(tmp_path / "large.jpg")
    assert error.value.code == "too_large"


def test_downscaling_does_not_draw_hidden_colours_over_the_edge(tmp_path, monkeypatch):
    pixels = np.zeros((200, 200, 4), np.uint8)
    pixels[..., 1] = 255  # green where nobody sees it
    pixels[50:150, 50:150] = (255, 0, 0, 255)
    monkeypatch.setattr(files, "LARGEST", 67)
    seen = files.read(save(tmp_path, "edge.png", Image.fromarray(pixels))).pixels
    assert seen[seen[..., 3] > 0.02][:, 1].max() < 0.05


def test_broken_files_get_a_sentence(tmp_path):
    whole = save(
        tmp_path, "whole.png", Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    )
    for name, data in (
        ("half.png", whole.read_bytes()[:2000]), ("text.jpg", b"hello"), ("none.webp", b""),
        ("head.tif", b"II*\0\xff\xff\xff\xff"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        with pytest.raises(JobError, match=f"{name} is no picture that can be read") as error:
            files.read(tmp_path / name)
        assert error.value.hint
    with pytest.raises(JobError, match=r"no picture .*nowhere\.png"):
        files.read(tmp_path / "nowhere.png")


# Outline


def test_an_enlarged_mask_takes_the_edge_of_its_picture():
    large = np.zeros((80, 80, 3))
    large[:, 43:] = (0.9, 0.5, 0.2)
    small = large.reshape(20, 4, 20, 4, 3).mean(axis=(1, 3))
    mask = np.zeros((20, 20))
    mask[:, 11:] = 1  # the edge is within column 10
    sharp = enlarged(mask, small, large)
    assert sharp[40, 41] < 0.2 and sharp[40, 45] > 0.8
    plain = enlarged(mask, np.full_like(small, 0.5), np.full_like(large, 0.5))
    assert np.abs(np.diff(plain[40])).max() < 0.3, "without edges it is a blur"


def test_a_subject_before_a_busy_background_is_found():
    image, egg = scene()
    found = outline(image, "egg.jpg") > 0.5
    assert (found & egg).sum() / (found | egg).sum() > 0.95
    assert found.dtype == bool and (outline(image, "egg.jpg") > 0.5).sum() == found.sum(), "twice the same"


def test_a_subject_before_a_plain_backdrop_is_found_at_full_size():
    image, egg = scene(1000)
    image[~egg] = (0.6, 0.62, 0.65)
    found = outline(image, "egg.jpg")
    assert found.shape == egg.shape and ((found > 0.5) & egg).sum() / ((found > 0.5) | egg).sum() > 0.97


def test_no_subject_gets_a_sentence():
    image, _ = scene()
    noise = np.random.default_rng(1).uniform(0, 1, image.shape).astype(np.float32)
    with pytest.raises(JobError, match=r"stands out from the background of a\.png") as error:
        outline(noise, "a.png")
    assert error.value.code == "no_subject" and "mask" in error.value.hint


# Gate


def cut_out(tmp_path, name="s.png", at=(20, 30), size=(80, 60), canvas=(200, 160), colour=ORANGE):
    """A box of a colour on a transparent canvas: (x, y) of its corner, width and height."""
    pixels = np.zeros((canvas[1], canvas[0], 4), np.uint8)
    pixels[at[1] : at[1] + size[1], at[0] : at[0] + size[0]] = (*colour, 255)
    pixels[at[1] + 5 : at[1] + 15, at[0] : at[0] + size[0], :3] = 200
    return save(tmp_path, name, Image.fromarray(pixels[: canvas[1], : canvas[0]]))


def test_the_subject_comes_out_square_centred_and_of_known_size(tmp_path):
    subject = gate.gate(cut_out(tmp_path))
    assert subject.picture.shape == (SIZE, SIZE, 4) and subject.picture.dtype == np.float32
    left, upper, right, lower = gate.box(subject.picture[..., 3])
    assert right - left == pytest.approx(FILL * SIZE, abs=3) and lower - upper == pytest.approx(
        0.75 * FILL * SIZE, abs=3
    )
    assert (left + right) / 2 == pytest.approx(SIZE / 2, abs=1.5) and (upper + lower) / 2 == pytest.approx(256, abs=1.5)
    assert subject.picture[300, 256, :3] * 255 == pytest.approx(ORANGE, abs=3)
    assert subject.picture[..., :3].min() >= 0 and subject.picture.max() <= 1
    assert subject.mask.shape == (160, 200) and subject.mask_from == "alpha" and subject.pixels == 80


def test_a_painted_mask_counts_more_than_the_alpha(tmp_path):
    picture = cut_out(tmp_path)
    mask = np.zeros((160, 200), np.uint8)
    mask[40:80, 30:70] = 255
    subject = gate.gate(picture, save(tmp_path, "mask.png", Image.fromarray(mask)))
    assert subject.mask_from == "mask" and gate.box(subject.mask) == (30, 40, 70, 80)
    with pytest.raises(JobError, match="another shape than its picture"):
        gate.gate(picture, save(tmp_path, "square.png", Image.fromarray(mask[:100, :100])))
    with pytest.raises(JobError, match="the mask is black"):
        gate.gate(picture, save(tmp_path, "black.png", Image.fromarray(np.zeros_like(mask))))


def test_what_is_wrong_is_told_by_its_kind(tmp_path):
    photo, egg = scene()
    size = photo.shape[0]

    def of(image):
        name = f"{len(list(tmp_path.iterdir()))}.png"
        return save(tmp_path, name, Image.fromarray((np.asarray(image) * 255).round().astype(np.uint8)))

    plain = np.where(egg[..., None], photo, 0.6)
    y, x = np.mgrid[:120, :200]
    close = np.where(np.hypot(x - 100, y - 55)[..., None] < 85, photo[:120, :200], 0.6)  # over half of the border
    for code, words, path in (
        ("blank", "is blank", of(np.full((64, 64, 3), 0.7))),
        ("no_subject", "transparent", of(np.zeros((64, 64, 4)))),
        ("cut_off", "cut off at the lower border", of(plain[: size // 2])),
        ("cut_off", "cut off at the left border", of(plain[:, size * 32 // 100 :])),
        ("cut_off", "cut off at the upper border", of(close)),
        ("cut_off", "cut off at the upper border", cut_out(tmp_path, "up.png", at=(20, 0))),
        ("too_small", "only 20 pixels", cut_out(tmp_path, size=(20, 18), canvas=(1400, 1000))),
        ("too_small", "only 8 x 8 pixels", of(np.zeros((8, 8, 4)))),
    ):
        with pytest.raises(JobError, match=words) as error:
            gate.gate(path)
        assert error.value.code == code and error.value.hint.endswith("."), words


def test_a_picture_cropped_to_its_subject_is_not_cut_off(tmp_path):
    y, x = np.mgrid[-1:1:90j, -1:1:90j]
    pixels = np.zeros((90, 90, 4), np.uint8)
    pixels[..., 0] = 255 * (x > 0)
    pixels[..., 3] = 255 * (np.hypot(x, y) < 1.02)
    assert gate.gate(save(tmp_path, "disc.png", Image.fromarray(pixels))).pixels == 90


def test_a_subject_of_one_colour_is_no_blank_picture(tmp_path):
    pixels = np.full((120, 120, 3), 128, np.uint8)
    pixels[30:90, 40:80] = ORANGE
    subject = gate.gate(save(tmp_path, "photo.png", Image.fromarray(pixels)))
    assert gate.box(subject.mask) == (40, 30, 80, 90) and subject.mask_from == "found"


def test_specks_do_not_make_the_subject_small(tmp_path):
    path = cut_out(tmp_path)
    pixels = np.array(Image.open(path))
    pixels[2:4, 190:192] = 255
    subject = gate.gate(save(tmp_path, "speck.png", Image.fromarray(pixels)))
    assert gate.box(subject.mask) == (20, 30, 100, 90)
