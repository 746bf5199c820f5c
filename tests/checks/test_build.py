"""A key is built only from cases that catch and name every mistake."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from coursekit.checks.build import (
    KeyFaultError,
    build_key,
    draw_key,
    key_faults,
    mark_misconception,
)
from coursekit.checks.declare import Group, Misconception, case
from coursekit.checks.key import key_to_json
from coursekit.checks.module_weights import undrawn_weights


def test_equal_seeds_give_equal_keys(exercise):
    one, other = (key_to_json(build_key(exercise, seed=4)) for _ in range(2))
    assert one == other


def test_other_seeds_give_other_cases_and_the_same_worked_example(exercise):
    one, other = (build_key(exercise, seed).groups[0].cases for seed in (0, 1))
    np.testing.assert_array_equal(one[0].case.args[0], other[0].case.args[0])
    assert not np.array_equal(one[1].case.args[0], other[1].case.args[0])


def test_every_mistake_is_caught_and_named(exercise):
    key = build_key(exercise, seed=0)
    assert key_faults(key) == []
    for item in exercise.misconceptions:
        assert mark_misconception(key, item.name).misconceptions == [item.name]


def test_a_mistake_that_is_none_is_refused(exercise):
    harmless = Misconception("no mistake", "Nothing.", exercise.reference)
    with_one = dataclasses.replace(exercise, misconceptions=[harmless])
    with pytest.raises(
        KeyFaultError, match=r"tiny\.scale: 20 draws .*'no mistake' gets"
    ):
        build_key(with_one, seed=0)


def test_two_mistakes_that_cannot_be_told_apart_are_refused(exercise):
    first, *_ = exercise.misconceptions
    twin = dataclasses.replace(first, name="the same in other words")
    with_twin = dataclasses.replace(exercise, misconceptions=[first, twin])
    with pytest.raises(KeyFaultError, match="'the same in other words' is named"):
        build_key(with_twin, seed=0)


def test_a_reference_that_fails_is_refused(exercise):
    group = Group("Odd", 1, lambda rng: [case("text", "no array")])
    with pytest.raises(KeyFaultError, match="the reference fails on 'text'"):
        draw_key(dataclasses.replace(exercise, groups=[group]), seed=0)


def test_a_refusal_by_the_reference_is_expected(exercise):
    key = build_key(exercise, seed=0)
    refused = key.groups[0].cases[2]
    assert (refused.expected.kind, refused.expected.error) == ("error", "ShapeError")


def test_cases_are_drawn_again_until_they_show_every_mistake(exercise):
    def often_useless(rng):
        size = 3.0 if rng.random() < 0.3 else 0.0
        return [case("drawn", np.full(2, size), by=5.0)]

    group = Group("Drawn", 1, often_useless)
    redrawn = dataclasses.replace(exercise, groups=[group])
    assert any(key_faults(draw_key(redrawn, seed)) for seed in range(9))
    assert key_faults(build_key(redrawn, seed=0)) == []


def test_no_error_text_that_may_quote_code_is_kept(exercise):
    def failing(x, by=2.0):
        msg = "x[by]"
        raise IndexError(msg)

    crash = Misconception("index out of range", "Count.", failing)
    key = draw_key(dataclasses.replace(exercise, misconceptions=[crash]), seed=0)
    cases = [item for group in key.groups for item in group.cases]
    wrong = [outcome for item in cases for outcome in item.wrong.values()]
    expected = [item.expected for item in cases]
    assert {outcome.error for outcome in wrong} == {"IndexError"}
    assert {outcome.error for outcome in expected} == {"", "ShapeError"}
    assert {outcome.message for outcome in [*wrong, *expected]} == {""}


def test_layers_that_get_weights_anyway_are_not_drawn_first():
    import torch

    torch.manual_seed(0)
    before = torch.get_rng_state()
    with undrawn_weights():
        torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.Linear(3, 2))
    assert torch.equal(torch.get_rng_state(), before)
    torch.nn.Conv2d(2, 3, 3)
    assert not torch.equal(torch.get_rng_state(), before)
