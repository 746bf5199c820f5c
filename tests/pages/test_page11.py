"""Every formula and number on "Training a network you wrote yourself"."""

import re
from pathlib import Path

import jupytext
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets import numpy_lenet, numpy_net
from coursekit.datasets import load_dataset
from exercises.ps5 import PROBLEM_SET

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "your_own_network.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_example_worked_by_hand():
    x = torch.tensor([[[[2.0, 0, 1, 3]]]], dtype=torch.float64)
    kernel = torch.tensor([[[[-1.0, 1]]]], dtype=torch.float64, requires_grad=True)
    rows = torch.tensor([[1.0, 0, 1], [0, 2, 0]]).double().requires_grad_()
    before = F.conv2d(x, kernel)
    logits = F.relu(before).reshape(1, 3) @ rows.T
    assert before.flatten().tolist() == [-2, 1, 2]
    assert logits.tolist() == [[2, 2]]
    gradients = {}
    for label, sign in ((0, -1), (1, 1)):
        loss = F.cross_entropy(logits, torch.tensor([label]))
        assert loss.item() == pytest.approx(np.log(2))
        found = torch.autograd.grad(loss, [kernel, rows, logits], retain_graph=True)
        gradients[label] = found
        assert found[0].flatten().tolist() == [sign / 2, sign / 2]  # answer 2 as well
    assert gradients[0][1].flatten().tolist() == [0, -0.5, -1, 0, 0.5, 1]
    assert gradients[1][2].flatten().tolist() == [0.5, -0.5]


def test_the_smallest_network_on_the_page(page):
    assert page["tiny_loss"] == pytest.approx(np.log(2))
    want = [[-0.5, -0.5], [0.5], [0, -0.5, -1, 0, 0.5, 1], [-0.5, 0.5]]
    for gradient, numbers in zip(page["tiny_gradients"].values(), want, strict=True):
        np.testing.assert_allclose(gradient.ravel(), numbers)
    assert page["squares"] == 3.75
    after = page["tiny_step"](page["tiny"])[0]
    assert 0 < after < 0.02


def test_the_fall_is_the_sum_of_squares_to_first_order(rng):
    # Any smooth loss: here the logarithm of a sum of exponentials.
    theta, h = rng.normal(size=6), 1e-6
    shares = np.exp(theta) / np.exp(theta).sum()  # its gradient

    def loss(t):
        return np.log(np.exp(t).sum())

    fall = loss(theta) - loss(theta - h * shares)
    assert fall / h == pytest.approx(np.sum(shares**2), rel=1e-4)
    for _ in range(20):  # no other step of this length promises more
        step = rng.normal(size=6)
        step *= np.linalg.norm(shares) / np.linalg.norm(step)
        assert step @ shares <= shares @ shares


def test_batches_scatter_as_the_root_of_their_size(rng):
    values = rng.normal(size=5000)
    spreads = [
        values[rng.integers(5000, size=(4000, B))].mean(axis=1).std() for B in (8, 32)
    ]
    assert spreads[0] / spreads[1] == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("C", [2, 10, 100])
def test_equal_logits_have_the_loss_ln_of_c(C):
    loss = F.cross_entropy(torch.full((3, C), 1.7), torch.tensor([0, 1, C - 1]))
    assert loss.item() == pytest.approx(np.log(C), rel=1e-6)


def test_rungs_hold_for_the_network_that_is_right(page):
    assert page["first_loss"]() == pytest.approx(np.log(10), abs=0.1)
    assert max(page["errors"].values()) < 1e-6
    assert page["accuracy"] > 0.9
    assert page["ladder"]["nothing"] == [True] * 4


def test_a_check_on_the_kink_fails_for_the_first_bias_alone(page):
    failed = {name for name, error in page["on_the_kink"].items() if error > 1e-6}
    assert failed == {"conv1.bias"}


def test_each_rung_is_the_first_to_show_a_mistake(page):
    first = {
        name: rungs.index(False)
        for name, rungs in page["ladder"].items()
        if name != "nothing"
    }
    assert first == {
        "last layer 10 times larger": 0,
        "loss summed": 0,
        "one gradient flipped": 1,
        "step uphill": 1,
        "labels mixed up": 2,
        "training pictures inverted": 3,
    }
    assert page["ladder"]["one gradient flipped"][2]  # learns ten digits all the same
    assert page["ladder"]["labels mixed up"][1]
    assert page["ladder"]["last layer 10 times larger"] == [False, True, True, True]


def test_steps_below_the_limit_shrink_the_error():
    for curvature in (1.0, 7.0):
        for share, shrinks in ((0.01, True), (0.99, True), (1.01, False)):
            rate = share * 2 / curvature
            assert (abs(1 - rate * curvature) < 1) == shrinks


def test_velocity_under_a_constant_gradient():
    v = 0.0
    for _ in range(300):
        v = 0.9 * v - 0.05 * 2.0
    assert v == pytest.approx(-0.05 / (1 - 0.9) * 2.0)


