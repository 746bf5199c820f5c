"""The cases of problem set 7 show what they are there to show."""

from __future__ import annotations

import numpy as np
import pytest

SEED = 0


def cases(hidden, exercise):
    """List an exercise's cases that give a value, with what is expected."""
    groups = hidden[f"ps7.{exercise}"][SEED].groups
    items = [item for group in groups for item in group.cases]
    return [item for item in items if item.expected.kind == "value"]


def test_every_variant_is_asked_for_shapes_logits_and_gradients(hidden):
    asked = {
        (item.case.args[0], item.case.kwargs["look"])
        for item in cases(hidden, "LeNet5")
        if item.case.args
    }
    looks = ("parameters", "output", "gradients")
    variants = ("original", "classic", "wide")
    assert {(name, look) for name in variants for look in looks} <= asked


def test_numbers_of_images_channels_and_classes_differ(hidden):
    for item in cases(hidden, "LeNet5"):
        if item.case.kwargs["look"] == "output":
            N, C = item.case.kwargs["images"].shape[:2]
            assert N != C
            assert item.expected.value.shape[1] not in (N, C)


@pytest.mark.parametrize("exercise", ["train_one_epoch", "evaluate"])
def test_some_batches_differ_in_size_and_their_means_differ(hidden, exercise):
    uneven = [
        item
        for item in cases(hidden, exercise)
        if len({len(labels) for _, labels in item.case.args[1]}) > 1
    ]
    looks = {item.case.kwargs["look"] for item in uneven}
    assert {"loss", "accuracy"} <= looks


def test_both_modes_and_stale_gradients_occur(hidden):
    train = [item.case.kwargs for item in cases(hidden, "train_one_epoch")]
    measure = [item.case.kwargs for item in cases(hidden, "evaluate")]
    assert any(options.get("stale") for options in train)
    for some in (train, measure):
        assert {options.get("mode", "train") for options in some} == {"train", "eval"}
        assert any(options.get("once") for options in some)


def test_training_cases_have_momentum_and_a_schedule(hidden):
    train = [item.case.args for item in cases(hidden, "train_one_epoch")]
    assert any("momentum" in args[2] for args in train)
    assert any(len(args) > 3 for args in train)


def test_as_many_examples_as_classes_occur_once_only(hidden):
    shapes = [item.case.args[0].shape for item in cases(hidden, "accuracy")]
    assert sum(N == C for N, C in shapes) == 1


def test_no_two_logits_of_an_example_are_equal(hidden):
    for item in cases(hidden, "accuracy"):
        for row in item.case.args[0]:
            assert len(set(row)) == len(row)


def test_a_pair_occurs_twice_and_a_class_never(hidden):
    for item in cases(hidden, "confusion_matrix"):
        table = item.expected.value
        if isinstance(table, str):
            continue  # the type of the counts is looked at
        mistakes = table.copy()
        np.fill_diagonal(mistakes, 0)
        assert mistakes.max() > 1
        assert not table[-1].any()
        assert (table != table.T).any()
