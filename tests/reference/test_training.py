"""The reference of problem set 7: training and measuring a network."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convnets.training import accuracy, confusion_matrix, evaluate, train_one_epoch
from coursekit.errors import ShapeError


@pytest.fixture
def network():
    """Build a network that is not the same in training and in evaluation."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = [nn.Linear(6, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Dropout(0.5)]
        return nn.Sequential(nn.Flatten(), *layers, nn.Linear(5, 3)).double()


@pytest.fixture
def batches():
    """Draw two batches of different lengths."""
    source = torch.Generator().manual_seed(1)
    return [
        (
            torch.randn(n, 1, 2, 3, generator=source, dtype=torch.float64),
            torch.randint(3, (n,), generator=source),
        )
        for n in (5, 2)
    ]


def sgd(network, lr=0.1):
    """Build the optimizer of these tests."""
    return torch.optim.SGD(network.parameters(), lr=lr, momentum=0.9)


def state(network):
    """Copy all that a network has learnt."""
    return copy.deepcopy(network.state_dict())


def assert_same(first, second):
    """Compare two states."""
    assert first.keys() == second.keys()
    for name in first:
        torch.testing.assert_close(first[name], second[name], rtol=0, atol=0)


def test_an_epoch_takes_the_steps_written_out_one_by_one(network, batches):
    twin = copy.deepcopy(network)
    optimizer, other = sgd(network), sgd(twin)
    torch.manual_seed(2)
    loss, share = train_one_epoch(network, batches, optimizer)
    torch.manual_seed(2)
    twin.train()
    logits = []
    for images, labels in batches:
        other.zero_grad()
        out = twin(images)
        F.cross_entropy(out, labels).backward()
        logits.append(out.detach())
        other.step()
    assert_same(network.state_dict(), twin.state_dict())
    everything, labels = torch.cat(logits), torch.cat([pair[1] for pair in batches])
    assert loss == pytest.approx(float(F.cross_entropy(everything, labels)))
    assert share == pytest.approx(accuracy(everything, labels))


def test_gradients_from_before_do_not_count(network, batches):
    twin = copy.deepcopy(network)
    for parameter in network.parameters():
        parameter.grad = torch.ones_like(parameter)
    for each in (network, twin):
        torch.manual_seed(2)
        train_one_epoch(each, batches, sgd(each))
    assert_same(network.state_dict(), twin.state_dict())


def test_the_scheduler_steps_once_a_batch(network, batches):
    optimizer = sgd(network, lr=0.08)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    train_one_epoch(network, batches, optimizer, scheduler)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.02)


def test_an_epoch_begins_and_ends_in_training_mode(network, batches):
    network.eval()
    train_one_epoch(network, batches, sgd(network))
    assert network.training
    assert network[2].training


def test_batches_may_come_one_at_a_time(network, batches):
    optimizer = sgd(network)
    assert len(train_one_epoch(network, iter(batches), optimizer)) == 2
    assert len(evaluate(network, iter(batches))) == 2


def test_the_mean_is_over_examples_and_not_over_batches(network, batches):
    images, labels = (torch.cat(parts) for parts in zip(*batches, strict=True))
    whole = evaluate(network, [(images, labels)])
    assert evaluate(network, batches) == pytest.approx(whole)
    apart = [evaluate(network, [batch])[0] for batch in batches]
    assert sum(apart) / 2 != pytest.approx(whole[0])


@pytest.mark.parametrize("is_training", [True, False])
def test_evaluation_leaves_everything_as_it_was(network, batches, is_training):
    network.train(is_training)
    before = state(network)
    evaluate(network, batches)
    assert_same(network.state_dict(), before)
    assert network.training is is_training
    assert all(parameter.grad is None for parameter in network.parameters())


def test_evaluation_is_in_evaluation_mode(network, batches):
    network.train()
    images, labels = batches[0]
    loss, share = evaluate(network, [(images, labels)])
    logits = network.eval()(images)
    assert loss == pytest.approx(float(F.cross_entropy(logits.detach(), labels)))
    assert share == accuracy(logits, labels)


def test_accuracy_by_hand():
    logits = torch.tensor([[1.0, 2.0], [5.0, -1.0], [0.0, 3.0]])
    assert accuracy(logits, torch.tensor([1, 1, 1])) == pytest.approx(2 / 3)


def test_accuracy_is_a_plain_number():
    assert type(accuracy(torch.eye(3), torch.arange(3))) is float


def test_a_confusion_matrix_by_hand():
    predicted, labels = torch.tensor([0, 1, 1, 2]), torch.tensor([0, 0, 1, 0])
    expected = [[1, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert confusion_matrix(predicted, labels, 4).tolist() == expected


def test_a_confusion_matrix_is_scikit_learns(rng):
    metrics = pytest.importorskip("sklearn.metrics")
    labels, predicted = rng.integers(5, size=(2, 60))
    ours = confusion_matrix(torch.tensor(predicted), torch.tensor(labels), 5)
    theirs = metrics.confusion_matrix(labels, predicted, labels=range(5))
    assert ours.tolist() == theirs.tolist()
    assert ours.dtype == torch.int64


def test_logits_that_do_not_fit_the_labels_are_refused():
    with pytest.raises(ShapeError, match=r"a row for each .* \(2, 3\) and \(3,\)"):
        accuracy(torch.zeros(2, 3), torch.arange(3))
    with pytest.raises(ShapeError, match="must not be empty"):
        accuracy(torch.zeros(0, 3), torch.arange(0))


@pytest.mark.parametrize(
    ("predicted", "labels", "message"),
    [
        ([0, 3], [0, 1], "`predicted` must hold classes from 0 to 2"),
        ([0, 1], [-1, 1], "`labels` must hold classes .* it goes from -1 to 1"),
        ([0, 1, 1], [0, 1], "there are 3 for 2"),
        ([0.0, 1.0], [0, 1], "`predicted` must hold one whole number"),
    ],
)
def test_what_makes_no_confusion_matrix_is_refused(predicted, labels, message):
    with pytest.raises(ShapeError, match=message):
        confusion_matrix(torch.tensor(predicted), torch.tensor(labels), 3)
