"""The benchmark of convolutions: its ways agree, and its record keeps the aims."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from coursekit.errors import CourseError
from coursekit.records import load_record

ROOT = Path(__file__).parents[1]
RECORD = load_record("convolution")
LAYERS = RECORD["layers"]
LENET = ["LeNet, first layer", "LeNet, second layer"]


@pytest.fixture
def methods(monkeypatch):
    """Import what the benchmark times."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from methods import convolution

    return convolution


def arrays(rng):
    shapes = [(5, 4, 7, 6), (3, 4, 3, 2), (3,)]
    return [rng.normal(size=shape).astype(np.float32) for shape in shapes]


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1)])
def test_all_ways_give_the_same(methods, stride, padding):
    arguments = (*arrays(np.random.default_rng(0)), stride, padding)
    want = methods.METHODS["loops"](*arguments)
    for name, layer in methods.METHODS.items():
        np.testing.assert_allclose(layer(*arguments), want, 1e-4, 1e-4, err_msg=name)


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("images", [1, 2, 8])
def test_blocks_of_every_size_give_the_same(methods, images, channels_last):
    arguments = (*arrays(np.random.default_rng(0)), 2, 1)
    got = methods.few_at_a_time(images, channels_last)(*arguments)
    np.testing.assert_allclose(got, methods.METHODS["loops"](*arguments), 1e-4, 1e-4)


def test_the_record_is_about_the_layers_of_the_course():
    keys = ("x", "weight", "stride")
    assert [tuple(layer[key] for key in keys) for layer in LAYERS.values()] == [
        ([100, 3, 31, 31], [25, 3, 3, 3], 2),
        ([64, 1, 28, 28], [20, 1, 5, 5], 1),
        ([64, 20, 14, 14], [50, 20, 5, 5], 1),
        ([32, 16, 32, 32], [16, 16, 3, 3], 1),
        ([32, 64, 8, 8], [64, 64, 3, 3], 1),
    ]


@pytest.mark.parametrize("name", LAYERS)
def test_the_recorded_reference_is_about_as_fast_as_pytorch(name):
    aim = 1.5 if name in LENET else 2.2
    assert LAYERS[name]["forward"]["conv2d"]["ratio"] <= aim


@pytest.mark.parametrize("name", LAYERS)
def test_what_the_page_says_about_the_recorded_ways(name):
    ratio = {way: row["ratio"] for way, row in LAYERS[name]["forward"].items()}
    assert ratio["conv2d"] < ratio["im2col"] < ratio["einsum"] < ratio["loops"]
    assert 20 < ratio["einsum"] / ratio["conv2d"] < 400
    is_single = LAYERS[name]["x"][1] == 1  # then a product for each tap is none
    assert (ratio["tap by tap"] > 10 * ratio["im2col"]) == is_single


def test_the_recorded_loops_are_a_thousand_times_as_slow():
    row = LAYERS["100 colour images, stride 2"]["forward"]
    assert row["loops"]["ratio"] >= 1000 * row["conv2d"]["ratio"]


def test_the_recorded_blocks_say_what_the_page_says():
    rows = RECORD["images_at_a_time"]

    def times(stage, order):
        row = rows[f"ResNet-20, {stage} stage"]
        return np.array([row[f"{order}, {n}"]["ratio"] for n in (1, 2, 4, 8, 16, 32)])

    first = times("first", "channels first"), times("first", "channels last")
    last = times("last", "channels first"), times("last", "channels last")
    assert (first[0] < first[1]).all()
    assert (last[1][:3] < last[0][:3]).all()
    for curve in (*first, *last):
        assert curve[-1] > 1.5 * curve[0]


def test_the_record_says_what_it_was_made_with_and_no_path():
    for key in ("made_by", "processor", "caches", "threads", "versions"):
        assert RECORD[key]
    assert (ROOT / RECORD["made_by"]).is_file()
    assert str(ROOT) not in json.dumps(RECORD)
    assert "/home/" not in json.dumps(RECORD)


def test_an_unknown_record_is_named():
    with pytest.raises(
        CourseError, match=r"no record 'speed'\. Known: backward, convolution"
    ):
        load_record("speed")
