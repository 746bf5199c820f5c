"""A run trains, is the same each time, and says what is wrong with a loop."""

import dataclasses
import math

import pytest
import torch
from torch.nn import functional as F

from convnets.schedule import one_cycle
from convnets.training import evaluate, train_one_epoch
from coursekit.errors import CourseError
from coursekit.runs import History, fit

from .conftest import small_network


def run(network, dataset, preset, seed=0, **options):
    return fit(
        network,
        dataset,
        preset,
        seed,
        **{"device": "cpu", "is_shown": False, **options},
    )


def test_a_run_learns_and_tells_of_every_epoch(network, dataset, preset):
    history = run(network, dataset, dataclasses.replace(preset, epochs=20))
    losses = history.curve("train_loss")
    assert len(losses) == 20
    assert losses[-1] < 0.5 * losses[0]
    assert history.test_accuracy > 0.8
    assert (history.network, history.dataset) == ("Sequential", "three")


def test_what_is_told_is_what_the_loops_returned(network, dataset, preset):
    history = run(
        network,
        dataset,
        dataclasses.replace(preset, epochs=1),
        train_one_epoch=lambda *args: (train_one_epoch(*args), (1.5, 0.25))[1],
        evaluate=lambda *args: (2.5, 0.75),
    )
    epoch = history.epochs[0]
    assert (epoch.train_loss, epoch.train_accuracy) == (1.5, 0.25)
    assert (epoch.test_loss, epoch.test_accuracy) == (2.5, 0.75)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_loop_gets_what_it_would_get_without_fit(dataset, preset, weights, layout):
    """The same by hand: batches, optimizer and schedule of PyTorch, and a loop."""
    preset = dataclasses.replace(preset, epochs=2, changes="none", weight_decay=0.01)
    is_last = layout == torch.channels_last
    preset = dataclasses.replace(preset, is_channels_last=is_last)
    fitted, by_hand = small_network(), small_network().to(memory_format=layout)
    run(fitted, dataset, preset, seed=3)
    torch.manual_seed(3)
    generator = torch.Generator().manual_seed(3)
    images = dataset.standardized(dataset.train_images)
    optimizer = torch.optim.SGD(
        by_hand.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.1, total_steps=2 * 5, cycle_momentum=False
    )
    for _ in range(2):
        by_hand.train()
        for chosen in torch.randperm(33, generator=generator).split(8):
            optimizer.zero_grad()
            logits = by_hand(images[chosen].to(memory_format=layout))
            F.cross_entropy(logits, dataset.train_labels[chosen]).backward()
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            by_hand.eval()(images[:1].to(memory_format=layout))
    assert torch.equal(weights(fitted), weights(by_hand))


def test_the_seed_decides_all_but_the_first_weights(dataset, preset, weights):
    networks = [small_network() for _ in range(3)]
    for network, seed in zip(networks, (1, 1, 2), strict=True):
        run(network, dataset, preset, seed)
    first, again, other = map(weights, networks)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_generator_of_pytorch_is_put_back(network, dataset, preset):
    torch.manual_seed(5)
    want = torch.rand(3)
    torch.manual_seed(5)
    run(network, dataset, preset)
    assert torch.equal(torch.rand(3), want)


def test_fewer_examples_are_used_if_the_preset_says_so(network, dataset, preset):
    seen = []

    def counting(network, batches, optimizer, scheduler):
        seen.append(sum(len(labels) for _, labels in batches))
        for _ in range(len(batches)):
            scheduler.step()
        return 1.0, 0.5

    few = dataclasses.replace(preset, epochs=1, train_examples=10)
    run(network, dataset, few, train_one_epoch=counting)
    assert seen == [10]


@pytest.mark.parametrize("returned", [None, 0.3, (0.3,), (1, 2, 3), "loss"])
def test_a_loop_that_returns_something_else_is_told(network, dataset, preset, returned):
    def loop(network, batches, optimizer, scheduler):
        train_one_epoch(network, batches, optimizer, scheduler)
        return returned

    with pytest.raises(CourseError, match="`train_one_epoch` must return the mean"):
        run(network, dataset, preset, train_one_epoch=loop)


def test_a_test_that_returns_something_else_is_told(network, dataset, preset):
    with pytest.raises(
        CourseError, match=r"`evaluate` must return .* it returned float"
    ):
        run(network, dataset, preset, evaluate=lambda *args: 0.9)


def test_a_schedule_that_is_not_stepped_is_told(network, dataset, preset):
    def loop(network, batches, optimizer, scheduler):
        return train_one_epoch(network, batches, optimizer)

    with pytest.raises(CourseError, match="called it 0 times for 5 batches"):
        run(network, dataset, preset, train_one_epoch=loop)


def test_a_loss_that_is_not_a_number_is_told(network, dataset, preset):
    def loop(*args):
        return math.nan, train_one_epoch(*args)[1]

    with pytest.raises(
        CourseError, match=r"epoch 1 it is nan.*lower `max_lr` than 0.1"
    ):
        run(network, dataset, preset, train_one_epoch=loop)


def test_an_unknown_preset_lists_those_there_are(network, dataset):
    with pytest.raises(CourseError, match=r"no preset 'fast'\. Known: lenet-digits, "):
        run(network, dataset, "fast")


def test_an_unknown_device_is_told(network, dataset, preset):
    if torch.cuda.is_available():
        pytest.skip("There is a GPU here.")
    with pytest.raises(CourseError, match="device 'cuda' does not work here"):
        run(network, dataset, preset, device="cuda")


def test_a_history_comes_back_from_its_file(network, dataset, preset, tmp_path):
    history = run(network, dataset, preset)
    history.save(tmp_path / "run.json")
    assert History.load(tmp_path / "run.json") == history


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"epochs": [{"loss": 1}]}'])
def test_a_file_with_something_else_is_told(tmp_path, text):
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(CourseError, match=r"run\.json holds no history"):
        History.load(path)


def test_the_loops_are_those_of_the_student_unless_given(
    network, dataset, preset, monkeypatch
):
    called = []

    def loop(*args):
        called.append(len(args))
        return train_one_epoch(*args)

    monkeypatch.setattr("convnets.training.train_one_epoch", loop)
    run(network, dataset, preset, evaluate=evaluate)
    assert called == [4] * 4


def test_the_rates_can_be_those_of_the_student(dataset, preset, weights):
    theirs, ours = small_network(), small_network()
    want = run(theirs, dataset, preset)
    got = run(ours, dataset, preset, schedule=one_cycle)
    torch.testing.assert_close(weights(ours), weights(theirs))
    assert got.curve("learning_rate")[:-1] == pytest.approx(
        want.curve("learning_rate")[:-1]
    )


def test_the_rates_of_the_student_are_resumed(dataset, preset, weights, tmp_path):
    whole, cut, calls = small_network(), small_network(), []

    def loop(*args):
        calls.append(0)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return train_one_epoch(*args)

    options = {"schedule": one_cycle, "checkpoint": tmp_path / "run.pt"}
    with pytest.raises(KeyboardInterrupt):
        run(cut, dataset, preset, train_one_epoch=loop, **options)
    run(cut, dataset, preset, **options)
    run(whole, dataset, preset, schedule=one_cycle)
    assert torch.equal(weights(cut), weights(whole))


def test_a_constant_rate_stays_constant(network, dataset, preset):
    history = run(network, dataset, preset, schedule=lambda *args: 0.03)
    assert history.curve("learning_rate") == pytest.approx([0.03] * 4)
