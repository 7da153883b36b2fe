"""Names laid over a picture: as painting in floating point says, alike with and without kernels, cut at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.raster import Painter
from embedviz.raster.laying import lay_over

HEIGHT, WIDTH = 40, 60


def premultiplied(random: np.random.Generator, *shape: int) -> np.ndarray:
    """Any colours, none stronger than its alpha."""
    pixels = random.integers(0, 256, (*shape, 4))
    pixels[..., :3] = pixels[..., :3] * pixels[..., 3:] // 255
    return pixels.astype(np.uint8)


def painted(pixels: np.ndarray, stamp: np.ndarray, x: int, y: int, strength: int) -> np.ndarray:
    """Source over destination, pixel by pixel, in floating point."""
    result = pixels.astype(float)
    for row in range(stamp.shape[0]):
        for column in range(stamp.shape[1]):
            if 0 <= y + row < HEIGHT and 0 <= x + column < WIDTH:
                source = stamp[row, column] * (strength / 255)
                result[y + row, x + column] = source + result[y + row, x + column] * (1 - source[3] / 255)
    return result


@pytest.mark.parametrize("strength", [0, 1, 100, 254, 255])
@pytest.mark.parametrize(("x", "y"), [(5, 7), (-4, -3), (WIDTH - 6, HEIGHT - 2), (WIDTH, 3), (2, -9), (-500, 9000)])
def test_a_stamp_lies_over_what_was_there(route: str, x: int, y: int, strength: int) -> None:
    random = np.random.default_rng(3)
    pixels, stamp = premultiplied(random, HEIGHT, WIDTH), premultiplied(random, 9, 11)
    expected = painted(pixels, stamp, x, y, strength)
    table, places = np.array([[0, 11, 9]]), np.array([[x, y]])
    lay_over(pixels, stamp.reshape(-1, 4).view(np.uint32)[:, 0], table, places, np.array([strength]))
    assert np.abs(pixels - expected).max() < 1.6  # three roundings, of the stamp, its alpha and what lies under it


@pytest.mark.parametrize(("x", "y"), [(WIDTH + 4, 3), (2, HEIGHT + 5), (-20, 3), (2, -20), (WIDTH + 1, HEIGHT + 1)])
def test_a_stamp_beside_the_picture_leaves_it_alone(route: str, x: int, y: int) -> None:
    pixels = np.full((HEIGHT, WIDTH, 4), 77, np.uint8)
    stamp = np.full(9 * 11, 0xFF010203, np.uint32)
    lay_over(pixels, stamp, np.array([[0, 11, 9]]), np.array([[x, y]]), np.array([255]))
    assert (pixels == 77).all()


def test_an_opaque_stamp_hides_what_lies_under_it_and_a_clear_one_nothing(route: str) -> None:
    pixels = np.full((HEIGHT, WIDTH, 4), (10, 20, 30, 255), np.uint8)
    stamps = np.array([0xFF010203] * 6 + [0] * 6, np.uint32)
    lay_over(pixels, stamps, np.array([[0, 3, 2], [6, 3, 2]]), np.array([[1, 1], [10, 10]]), np.array([255, 255]))
    assert (pixels[1:3, 1:4] == (3, 2, 1, 255)).all()
    pixels[1:3, 1:4] = (10, 20, 30, 255)
    assert (pixels == (10, 20, 30, 255)).all()


def test_later_stamps_lie_over_earlier_ones(route: str) -> None:
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    stamps = np.array([0xFF111111, 0xFF222222], np.uint32)
    lay_over(pixels, stamps, np.array([[0, 1, 1], [1, 1, 1]]), np.array([[4, 4], [4, 4]]), np.array([255, 255]))
    assert pixels[4, 4].tolist() == [0x22, 0x22, 0x22, 255]


def test_a_table_beyond_its_stamps_draws_nothing() -> None:
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    one = np.array([[0, 5, 5]])
    lay_over(pixels, np.full(24, 0xFFFFFFFF, np.uint32), one, np.array([[0, 0]]), np.array([255]))
    assert not pixels.any()


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_several_threads_lay_the_same(n_threads: int) -> None:
    random = np.random.default_rng(5)
    stamps = premultiplied(random, 9 * 11).view(np.uint32)[:, 0]
    table, places = np.tile([0, 11, 9], (300, 1)), random.integers(-12, 62, (300, 2))
    strengths, there = random.integers(0, 256, 300), premultiplied(random, HEIGHT, WIDTH)
    expected, pixels = there.copy(), there.copy()
    lay_over(expected, stamps, table, places, strengths)
    with Painter(n_threads=n_threads) as painter:
        painter.lay_over(pixels, stamps, table, places, strengths)
    assert (pixels == expected).all()
    assert (pixels != there).any()
