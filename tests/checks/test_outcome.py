"""Whatever a call does, it becomes a plain outcome."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.checks.codec import CodecError
from coursekit.checks.declare import case
from coursekit.checks.outcome import MESSAGE_LIMIT, Outcome, call, named, printable
from coursekit.errors import ShapeError

X = np.array([3.0, 1.0, 2.0])


def raising(err):
    def function(x):
        raise err

    return function


def test_a_value_is_reported_as_it_was_at_the_end_of_the_call():
    kept = []

    def function(x):
        kept.append(x * 2)
        return kept[0]

    outcome = call(function, case("", X))
    kept[0][:] = 0
    np.testing.assert_array_equal(outcome.value, [6.0, 2.0, 4.0])
    assert (outcome.kind, outcome.changed) == ("value", ())


def test_a_call_cannot_spoil_the_case():
    call(lambda x: x.fill(0), case("", X))
    np.testing.assert_array_equal(X, [3.0, 1.0, 2.0])


@pytest.mark.parametrize(
    "change", [lambda x: x.sort(), lambda x: x.fill(np.nan), lambda x: x.put(0, 9)]
)
def test_a_changed_argument_is_seen(change):
    assert call(change, case("", X)).changed == ("0",)
    assert call(lambda a, x: change(x), case("", 1, x=X)).changed == ("x",)


def test_a_changed_list_or_dictionary_is_seen():
    outcome = call(lambda a, b: (a[0].append(1), b.clear()), case("", [[]], {"k": 1}))
    assert outcome.changed == ("0", "1")


def test_nan_in_an_argument_is_not_a_change():
    assert call(lambda x: 1, case("", np.array([np.nan]))).changed == ()


def test_changed_arguments_get_their_names():
    outcome = Outcome("value", changed=("1", "stride", "9"))
    assert named(outcome, ["x", "kernel"]).changed == ("kernel", "stride", "9")


def test_a_stub_is_told_from_an_error():
    outcome = call(
        raising(NotImplementedError("Exercise ps1.x: write x.")), case("", X)
    )
    assert (outcome.kind, outcome.message) == ("stub", "Exercise ps1.x: write x.")


@pytest.mark.parametrize(
    "err", [SystemExit(0), GeneratorExit(), BaseException("mine"), MemoryError()]
)
def test_no_error_gets_out(err):
    outcome = call(raising(err), case("", X))
    assert (outcome.kind, outcome.error) == ("error", type(err).__name__)


def test_an_interrupt_from_the_keyboard_does_get_out():
    with pytest.raises(KeyboardInterrupt):
        call(raising(KeyboardInterrupt()), case("", X))


def test_a_kind_of_shape_error_counts_as_one():
    class OwnError(ShapeError):
        pass

    assert call(raising(OwnError("no")), case("", X)).error == "ShapeError"


def test_endless_recursion_is_an_error():
    def deeper(x):
        return deeper(x)

    assert call(deeper, case("", X)).error == "RecursionError"


@pytest.mark.parametrize("failure", [ValueError, SystemExit, RecursionError])
def test_an_error_that_cannot_be_printed_is_reported(failure):
    class SilentError(Exception):
        def __str__(self):
            raise failure

    outcome = call(raising(SilentError()), case("", X))
    assert outcome.error == "SilentError"
    assert "could not be printed" in outcome.message


def test_an_error_names_the_line_of_the_students_file(tmp_path):
    path = tmp_path / "convnets" / "correlation.py"
    source = "\n\ndef function(x):\n    return x[9]\n"
    space: dict[str, object] = {}
    exec(compile(source, str(path), "exec"), space)
    message = call(space["function"], case("", X)).message
    assert message.endswith("(correlation.py, line 4)")


def test_a_folder_above_that_is_called_convnets_too_is_not_the_students(tmp_path):
    path = tmp_path / "convnets" / "src" / "coursekit" / "errors.py"
    space: dict[str, object] = {}
    exec(compile("def function(x):\n    return x[9]\n", str(path), "exec"), space)
    assert "errors.py" not in call(space["function"], case("", X)).message


def test_a_long_message_is_cut():
    assert len(call(raising(ValueError("long " * 999)), case("", X)).message) == (
        MESSAGE_LIMIT
    )


def test_signs_that_a_terminal_obeys_are_spelled_out():
    outcome = call(raising(ValueError("\x1b[2J\ud800\r")), case("", X))
    assert outcome.message == r"\x1b[2J\xd800\x0d"
    assert printable("two\nlines: café ✓") == "two\nlines: café ✓"


class Agreeable(np.ndarray):
    """An array of its own class."""


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (X.view(Agreeable), "Agreeable"),
        (torch.zeros(2), "torch.Tensor"),
        (np.array([None]), "an array of dtype object"),
        (iter([1]), "list_iterator"),
    ],
)
def test_what_cannot_be_carried_is_a_bad_type(value, name):
    outcome = call(lambda x: value, case("", X))
    assert outcome.kind == "bad type"
    assert name in outcome.error


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("value", (1, 2.5), changed=("x",)),
        Outcome("value", None),
        Outcome("error", error="ShapeError", message="why"),
        Outcome("bad type", error="set"),
        Outcome("timeout"),
    ],
)
def test_an_outcome_survives_as_plain_values(outcome):
    assert Outcome.from_plain(outcome.to_plain()) == outcome


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        ["kind"],
        {},
        {"kind": "pass"},
        {"kind": ["value"]},
        {"kind": "value", "score": 1},
        {"kind": "error", "error": None},
        {"kind": "error", "message": 3},
        {"kind": "value", "changed": "x"},
        {"kind": "value", "changed": (1,)},
        {"kind": "value", "value": {1, 2}},
    ],
)
def test_what_is_no_outcome_is_refused(tree):
    with pytest.raises(CodecError):
        Outcome.from_plain(tree)


def test_an_outcome_from_outside_is_cut_and_cleaned():
    tree = {"kind": "error", "error": "E" * 999, "message": "\x07" * 999}
    outcome = Outcome.from_plain({**tree, "changed": ("a" * 99,) * 99})
    assert len(outcome.error) == 100
    assert len(outcome.message) == MESSAGE_LIMIT
    assert outcome.message.isprintable()
    assert (len(outcome.changed), len(outcome.changed[0])) == (20, 40)
