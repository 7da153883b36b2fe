"""The array types of the house, and the making of read-only ones."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
DoubleArray = NDArray[np.float64]
RowArray = NDArray[np.int64]
CodeArray = NDArray[np.int32]
ByteArray = NDArray[np.uint8]
PixelArray = NDArray[np.uint32]
FlagArray = NDArray[np.bool_]

AnyArray = TypeVar("AnyArray", bound=NDArray[Any])


def read_only(array: AnyArray) -> AnyArray:
    """Return `array` itself, locked against writing."""
    array.setflags(write=False)
    return array