def test_each_way_down_the_valley_has_its_best_rate(page):
    steps = page["steps_to_a_thousandth"]
    assert page["with_momentum"] < page["plain"] / 4
    assert all(steps(2 / 101 * f, 0) >= page["plain"] for f in (0.8, 0.9, 1.005))
    assert round((9 / 11) ** 2, 2) == 0.67


def test_a_rate_too_large_kills_the_second_layer(page):
    assert page["awake"]["relu2"] == 0


def test_rule_of_he_keeps_the_square(rng):
    n = 400
    before = rng.normal(size=(500, n))
    weight = rng.normal(0, np.sqrt(2 / n), (n, 300))
    y = np.maximum(before, 0) @ weight
    assert y.var() == pytest.approx(before.var(), rel=0.05)
    assert np.mean(np.maximum(before, 0) ** 2) == pytest.approx(0.5, rel=0.05)
    assert np.sqrt(2 / 576) == pytest.approx(0.059, abs=5e-4)  # answer 5


def test_sizes_stay_fall_and_climb(page):
    sizes = page["sizes"]
    assert abs(sizes(1.0)[-1]) < 1 < -5 * sizes(0.5)[-1] < 40
    assert sizes(2.0)[-1] > 5
    per_layer = np.diff(np.subtract(sizes(2.0), sizes(1.0)))
    np.testing.assert_allclose(per_layer, np.log10(2), rtol=1e-6)


def test_overfitting_is_seen(page):
    assert page["seen"][-1] < 0.02
    best = page["best"]
    assert 0 < best < 39
    assert page["unseen"][-1] > 1.05 * page["unseen"][best]


def test_the_chosen_network_flatters_and_is_better_all_the_same(page):
    chosen = page["scores"][page["chosen"]]
    assert chosen[0] > chosen[1] > page["scores"][:, 1].mean()


def test_no_digit_is_in_two_sets(page):
    sets = [page[f"{name}_set"][0] for name in ("train", "val", "test")]
    assert [len(images) for images in sets] == [1097, 300, 400]
    order = np.random.default_rng(0).permutation(len(page["ink"]))
    np.testing.assert_array_equal(np.concatenate(sets), page["ink"][order])


def test_digits_are_read(page):
    assert len(page["accuracies"]) == 3
    assert min(page["accuracies"]) >= 0.97


def test_the_stopped_run_ends_as_the_whole_one(page):
    assert page["checkpoint"].is_file()
    for name, array in page["whole"].items():
        np.testing.assert_array_equal(page["again"][name], array)


def test_mistakes_are_mistakes_and_the_surest_come_first(page):
    own, (images, labels) = page["own"], page["val_set"]
    predicted = numpy_net.predict(own, images)
    assert len(page["surest"]) == min(10, np.sum(predicted != labels))
    assert all(predicted[i] != labels[i] for i in page["surest"])
    sure = [page["shares"][i].max() for i in page["surest"]]
    assert sure == sorted(sure, reverse=True)


def test_lenet_on_the_page(page):
    assert page["count"] == sum(
        array.size
        for array in numpy_lenet.initial_parameters(np.random.default_rng(0)).values()
    )
    assert page["by_heart"][0] == pytest.approx(np.log(10), abs=0.1)
    assert page["by_heart"][-1] < 0.01


def test_the_block_for_mnist_runs(monkeypatch, tmp_path, capsys):
    (block,) = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    few = load_dataset("digits").first(256, 50)
    monkeypatch.setattr("coursekit.datasets.load_dataset", lambda name: few)
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(block, names)
    assert names["train_set"][0].dtype == np.float32
    assert names["train_set"][0].mean() == pytest.approx(0, abs=1e-5)
    assert names["train_set"][0].std() == pytest.approx(1, abs=1e-5)
    assert (tmp_path / "lenet.npz").is_file()
    assert "epoch 2/2" in capsys.readouterr().err


def test_the_block_trains_as_the_record_was_made(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import numpy_lenet as script

    (shown,) = re.findall(r"recipe = (Recipe\(epochs=2, .*\))\n", TEXT)
    assert eval(shown, {"Recipe": script.Recipe}) == script.RECIPES[1]


def test_cells_are_short():
    cells = [c for c in jupytext.read(PAGE).cells if c.cell_type == "code"]
    assert all(len(cell.source.splitlines()) <= 15 for cell in cells[1:])


def test_difficulty_and_minutes_are_those_of_the_declarations():
    levels = {"easy": 1, "medium": 2, "hard": 3}
    pattern = r"\*\*`(ps5\.\w+)`\*\* · (\w+) · about (\d+) minutes"
    found = re.findall(pattern, TEXT)
    assert len(found) == 3
    for exercise_id, level, minutes in found:
        exercise = PROBLEM_SET.find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)
