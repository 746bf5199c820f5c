"""Every formula and number on the page "Why convolutions?", against another source."""

import re
from pathlib import Path

import jupytext
import matplotlib as mpl
import numpy as np
import pytest
from scipy import linalg, signal
from torch import nn

from convnets import correlate1d, correlate2d, match_template, toeplitz
from coursekit.data import photograph
from coursekit.demos import accuracy
from exercises.ps1 import PROBLEM_SET

mpl.use("Agg")
from matplotlib import pyplot as plt

PAGE = Path(__file__).parents[2] / "book" / "why_convolutions.md"
BUMP = np.array([0.0, 1, 2, 1, 0, 0, 0])
KERNEL = np.array([1.0, 2, 1])


@pytest.fixture(scope="module")
def page():
    """Run the page's cells but those that train, and return the names they define."""
    names = {}
    run([cell for cell in code_cells() if not is_training(cell)], names)
    return names


@pytest.fixture(scope="module")
def trained(page):
    """Run the cells that train as well."""
    names = dict(page)
    run(filter(is_training, code_cells()), names)
    return names


def code_cells():
    """Return the source of each code cell of the page."""
    cells = jupytext.read(PAGE).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def is_training(source):
    """Tell whether a cell trains networks, or uses trained ones."""
    return "networks" in source


def run(sources, names):
    """Run cells one after the other."""
    for source in sources:
        exec(source, names)
        plt.close("all")


def test_the_bump_worked_by_hand():
    np.testing.assert_array_equal(correlate1d(BUMP, KERNEL), [4, 6, 4, 1, 0])
    moved = correlate1d(np.roll(BUMP, 2), KERNEL)
    np.testing.assert_array_equal(moved, [0, 1, 4, 6, 4])


@pytest.mark.parametrize("a", [0, 1, 3])
def test_formula_of_equivariance_holds_inside_and_not_at_the_border(rng, a):
    x, w = rng.normal(size=12), rng.normal(size=4)
    move_first = signal.correlate(np.roll(x, a), w, "valid")
    move_last = np.roll(signal.correlate(x, w, "valid"), a)
    np.testing.assert_allclose(move_first[a:], move_last[a:])
    assert not np.isclose(move_first[:a], move_last[:a]).any()


def test_a_linear_equivariant_layer_has_constant_diagonals(rng):
    x, w = np.eye(7), rng.normal(size=3)
    columns = [signal.correlate(one, w, "valid") for one in x]
    matrix = np.transpose(columns)
    want = linalg.toeplitz(matrix[:, 0], matrix[0])
    np.testing.assert_allclose(matrix, want, atol=1e-12)
    np.testing.assert_allclose(toeplitz(w, length=7), want, atol=1e-12)


def test_numbers_free_to_choose():
    matrix = toeplitz(KERNEL, length=7)
    diagonals = {j - i for i, j in np.ndindex(matrix.shape)}
    used = {j - i for i, j in np.argwhere(matrix)}
    assert (matrix.size, len(diagonals), len(used)) == (35, 11, 3)


def test_each_whole_plus_sign_scores_five_and_nothing_else_does(page):
    scores = correlate2d(page["grid"], page["plus"])
    assert np.argwhere(scores == 5).tolist() == [[1, 1], [4, 3]]
    assert np.sort(scores.ravel())[-3] <= 1


def test_borders_of_the_photograph_are_where_the_orders_disagree(page):
    agree = page["agree"]
    assert agree[5:, 8:].all()
    assert agree[:5].mean() < 0.05
    assert agree[:, :8].mean() < 0.05


def test_a_fully_connected_layer_is_not_equivariant(rng):
    weight = rng.normal(size=(5, 7))
    inside = weight @ np.roll(BUMP, 2) - np.roll(weight @ BUMP, 2)
    assert (np.abs(inside[2:]) > 0.1).all()


def test_maximum_is_invariant_until_the_border():
    highest = [correlate1d(np.roll(BUMP, a), KERNEL).max() for a in range(6)]
    assert highest == [6, 6, 6, 6, 4, 4]


def test_position_of_the_maximum_is_equivariant():
    places = [correlate1d(np.roll(BUMP, a), KERNEL).argmax() for a in range(4)]
    assert places == [1, 2, 3, 4]


def test_stride_two_is_equivariant_to_even_shifts_only():
    by_shift = [correlate1d(np.roll(BUMP, a), KERNEL, stride=2) for a in range(3)]
    np.testing.assert_array_equal(by_shift, [[4, 4, 0], [1, 6, 1], [0, 4, 4]])


