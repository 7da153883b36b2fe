"""The order of labels, by kernels, by kernels as Python on arrays that refuse indices out of range, and by numpy."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz import kernels
from embedviz.progress import finish
from embedviz.space import label_kernels, label_order
from embedviz.space.labels import Labels

ROADS = ("compiled", "interpreted", "numpy")


class Strict(np.ndarray):
    """An array that has nothing before its first and after its last element."""

    def __getitem__(self, key: Any) -> Any:
        assert not isinstance(key, int | np.integer) or 0 <= int(key) < len(self), f"index {key} of {len(self)}"
        return super().__getitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        assert not isinstance(key, int | np.integer) or 0 <= int(key) < len(self), f"index {key} of {len(self)}"
        super().__setitem__(key, value)


def interpreted(name: str) -> Callable[..., Any]:
    function = getattr(label_kernels, name).py_func

    def called(*arguments: Any) -> Any:
        return function(*(each.view(Strict) if isinstance(each, np.ndarray) else each for each in arguments))

    return called


@pytest.fixture(params=ROADS)
def road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The order is worked out on this road, however few the labels are."""
    finish(kernels.load([label_order.KERNEL_MODULE]))
    follow(request.param, monkeypatch)
    return str(request.param)


def follow(road: str, patch: pytest.MonkeyPatch) -> None:
    modules = {
        "compiled": label_kernels,
        "interpreted": SimpleNamespace(
            sort_deeper=interpreted("sort_deeper"), count_repeats=interpreted("count_repeats")
        ),
        "numpy": None,
    }
    patch.setattr(label_order, "kernels", SimpleNamespace(loaded=lambda name: modules[road]))
    patch.setattr(label_order, "_PYTHON_SORT_BELOW", 1)


def check(pieces: list[bytes]) -> None:
    found = Labels.from_encoded(pieces)
    assert found.order.dtype == np.int32
    assert found.order.tolist() == sorted(range(len(pieces)), key=lambda row: (pieces[row], row))
    filled = [piece for piece in pieces if piece]
    assert found.n_duplicates == len(filled) - len(set(filled))


@pytest.mark.parametrize("shared", [b"", b"12345678", b"https://example.com/", b"x" * 300])
def test_ties_are_settled_eight_bytes_at_a_time(road: str, shared: bytes) -> None:
    generator = np.random.default_rng(5)
    ends = [bytes(generator.choice([0, 1, 97, 255], generator.integers(0, 20)).tolist()) for _ in range(400)]
    check([shared + end for end in ends])


@pytest.mark.parametrize("n", [0, 1, 2, 16, 17, 31, 33, 127, 129, 1000])
def test_any_number_of_labels_is_sorted(road: str, n: int) -> None:
    generator = np.random.default_rng(n)
    check([b"%d" % number for number in generator.integers(0, 10**9, n).tolist()])
    check([b"%05d" % number for number in range(n)])
    check([b"%05d" % number for number in range(n, 0, -1)])
    check([b"the same label of all"] * n)


@settings(max_examples=60)
@given(st.lists(st.text(st.sampled_from("a\x00bé"), max_size=20).map(str.encode), max_size=60))
def test_all_roads_lead_to_the_order_of_python(pieces: list[bytes]) -> None:
    finish(kernels.load([label_order.KERNEL_MODULE]))
    for road in ROADS:
        with pytest.MonkeyPatch.context() as patch:
            follow(road, patch)
            check(pieces)


@pytest.mark.parametrize("road", ROADS[:2])
def test_offsets_that_lead_out_of_the_buffer_are_not_followed(road: str, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(kernels.load([label_order.KERNEL_MODULE]))
    follow(road, monkeypatch)
    generator = np.random.default_rng(2)
    for _ in range(50):
        buffer = generator.integers(97, 99, int(generator.integers(0, 30))).astype(np.uint8)
        offsets = generator.integers(-40, 60, 40)
        order = label_order.sorted_rows(buffer, offsets)
        assert sorted(order.tolist()) == list(range(39))
        assert 0 <= label_order.n_repeats(buffer, offsets, order) < 39
