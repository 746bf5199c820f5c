"""Networks of arrays: the same steps as `train`, progress, files, and going on."""

import types

import numpy as np
import pytest

from convnets import numpy_lenet, numpy_net
from coursekit.errors import CourseError
from coursekit.runs import progress as progress_module
from coursekit.runs.numpy_run import NumpyRun, Recipe, fit_numpy
from coursekit.runs.progress import Progress

RECIPE = Recipe(epochs=3, learning_rate=0.1, batch_size=8)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.random((20, 1, 8, 8)), rng.integers(10, size=20)


def new_network():
    return numpy_net.initial_parameters(np.random.default_rng(0), (2, 3))


def run(data, parameters, recipe=RECIPE, network=numpy_net, **options):
    return fit_numpy(network, parameters, data, data, recipe, is_shown=False, **options)


def stops_after(steps):
    """Return the network, but one that is stopped after so many steps."""
    left = iter(range(steps))

    def loss_and_gradients(*arguments):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return numpy_net.loss_and_gradients(*arguments)

    return types.SimpleNamespace(
        loss_and_gradients=loss_and_gradients, predict=numpy_net.predict
    )


def test_steps_are_those_of_train(data):
    mine, theirs = new_network(), new_network()
    result = run(data, mine, seed=5)
    losses = numpy_net.train(
        theirs, *data, np.random.default_rng(5), 3, 8, learning_rate=0.1
    )
    np.testing.assert_allclose(result.losses, losses, rtol=1e-9)
    for name in theirs:
        np.testing.assert_allclose(mine[name], theirs[name], rtol=1e-9)
    right = np.mean(numpy_net.predict(mine, data[0]) == data[1])
    assert result.accuracies[-1] == right
    assert len(result.seconds) == len(result.processor_seconds) == 3


def test_the_rate_climbs_and_falls_in_straight_lines():
    recipe = Recipe(epochs=1, learning_rate=2.0, warm_up=0.4)
    rates = [recipe.rate(step, 10) for step in range(10)]
    np.testing.assert_allclose(rates[:4], [0.5, 1, 1.5, 2])
    np.testing.assert_allclose(rates[4:], 2 * np.arange(6, 0, -1) / 6)


@pytest.mark.parametrize("steps", [0, 3, 4, 8])  # 3 steps in an epoch
def test_a_run_that_was_stopped_ends_the_same(data, tmp_path, steps):
    path, whole, cut = tmp_path / "kept" / "run.npz", new_network(), new_network()
    want = run(data, whole)
    with pytest.raises(KeyboardInterrupt):
        run(data, cut, network=stops_after(steps), checkpoint=path)
    assert path.exists() == (steps >= 3)
    again = new_network()
    got = run(data, again, checkpoint=path)
    assert got.losses == want.losses
    assert got.accuracies == want.accuracies
    for name in whole:
        np.testing.assert_array_equal(again[name], whole[name])
    assert [each.name for each in path.parent.iterdir()] == ["run.npz"]


def test_a_finished_run_is_read_back(data, tmp_path):
    path, first, second = tmp_path / "run.npz", new_network(), new_network()
    want = run(data, first, checkpoint=path)
    got = run(data, second, checkpoint=path, network=stops_after(0))
    assert isinstance(got, NumpyRun)
    assert got == want
    np.testing.assert_array_equal(first["fc.weight"], second["fc.weight"])


def test_the_file_holds_no_pickle(data, tmp_path):
    path = tmp_path / "run.npz"
    run(data, new_network(), checkpoint=path)
    with np.load(path, allow_pickle=False) as file:
        assert {file[name].dtype.kind for name in file.files} <= set("fU")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"recipe": Recipe(3, 0.2, 8)}, "`learning_rate` is 0.1, and here it is 0.2"),
        ({"seed": 1}, "`seed` is 0, and here it is 1"),
    ],
)
def test_a_file_of_another_run_is_refused(data, tmp_path, change, words):
    path = tmp_path / "run.npz"
    run(data, new_network(), checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(CourseError, match=words):
        run(data, new_network(), checkpoint=path, **change)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"nothing"])
def test_a_broken_file_is_refused_and_left_alone(data, tmp_path, content):
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    with pytest.raises(CourseError, match="no checkpoint of this course"):
        run(data, new_network(), checkpoint=path)
    assert path.read_bytes() == content


def test_a_disk_that_refuses_the_file_stops_nothing(data, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    want = run(data, new_network())
    got = run(data, new_network(), checkpoint=tmp_path / "file" / "run.npz")
    assert got.losses == want.losses
    assert "There is none, and training goes on" in capsys.readouterr().err


def test_a_loss_that_is_no_number_is_told(data):
    bad = types.SimpleNamespace(
        loss_and_gradients=lambda *_: (float("nan"), {}), predict=numpy_net.predict
    )
    with pytest.raises(CourseError, match="in step 1 it is nan"):
        run(data, new_network(), network=bad)


def test_progress_tells_losses_and_accuracies(data, capsys, monkeypatch):
    monkeypatch.setattr(progress_module.sys, "modules", {})  # no notebook
    fit_numpy(numpy_net, new_network(), data, data, RECIPE)
    lines = capsys.readouterr().err.splitlines()
    assert [line[:10] for line in lines] == [f"epoch {n}/3 " for n in (1, 2, 3)]
    assert all("loss 2." in line and "test accuracy" in line for line in lines)


def test_the_bar_draws_a_loss_without_an_accuracy(monkeypatch):
    shown = []
    screen = types.SimpleNamespace(replace=shown.append, keep=shown.append)
    monkeypatch.setattr(progress_module, "_choose_screen", lambda: screen)
    bar = Progress(epochs=2, clock=lambda: 1.0)
    bar.draw_loss(0.5, 2.25)
    assert "epoch 1/2 ████████████············ loss 2.250  0:" in shown[0]
    assert "accuracy" not in shown[0]


def test_lenet_is_trained_as_well():
    rng = np.random.default_rng(0)
    images, labels = rng.random((6, 1, 28, 28), np.float32), np.arange(6)
    parameters = numpy_lenet.initial_parameters(rng)
    recipe = Recipe(epochs=2, learning_rate=0.01, batch_size=4)
    result = run((images, labels), parameters, recipe, numpy_lenet)
    assert len(result.losses) == 4
    assert parameters["conv1.weight"].dtype == np.float32
