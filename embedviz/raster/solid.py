"""Three components: a camera that turns, and where on the picture, how near and how large each item is seen."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embedviz import kernels
from embedviz.errors import OptionError
from embedviz.space.arrays import ByteArray, DoubleArray, FloatArray, RowArray, read_only

SOLID_KERNELS = "embedviz.raster.solid_kernels"
N_DEPTHS = 16
FIRST_TURN, FIRST_TILT = -28.5, 18.0  # degrees

_RADIANS_PER_PX = math.pi / 600
_FARTHEST_SHARE = 0.35
_ORTHOGRAPHIC_GROWTH = 0.25
_NEAREST = 0.1  # of the distance: what comes closer to the eye is not drawn
_PROBE = 200_000
_MARGIN = 0.97  # of the picture, in which the box stands
_LIFT = 0.19  # of the shorter side, for a cloud that is looked at from straight above
_NEARNESS = 4.0


@dataclass(frozen=True, eq=False)
class Camera:
    """Looks at `center` (3,); `rotation` (3, 3) turns the data so that x is right, y up and z towards the eye.

    `scale` is pixels per unit at the centre, which is drawn `shift` pixels off the middle (right, down). `radius` is
    how far the items reach, in units: depth runs from -1, `radius` behind the centre, to 1. With a `distance` of the
    eye from the centre, in radii, perspective is drawn; with None parallels stay so.
    """

    rotation: DoubleArray
    center: DoubleArray
    scale: float
    radius: float
    distance: float | None = 4.0
    shift: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        for name in ("rotation", "center"):
            object.__setattr__(self, name, read_only(np.array(getattr(self, name), np.float64)))
        if self.rotation.shape != (3, 3) or self.center.shape != (3,):
            raise OptionError(
                f"A camera needs a rotation of 3 x 3 numbers, not {self.rotation.shape}, and a centre of 3."
            )

    @classmethod
    def around(cls, points: FloatArray, width: int, height: int, *, distance: float | None = 4.0) -> Camera:
        """A camera before the middle of all finite `points` (n, 3) that holds all but the farthest hundredth."""
        probe = _probe(points)
        if not len(probe):
            return cls(np.eye(3), np.zeros(3), min(width, height) / 2.5, 1.0, distance)
        low, high = _bounds(probe)
        center = (low + high) / 2
        radius = float(np.percentile(np.sqrt(((probe - center) ** 2).sum(axis=1)), 99))
        radius = (
            radius
            if radius > 1e-12 * max(1e-200, float(np.abs(center).max()))
            else max(float(np.abs(center).max()), 1.0) * 1e-3
        )
        return cls(np.eye(3), center, min(width, height) / (2.5 * radius), radius, distance)

    @classmethod
    def first(
        cls, points: FloatArray, width: int, height: int, *, turn: float = FIRST_TURN, tilt: float = FIRST_TILT
    ) -> Camera:
        """As one first looks at all of `points`: `angled`, and so far away that their box is seen to its corners."""
        lift = _LIFT * math.sin(math.radians(tilt)) * min(width, height)
        camera = cls.around(points, width, height).angled(turn, tilt).shifted(0, -lift)
        low, high = _bounds(_probe(points))
        corners = np.array(list(itertools.product(*np.column_stack([low, high]).tolist())), np.float32)
        away = np.abs(project_solid(corners, camera, width, height)[0] - (width / 2, height / 2)).max(axis=0)
        room = (_MARGIN * np.array([width, height]) / 2 / np.maximum(away, 1e-300)).min()
        return camera.resized(float(min(1.0, room))) if np.isfinite(room) else camera

    def turned(self, dx: float, dy: float) -> Camera:
        """Turn the data as a drag of (dx, dy) pixels would: right about the upright axis, down about the level one."""
        return self._turned(dx * _RADIANS_PER_PX, dy * _RADIANS_PER_PX)

    def angled(self, turn: float, tilt: float) -> Camera:
        """Turn the data by degrees: to the right about the upright axis, then forwards about the level one."""
        return self._turned(math.radians(turn), math.radians(tilt))

    def zoomed(self, factor: float) -> Camera:
        """The same, `factor` times as large."""
        return replace(self, scale=self.scale * factor)

    def shifted(self, dx: float, dy: float) -> Camera:
        """The same, moved by pixels to the right and down."""
        return replace(self, shift=(self.shift[0] + dx, self.shift[1] + dy))

    def resized(self, factor: float) -> Camera:
        """The same view for a picture whose sides are `factor` times as long."""
        return replace(self, scale=self.scale * factor, shift=(self.shift[0] * factor, self.shift[1] * factor))

    def _turned(self, across: float, down: float) -> Camera:
        turn = _about(1, across) if across else np.eye(3)
        tilt = _about(0, down) if down else np.eye(3)
        rotation = tilt @ turn @ self.rotation
        left, _, right = np.linalg.svd(rotation)  # against rounding that would grow with every drag
        return replace(self, rotation=left @ right)


def _probe(points: FloatArray) -> DoubleArray:
    """Some of the finite points (m, 3)."""
    probe = checked_solid(points)[:: max(1, len(points) // _PROBE)].astype(np.float64)
    return probe[np.isfinite(probe).all(axis=1)]


def _bounds(probe: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
    """The lowest and the highest corner of all but the outermost hundredth on each side."""
    low, high = np.percentile(probe, [1, 99], axis=0) if len(probe) else (np.zeros(3), np.zeros(3))
    return low, high


def checked_solid(points: FloatArray) -> FloatArray:
    """`points` as float32 (n, 3) in C order; OptionError for another shape."""
    points = np.ascontiguousarray(points, np.float32)
    if points.ndim != 2 or points.shape[1] != 3:
        raise OptionError(f"Points in space have three coordinates each; these form an array of shape {points.shape}.")
    return points


def project_solid(points: FloatArray, camera: Camera, width: int, height: int) -> tuple[DoubleArray, DoubleArray]:
    """Where `points` (n, 3) are seen: pixels float64 (n, 2), and depth float64 (n,), larger being nearer.

    Items that are not finite, or too close to the eye, have NaN.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        seen = (checked_solid(points).astype(np.float64) - camera.center) @ camera.rotation.T
        depth = seen[:, 2] / camera.radius
        pixels = np.empty((len(seen), 2))
        grown = _perspective(depth, camera) * camera.scale
        pixels[:, 0] = width / 2 + camera.shift[0] + seen[:, 0] * grown
        pixels[:, 1] = height / 2 + camera.shift[1] - seen[:, 1] * grown
    hidden = ~np.isfinite(pixels).all(axis=1)
    pixels[hidden], depth[hidden] = np.nan, np.nan
    return pixels, depth


