"""Networks of students' are built, run and trained, and reported in plain values."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from coursekit.checks.codec import to_json
from coursekit.checks.declare import case
from coursekit.checks.module_driver import NetworkError, run_module
from coursekit.checks.module_weights import recipe, weight_arrays
from coursekit.checks.outcome import call


class Small(nn.Module):
    """A convolution and a batch norm."""

    def __init__(self, channels=2):
        super().__init__()
        self.conv = nn.Conv2d(channels, 3, 3)
        self.bn = nn.BatchNorm2d(3)

    def features(self, x):
        return self.bn(self.conv(x))

    def forward(self, x):
        return self.features(x).mean(dim=(2, 3))


SHAPES = {
    "conv.weight": (3, 2, 3, 3),
    "conv.bias": (3,),
    **dict.fromkeys(("bn.weight", "bn.bias"), (3,)),
    **dict.fromkeys(("bn.running_mean", "bn.running_var"), (3,)),
}
WEIGHTS = recipe(5, SHAPES)


@pytest.fixture
def images():
    return np.random.default_rng(0).normal(size=(2, 2, 5, 6))


def by_hand(images, training):
    """Run the small network in PyTorch's functions."""
    given = weight_arrays(WEIGHTS)
    w = {name: torch.tensor(array) for name, array in given.items()}
    out = F.conv2d(torch.tensor(images), w["conv.weight"], w["conv.bias"])
    averages = w["bn.running_mean"], w["bn.running_var"]
    out = F.batch_norm(out, *averages, w["bn.weight"], w["bn.bias"], training)
    return out, [item.numpy() for item in averages]


@pytest.mark.parametrize("mode", ["eval", "train"])
def test_a_network_is_run_with_the_weights_given(images, mode):
    options = {"weights": WEIGHTS, "images": images, "mode": mode}
    want, averages = by_hand(images, mode == "train")
    got = run_module(Small, look="output", **options)
    np.testing.assert_allclose(got, want.mean(dim=(2, 3)).numpy())
    got = run_module(Small, look="output", method="features", **options)
    np.testing.assert_allclose(got, want.numpy())
    state = run_module(Small, look="state", **options)
    assert list(state) == ["bn.running_mean", "bn.running_var"]
    np.testing.assert_allclose(list(state.values()), averages)


def test_shapes_and_counts_are_plain_values():
    assert run_module(Small, look="parameters") == SHAPES
    assert run_module(Small, 4, look="count") == 4 * 27 + 3 + 3 + 3


def test_the_shape_of_every_stage_is_reported(images):
    options = {"weights": WEIGHTS, "images": images, "stages": ("conv", "bn")}
    shapes = run_module(Small, look="stages", **options)
    assert shapes == {"conv": (2, 3, 3, 4), "bn": (2, 3, 3, 4)}


def test_a_stage_may_be_walked_layer_by_layer(images):
    class Chain(nn.Module):
        def __init__(self, is_whole):
            super().__init__()
            conv = nn.Conv2d(2, 3, 3)
            self.stage, self.is_whole = nn.Sequential(conv, nn.MaxPool2d(2)), is_whole

        def forward(self, x):
            for layer in [self.stage] if self.is_whole else self.stage:
                x = layer(x)
            return x

    options = {"look": "stages", "images": images, "stages": ["stage"]}
    whole, walked = (run_module(Chain, is_whole, **options) for is_whole in (1, 0))
    assert whole == walked
    assert whole["stage"] != "not used"


def test_gradients_are_reported_for_parameters_and_images(images):
    class Detached(Small):
        def forward(self, x):
            return super().forward(x.detach())

    class Doubled(Small):
        def forward(self, x):
            return 2 * super().forward(x)

    right, lost, doubled = (
        run_module(kind, look="gradients", weights=WEIGHTS, images=images.copy())
        for kind in (Small, Detached, Doubled)
    )
    assert list(right) == ["conv.weight", "conv.bias", "bn.weight", "bn.bias", "input"]
    assert lost["input"] == "no gradient"
    np.testing.assert_allclose(doubled["input"], 2 * right["input"])
    assert np.abs(right["conv.weight"]).min() > 0


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"fc.weight": np.ones((2, 3))}, r"has no parameter `fc.weight`. It has `conv"),
        ({"conv.bias": np.ones(2)}, r"`conv.bias` should be \(2,\), but .* it is \(3,"),
        ({"conv.bias": np.ones(3)}, r"should not have: `conv.weight`, `bn.weight`"),
    ],
)
def test_weights_that_do_not_fit_are_explained(images, weights, message):
    with pytest.raises(NetworkError, match=message):
        run_module(Small, look="output", weights=weights, images=images)