def test_correlation_falls_with_distance_and_shuffling_removes_it(page):
    at = page["correlation_at"]
    for name in ("china", "flower"):
        near, far = (at(photograph(name, grey=True), d) for d in (1, 128))
        assert near > 0.9
        assert far < 0.5
    assert abs(at(page["noise"], 1)) < 0.01


def test_a_view_grows_by_one_pixel_on_each_side_with_every_layer(page):
    sides = [2 * layers + 1 for layers in range(5)]
    assert [view.sum() for view in page["views"]] == [side**2 for side in sides]


def test_second_layer_finds_the_corner_of_each_rectangle(page):
    # The window begins one pixel above and to the left of the corner.
    assert np.argwhere(page["corner"]).tolist() == [[1, 1], [3, 10]]


def test_formulas_of_parameters():
    C_in, H_in, W_in, C_out, H_out, W_out, K_h, K_w = 3, 8, 9, 4, 6, 8, 3, 2
    full = nn.Linear(C_in * H_in * W_in, C_out * H_out * W_out)
    conv = nn.Conv2d(C_in, C_out, (K_h, K_w))
    counts = [sum(p.numel() for p in layer.parameters()) for layer in (full, conv)]
    assert counts[0] == C_out * H_out * W_out * (C_in * H_in * W_in + 1)
    assert counts[1] == C_out * (C_in * K_h * K_w + 1)


def test_score_ignores_brightness_and_contrast(rng):
    window, template = rng.normal(size=30), rng.normal(size=30)
    u, t = window - window.mean(), template - template.mean()
    score = np.sum(u * t) / np.sqrt(np.sum(u**2)) / np.sqrt(np.sum(t**2))
    assert score == pytest.approx(np.corrcoef(window, template)[0, 1])
    assert score == pytest.approx(np.corrcoef(3 * window + 7, template)[0, 1])


def test_only_the_normalised_score_finds_the_smile(page):
    found = match_template(page["crowd_picture"], page["smile"])
    assert found == page["place"]
    windows = [page["crop"](*page[name]) for name in ("plain", "centred")]
    brightness = [w.mean() for w in (*windows, page["crop"](*found))]
    contrast = [w.std() for w in (*windows, page["crop"](*found))]
    assert max(brightness) == brightness[0]
    assert max(contrast) == contrast[1]


def test_answer_3_turning_is_not_covered(rng):
    photo = photograph("china", grey=True)[::8, ::8]
    kernel = rng.normal(size=(3, 3))
    turned = correlate2d(np.rot90(photo), kernel)
    assert not np.allclose(turned, np.rot90(correlate2d(photo, kernel)))
    blur = np.ones((3, 3))
    turned = correlate2d(np.rot90(photo), blur)
    np.testing.assert_allclose(turned, np.rot90(correlate2d(photo, blur)))


def test_answer_4_counts_as_torch_does():
    layer = nn.Conv2d(3, 32, kernel_size=5)
    assert sum(p.numel() for p in layer.parameters()) == 2432


def test_only_the_two_cells_about_training_are_left_out():
    assert sum(map(is_training, code_cells())) == 2


@pytest.mark.slow
def test_shuffling_hurts_the_convolutional_network_only(trained):
    mean = {}
    for (name, kind), three in trained["networks"].items():
        x = trained[kind]
        test = trained["test"]
        scores = [accuracy(one, x[test], trained["labels"][test]) for one in three]
        mean[name, kind] = np.mean(scores)
    full, conv = "fully_connected", "convolutional"
    assert abs(mean[full, "real"] - mean[full, "shuffled"]) < 0.03
    assert mean[conv, "real"] > mean[full, "real"] + 0.02
    assert mean[conv, "shuffled"] < mean[full, "shuffled"] - 0.01


@pytest.mark.slow
def test_shifts_hurt_the_fully_connected_network_only(trained):
    curves = trained["shift_curves"]
    full, conv = curves["fully_connected"], curves["convolutional"]
    assert max(full[0], full[1], full[-2], full[-1]) < 0.3
    assert min(conv[1:-1]) > conv[3] - 0.02
    assert conv[3] - 0.15 < min(conv[0], conv[-1]) < conv[3]


def test_the_better_network_has_fewer_parameters(page):
    count = page["count_parameters"]
    assert count(page["convolutional"]()) < count(page["fully_connected"]())


def test_difficulty_and_minutes_are_those_of_the_declarations():
    levels = {"easy": 1, "medium": 2, "hard": 3}
    pattern = r"\*\*`(ps1\.\w+)`\*\* · (?:written · )?(\w+) · about (\d+) minutes"
    found = re.findall(pattern, PAGE.read_text(encoding="utf-8"))
    assert len(found) == 2
    for exercise_id, level, minutes in found:
        exercise = PROBLEM_SET.find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)
