"""The figure *draw a digit* from Python: its weights in 8 bits and its strokes."""

from __future__ import annotations

import base64
import importlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from convnets.lenet import LeNet5
from coursekit.datasets import load_dataset
from coursekit.errors import ShapeError
from coursekit.records import load_record
from coursekit.widgets import (
    DigitDrawer,
    digit_network,
    digit_pictures,
    digit_strokes,
)

ROOT = Path(__file__).resolve().parents[2]
RECORD = load_record("digit_drawer")
CENTRE = (digit_strokes.FIELD - 1) / 2


@pytest.fixture
def script(monkeypatch):
    """Import the script that trains the network."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("train_digit_drawer")


def moved(strokes, factor, right, down):
    return [
        [[factor * x + right, factor * y + down] for x, y in stroke]
        for stroke in strokes
    ]


# The weights --------------------------------------------------------------------------


def test_a_weight_by_hand():
    weight = torch.tensor([[2.54, -1.0, 0.03], [0.0, 0.0, 0.0]])
    whole, scale = digit_network.quantize(weight)
    assert whole.tolist() == [[127, -50, 2], [0, 0, 0]]
    torch.testing.assert_close(scale, torch.tensor([0.02, 1 / 127]))


def test_no_weight_is_off_by_more_than_half_a_step():
    weight = torch.randn(5, 3, 2, 4, generator=torch.Generator().manual_seed(0))
    whole, scale = digit_network.quantize(weight)
    rows = scale.view(-1, 1, 1, 1)
    assert ((whole * rows - weight).abs() <= 0.5001 * rows).all()
    assert whole.flatten(1).abs().amax(dim=1).tolist() == [127] * 5


def test_what_is_packed_is_unpacked():
    torch.manual_seed(0)
    network = LeNet5()
    state = digit_network.unpack(
        json.loads(json.dumps(digit_network.pack(network, 0, 1)))
    )
    assert state.keys() == network.state_dict().keys()
    for name, value in network.state_dict().items():
        atol = 0.51 * float(value.abs().max()) / 127 if "weight" in name else 1e-7
        torch.testing.assert_close(state[name], value, rtol=0, atol=atol)


def test_a_network_written_to_a_file_is_read_again(tmp_path):
    packed = digit_network.pack(LeNet5(), 0.1, 0.3)
    digit_network.write(packed, tmp_path / "network.json")
    assert digit_network.read(tmp_path / "network.json") == packed


def test_the_stored_network_is_small_and_the_recorded_one():
    assert digit_network.FILE.stat().st_size == RECORD["bytes"] < 150_000
    weights = [p.numel() for p in digit_network.network().parameters()]
    assert sum(weights) == 61_706
    assert (ROOT / RECORD["made_by"]).is_file()
    assert str(ROOT) not in json.dumps(RECORD)


def test_rounding_to_8_bits_cost_next_to_nothing():
    before, after = RECORD["test_accuracy"], RECORD["test_accuracy_in_8_bits"]
    assert before > 0.985
    assert abs(before - after) < 0.001


def test_the_page_says_what_the_record_holds():
    page = (ROOT / "book" / "lenet.md").read_text(encoding="utf-8")
    assert "trained on MNIST for twelve epochs" in page
    assert RECORD["preset"]["epochs"] == 12
    assert "Rounding cost nothing, in this one run" in page
    assert RECORD["test_accuracy"] <= RECORD["test_accuracy_in_8_bits"]
    assert "each read as a 4, with more than 99 %" in page
    assert f"brought to {digit_strokes.BOX} pixels" in page


def test_digits_of_another_collection_are_mostly_read_right():
    digits = load_dataset("digits")  # 8 x 8, enlarged: another hand, another scanner
    pixels = digits.test_images / 255
    with torch.no_grad():
        logits = digit_network.network()(digit_network.standardized(pixels))
    share = (logits.argmax(dim=1) == digits.test_labels).double().mean()
    assert share > 0.85


# The strokes --------------------------------------------------------------------------


def test_ink_covers_as_much_as_its_pen():
    pixels = digit_strokes.field([[[6, 14], [20, 14]]], radius=2)
    assert pixels.sum() == pytest.approx(14 * 4 + np.pi * 4, rel=0.01)
    assert pixels[14, 12] == 1
    assert pixels[14, 3] == 0


def test_a_border_through_a_pixel_makes_it_grey():
    pixels = digit_strokes.field([[[-9, 10.25], [40, 10.25]]], radius=2)
    np.testing.assert_array_equal(pixels[7:14, 14], [0, 0.75, 1, 1, 1, 0.25, 0])


def test_a_point_alone_is_a_dot():
    assert digit_strokes.field([[[14, 14]]], 3).sum() == pytest.approx(9 * np.pi, 0.02)


@pytest.mark.parametrize("digit", range(10))
def test_a_prepared_picture_has_the_form_of_mnist(digit):
    strokes = moved(digit_strokes.SAMPLES[digit], 0.4, 15, 2)
    pixels = digit_strokes.prepared(strokes)
    rows, columns = (np.flatnonzero(pixels.any(axis=axis)) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    places = np.indices(pixels.shape)
    mass = (places * pixels).sum(axis=(1, 2)) / pixels.sum()
    assert np.abs(mass - CENTRE).max() <= 0.5


@pytest.mark.parametrize("digit", range(10))
def test_place_and_size_of_a_drawing_do_not_matter(digit):
    sample = digit_strokes.SAMPLES[digit]
    want = digit_strokes.prepared(sample)
    far = digit_strokes.prepared(moved(sample, 1, -6.5, 4.25))
    np.testing.assert_allclose(far, want, atol=0.15)


def test_of_nothing_comes_an_empty_picture():
    assert not digit_strokes.prepared([]).any()


@pytest.mark.parametrize("digit", range(10))
def test_the_network_reads_every_stored_drawing(digit):
    read, probability = digit_pictures.answer(digit_strokes.SAMPLES[digit])
    assert read == digit
    assert probability > 0.9


@pytest.mark.parametrize("digit", range(10))
def test_small_drawings_with_a_thick_pen_are_read_too(digit):
    strokes = moved(digit_strokes.SAMPLES[digit], 0.75, 1, 6)
    assert digit_pictures.answer(strokes)[0] == digit


LETTERS = {
    "A": [[[8, 23], [14, 5], [20, 23]], [[10.5, 16], [17.5, 16]]],
    "H": [[[9, 5], [9, 23]], [[19, 5], [19, 23]], [[9, 14], [19, 14]]],
    "M": [[[7, 23], [8, 5], [14, 16], [20, 5], [21, 23]]],
}


@pytest.mark.parametrize("letter", LETTERS)
def test_letters_are_taken_for_a_4_without_a_doubt(letter):
    read, probability = digit_pictures.answer(LETTERS[letter])
    assert read == 4
    assert probability > 0.99


def test_a_dot_fills_the_box_and_is_a_0():
    assert digit_strokes.prepared([[[3, 3]]]).sum() == pytest.approx(314, rel=0.02)
    assert digit_pictures.answer([[[3, 3]]])[0] == 0


def test_a_small_7_in_a_corner_is_read_once_it_has_mnists_form():
    strokes = [[[20, 1.5], [26, 1.5], [22, 11]]]
    read, probability = digit_pictures.answer(strokes)
    assert (read, probability > 0.99) == (7, True)
    pixels = torch.from_numpy(digit_strokes.field(strokes))[None, None]
    with torch.no_grad():
        logits = digit_network.network()(digit_network.standardized(pixels))
    assert float(logits.softmax(dim=1)[0, 7]) < 0.5


# The figure ---------------------------------------------------------------------------


def test_the_figure_starts_from_its_drawing():
    figure = DigitDrawer(7)
    state = json.loads(json.dumps(figure.state()))
    assert state["strokes"] == state["samples"][7]
    assert len(state["samples"]) == 10
    assert "the network reads 7, with probability > 0.999." in figure.description()


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.99996, "> 0.999"), (0.9994, "0.999"), (0.25, "0.250"), (1e-9, "< 0.001")],
)
def test_no_probability_is_written_as_certain(share, words):
    assert digit_pictures.written(share) == words


def test_a_digit_that_is_none_is_refused():
    with pytest.raises(ShapeError, match=r"`digit` .* 10"):
        DigitDrawer(10)


def test_the_book_gets_html_that_needs_nothing_else(monkeypatch):
    monkeypatch.setenv("COURSEKIT_BOOK", "1")
    data, _ = DigitDrawer()._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/html"].count("</script>") == 1
    assert len(data["text/html"]) < 350_000


def test_the_picture_shows_what_the_layers_compute():
    seen = digit_pictures.layers(digit_strokes.SAMPLES[4])
    shapes = {name: tuple(value.shape) for name, value in seen.items()}
    maps = {"conv1": (6, 28, 28), "pool1": (6, 14, 14)}
    maps |= {"conv2": (16, 10, 10), "pool2": (16, 5, 5)}
    assert shapes == {"input": (28, 28), **maps, "logits": (10,)}
    assert float(seen["pool1"].max()) == float(seen["conv1"].max()) > 0
    assert float(seen["pool2"].max()) == float(seen["conv2"].max()) > 0


# The script ---------------------------------------------------------------------------


def test_a_warp_without_changes_changes_nothing(script):
    recipe = script.recipe()
    still = {"degrees": 0, "slant": 0, "stretch": 0, "thickness": 0, "shift": 0}
    images = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    images[:, :, 0] = 0
    same = script.warp(images, None, script.WarpedPreset(**{**vars(recipe), **still}))
    torch.testing.assert_close(same, images, rtol=0, atol=1e-5)


def test_a_shift_is_counted_in_pixels(script):
    images = torch.zeros(1, 1, 28, 28)
    images[0, 0, 10, 12] = 1
    draws = torch.tensor([0.0, 0, 0, 0, 1, -0.5]).view(6, 1)
    maps = script.transformations(draws, 28, script.recipe())  # up to 2 pixels
    grid = torch.nn.functional.affine_grid(maps, [1, 1, 28, 28], align_corners=False)
    out = torch.nn.functional.grid_sample(images, grid, align_corners=False)
    assert np.argwhere(out.numpy() > 0.99).tolist() == [[0, 0, 11, 10]]


def test_warps_repeat_with_their_seed_and_keep_the_background(script):
    images = digit_network.standardized(torch.zeros(4, 1, 28, 28))
    images[:, :, 8:20, 12:15] = 2.8
    runs = [
        script.warp(images, torch.Generator().manual_seed(seed), script.recipe())
        for seed in (0, 0, 1)
    ]
    torch.testing.assert_close(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])
    assert runs[0].amin() == pytest.approx(float(images.amin()), abs=1e-5)
    assert runs[0].amax() <= images.amax() + 1e-5


def test_the_record_is_of_the_recipe_as_it_is_now(script):
    assert RECORD["preset"] == json.loads(json.dumps(script.recipe().recipe()))
    assert RECORD["seed"] == script.SEED
    assert len(RECORD["test_accuracies"]) == RECORD["preset"]["epochs"]


def test_the_script_tells_how_good_the_stored_weights_are(script, monkeypatch, capsys):
    monkeypatch.setattr(script, "load_dataset", lambda name: load_dataset("digits"))
    monkeypatch.setattr("sys.argv", ["train_digit_drawer.py", "--evaluate"])
    threads = torch.get_num_threads()
    script.main()
    torch.set_num_threads(threads)
    words = capsys.readouterr().out
    assert words.startswith("digit_network.json, 8 bits a weight: ")
    assert words.endswith("500 test pictures\n")