def projected(points: FloatArray, camera: Camera, width: int, height: int) -> tuple[FloatArray, FloatArray, ByteArray]:
    """As `project_solid`, for drawing: float32 (n, 2), y up from the bottom, the depths and their steps (n,)."""
    compiled = kernels.loaded(SOLID_KERNELS)
    numbers = _kernel_numbers(camera, width, height)
    if compiled is not None and np.isfinite(numbers).all():  # a cloud may be too small or large for float32
        depths, steps = np.empty(len(points), np.float32), np.empty(len(points), np.uint8)
        places = np.empty((len(points), 2), np.float32)
        compiled.see(points, numbers, N_DEPTHS, places, depths, steps)
        return places, depths, steps
    pixels, far = project_solid(points, camera, width, height)
    with np.errstate(over="ignore"):
        places, depths = pixels.astype(np.float32), far.astype(np.float32)
    places[:, 1] = np.float32(height) - places[:, 1]
    return places, depths, depth_steps(depths)


def _kernel_numbers(camera: Camera, width: int, height: int) -> FloatArray:
    """The camera as the kernel takes it: center, matrix, scale of depth, middle of the picture, distance, nearest."""
    distance = camera.distance or 0.0
    middle = width / 2 + camera.shift[0], height / 2 - camera.shift[1]
    lens = (1 / (camera.scale * camera.radius), *middle, distance, distance * _NEAREST)
    with np.errstate(over="ignore"):
        numbers: FloatArray = np.concatenate([camera.center, (camera.rotation * camera.scale).ravel(), lens]).astype(
            np.float32
        )
    return numbers


def depth_steps(depths: FloatArray) -> ByteArray:
    """The step of each depth (n,), 0 the farthest to N_DEPTHS - 1."""
    half = np.float32(N_DEPTHS / 2)
    with np.errstate(over="ignore"):
        steps: ByteArray = np.clip(np.nan_to_num(depths * half + half), 0, N_DEPTHS - 1).astype(np.uint8)
    return steps


def name_order(rows: RowArray, depths: DoubleArray | FloatArray) -> DoubleArray:
    """What to sort `rows` by where only some can be named: first the frequent, which come first, and the near.

    An item before the cloud comes before one in its middle that is 2**4 times as frequent.
    """
    order: DoubleArray = np.log2(rows + 2.0) - _NEARNESS * depths
    return order


def depth_table(camera: Camera) -> DoubleArray:
    """For each step of depth how much larger a disc's area and how strong its ink is, float64 (N_DEPTHS, 2).

    Ink falls evenly from 1, nearest, to 0.35, farthest. Radii follow perspective, or without it grow by a quarter from
    the centre to the nearest and shrink by as much to the farthest.
    """
    depth = (np.arange(N_DEPTHS) + 0.5) / N_DEPTHS * 2 - 1
    growth = 1 + _ORTHOGRAPHIC_GROWTH * depth if camera.distance is None else _perspective(depth, camera)
    share = _FARTHEST_SHARE + (1 - _FARTHEST_SHARE) * (depth + 1) / 2
    return np.column_stack([np.nan_to_num(growth, nan=1.0) ** 2, share])


def nearest_solid(
    points: FloatArray, camera: Camera, width: int, height: int, px: float, py: float, within: float = 8.0
) -> int | None:
    """The row seen nearest to a pixel position, at most `within` pixels away, or None.

    Of items within two pixels of the nearest the one nearest to the eye is taken, of these the lowest row.
    """
    pixels, depth = project_solid(points, camera, width, height)
    away = np.hypot(pixels[:, 0] - px, pixels[:, 1] - py)
    away[np.isnan(away)] = np.inf
    least = float(away.min(initial=math.inf))
    if not least <= within:
        return None
    near = np.flatnonzero(away <= min(least + 2.0, within))
    return int(near[depth[near].argmax()])


def _perspective(depth: NDArray[np.floating], camera: Camera) -> NDArray[np.floating]:
    """How much larger than at the centre things at a depth are seen; NaN where they are too close."""
    if camera.distance is None:
        return np.ones_like(depth)
    left = camera.distance - depth
    with np.errstate(divide="ignore", invalid="ignore"):
        grown: NDArray[np.floating] = np.where(left > camera.distance * _NEAREST, camera.distance / left, np.nan)
    return grown.astype(depth.dtype)


def _about(axis: int, angle: float) -> DoubleArray:
    """A rotation by `angle` about x (0) or y (1)."""
    cos, sin = math.cos(angle), math.sin(angle)
    rows = [[1, 0, 0], [0, cos, -sin], [0, sin, cos]] if axis == 0 else [[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]]
    return np.array(rows)