def test_what_is_no_network_is_explained(images):
    with pytest.raises(NetworkError, match=r"should give a `torch.nn.Module`.*None"):
        run_module(lambda: None, look="count")

    class Nothing(Small):
        def forward(self, x):
            pass

    with pytest.raises(NetworkError, match=r"`forward` should return a tensor.*None"):
        run_module(Nothing, look="output", weights=WEIGHTS, images=images)
    with pytest.raises(NetworkError, match="no layer `fc`"):
        run_module(Small, look="stages", images=images, stages=["fc"])


def test_writing_into_the_images_is_seen(images):
    class Overwrites(Small):
        def forward(self, x):
            x += 1
            return super().forward(x)

    run = case("", look="output", weights=WEIGHTS, images=images)
    assert call(Overwrites, run, "module").changed == ("images",)
    assert call(Small, run, "module").changed == ()


def test_weights_are_drawn_the_same_every_time():
    first = weight_arrays(WEIGHTS)
    assert {name: array.shape for name, array in first.items()} == SHAPES
    # NumPy's word is that these numbers stay; if not, released keys are wrong.
    assert first["conv.bias"] == pytest.approx([0.018793, 0.097710, 0.478859], abs=1e-5)
    assert min(first["bn.running_var"]) >= 0.5


CHAIN = [
    {"type": "Flatten"},
    {"type": "Linear", "args": [2, 3], "arrays": {"weight": np.eye(3, 2)}},
    {"type": "Thinning"},
    {"type": "Echo"},
]
BATCHES = [(np.ones((2, 1, 1, 2)), np.array([0, 1])), (np.ones((1, 1, 1, 2)), [1])]


def training(function, **options):
    """Call a training function as a case would."""
    optimizer = {"lr": 0.5, "momentum": 0.9}
    run = case("", CHAIN, BATCHES, optimizer, None, **options)
    to_json((run.args, run.kwargs))
    return call(function, run, "training")


def test_a_training_function_gets_a_network_batches_and_an_optimizer():
    seen = []

    def train(network, batches, optimizer, scheduler=None):
        images, labels = next(iter(batches))
        seen.extend([network(images), labels, optimizer, scheduler])
        return 1.5, torch.tensor(0.25)

    assert training(train, look="loss").value == 1.5
    assert training(train, look="accuracy").value == 0.25
    logits, labels, optimizer, scheduler = seen[:4]
    assert logits.shape == (2, 3)
    assert not logits[:, 1].any()  # thinned
    assert labels.tolist() == [0, 1]
    assert optimizer.param_groups[0]["momentum"] == 0.9
    assert scheduler is None


def test_modes_rates_and_parameters_are_reported():
    def change(network, batches, optimizer, scheduler=None):
        network[2].eval()
        optimizer.param_groups[0]["lr"] = 0.25
        with torch.no_grad():
            network[1].bias.fill_(4)
        return 0.0, 1

    assert training(change, look="modes").value == [1, 1, 1, 0, 1]
    assert training(change, look="rate").value == 0.25
    assert training(change, look="state").value["1.bias"].tolist() == [4, 4, 4]


def test_gradients_being_recorded_shows_in_the_output():
    def measure(network, batches, *_):
        x = torch.ones(1, 1, 1, 2, dtype=torch.float64)
        with torch.no_grad():
            quiet = network(x)
        return (network(x) / quiet)[0, 0], 0

    assert training(measure, look="loss").value == pytest.approx(1.5)


def test_batches_may_come_once_and_gradients_may_be_stale():
    def measure(network, batches, *_):
        first, second = list(batches), list(batches)
        return len(first) - len(second), network[1].weight.grad.sum()

    run = {"once": True, "stale": True}
    assert training(measure, look="loss", **run).value == 2
    assert training(measure, look="accuracy", **run).value == 6


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "returned None"),
        (0.5, "of type `float`"),
        ((1.0, 2.0, 3.0), "a tuple of 3"),
        ((1.0, True), "The accuracy should be a number, but it is a `bool`"),
        ((torch.ones(2), 1.0), "The loss should be a number, but it is a `Tensor`"),
    ],
)
def test_what_is_no_loss_and_accuracy_is_explained(returned, message):
    outcome = training(lambda *_: returned, look="loss")
    assert outcome.error == "NetworkError"
    assert message in outcome.message


def test_arrays_go_in_as_tensors_and_come_back_as_arrays():
    run = case("", np.array([[1.0, 2.0]]), 3, scale=np.array([4.0]))
    got = call(lambda x, n, scale: x * n * scale, run, "tensors").value
    np.testing.assert_array_equal(got, [[12.0, 24.0]])
    assert call(lambda x, n, scale: x.sum(), run, "tensors").value == 3.0


def test_changing_a_tensor_changes_an_argument():
    run = case("", np.array([1.0, 2.0]))
    assert call(lambda x: x.mul_(2), run, "tensors").changed == ("0",)
