"""The pictures of the page on normalisation show what the norms and the runs did."""

import matplotlib as mpl
import numpy as np
import pytest
import torch
from scipy import stats
from torch.nn import functional as F

from coursekit.errors import ShapeError
from coursekit.intervals import T_VALUES, interval
from coursekit.plots.normalization import (
    NORMS,
    shared,
    show_batch_norm_graph,
    show_loss_curves,
    show_norm_cubes,
    show_seeds,
)

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba

BLUE = to_rgba("#0072B2")
SHAPE = (3, 6, 4)
FORWARD = {
    "batch": lambda x: F.batch_norm(x, None, None, training=True),
    "layer": lambda x: F.layer_norm(x, x.shape[1:]),
    "instance": F.instance_norm,
    "group": lambda x: F.group_norm(x, 2),
}


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def run(norm, rate, seed, loss):
    return {"norm": norm, "learning_rate": rate, "seed": seed, "loss": loss}


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("index", [(0, 0, 0), (2, 4, 1)])
def test_numbers_that_share_are_those_pytorch_depends_on(norm, index):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(SHAPE, generator=generator, dtype=torch.float64)
    x.requires_grad_()
    FORWARD[norm](x)[index].backward()
    depends = (x.grad.abs() > 1e-9).numpy()
    np.testing.assert_array_equal(shared(norm, SHAPE, 2, index), depends)


def test_cubes_are_lit_as_the_numbers_share():
    show_norm_cubes(SHAPE, num_groups=3)
    for axes, norm in zip(plt.gcf().axes, NORMS, strict=True):
        assert axes.get_title().startswith(norm)
        N, C, P = SHAPE
        lit = [patch.get_facecolor() == BLUE for patch in axes.patches]
        assert len(lit) == N * (C * P + C + P)
        mask = shared(norm, SHAPE, 3, (0, 0, 0))
        sides = mask.sum() + mask[:, :, 0].sum() + mask[:, -1].sum()
        assert sum(lit) == sides


def test_unknown_norm_and_unequal_groups_are_refused():
    with pytest.raises(ShapeError, match="one of batch, layer, instance, group"):
        shared("weight", SHAPE, 2, (0, 0, 0))
    with pytest.raises(ShapeError, match="must divide the 6 channels, but it is 4"):
        show_norm_cubes(SHAPE, num_groups=4)


def test_graph_shows_each_step_with_its_gradient():
    show_batch_norm_graph()
    texts = [text.get_text() for text in plt.gca().texts]
    for step in (r"$\mu$", "$v$", r"$\sigma$", "mean square", "root", "divide"):
        assert step in texts
    gradients = [t for t in plt.gca().texts if (t.get_gid() or "").startswith("grad")]
    assert len(gradients) == 7


@pytest.mark.parametrize("degrees", T_VALUES)
def test_table_of_student_is_that_of_scipy(degrees):
    assert T_VALUES[degrees] == pytest.approx(stats.t.ppf(0.975, degrees), abs=6e-4)


def test_interval_is_that_of_scipy():
    values = np.random.default_rng(0).normal(size=8)
    mean, low, high = interval(values)
    want = stats.t.interval(0.95, 7, mean, stats.sem(values))
    np.testing.assert_allclose((low, high), want, rtol=1e-3)


def test_two_runs_have_no_interval():
    with pytest.raises(ShapeError, match="3 to 15 numbers, but it holds 2"):
        interval([1.0, 2.0])


def test_every_run_and_the_mean_are_drawn():
    runs = {"none": [0.1, 0.2, 0.6], "batch": [0.8, 0.9, 1.0]}
    show_seeds({"small": runs, "large": runs}, "accuracy", "rate")
    axes = plt.gca()
    drawn = [line.get_ydata() for line in axes.lines]
    for values in runs.values():
        assert sum(np.array_equal(each, values) for each in drawn) == 2
        assert sum(np.allclose(each, np.mean(values)) for each in drawn) >= 2
    ticks = [label.get_text() for label in axes.get_xticklabels()]
    assert ticks == ["small", "large"]
    assert axes.get_ylabel() == "accuracy"


def test_losses_have_a_panel_for_each_rate_and_a_median():
    losses = [[4.0, 3.0], [2.0, 1.0], [3.0, 2.5]]
    runs = [run("none", 0.1, seed, loss) for seed, loss in enumerate(losses)]
    runs.append(run("none", 0.3, 0, [2.0]))
    show_loss_curves(runs, loss_every=5)
    first, second, spare = plt.gcf().axes
    assert [panel.get_title()[-3:] for panel in (first, second)] == ["0.1", "0.3"]
    assert not spare.axison
    median = first.lines[-1]
    assert median.get_xdata().tolist() == [5, 10]
    assert median.get_ydata().tolist() == [3.0, 2.5]


def test_no_run_is_refused():
    with pytest.raises(ShapeError, match="number of runs"):
        show_loss_curves([], 2)
