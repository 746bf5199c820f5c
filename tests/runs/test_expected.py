"""What is expected of a run comes from the record, or is not known."""

import dataclasses

import pytest

from coursekit.records import load_record
from coursekit.runs import PRESETS, expected_curve, measured, preset_table


def test_the_expected_curve_is_the_mean_over_the_seeds():
    record = load_record("training/lenet-quick-classic")
    curve = expected_curve("lenet-quick")
    assert len(curve) == PRESETS["lenet-quick"].epochs
    assert curve[-1] == pytest.approx(record["summary"]["test_accuracy"], abs=1e-4)
    losses = expected_curve("lenet-quick", "train_loss", variant="original")
    assert losses[0] > losses[1] > 0


def test_what_was_not_measured_is_not_known():
    assert expected_curve(dataclasses.replace(PRESETS["lenet-long"], name="x")) is None
    assert expected_curve("lenet-quick", variant="narrow") is None


def test_the_table_tells_what_was_measured_and_what_was_not():
    summary = load_record("training/lenet-quick-classic")["summary"]
    told = measured("lenet-quick")
    assert told.startswith(f"{100 * summary['test_accuracy']:.2f} ± ")
    assert told.endswith(f" %, {summary['seeds']} seeds")
    unknown = dataclasses.replace(PRESETS["lenet-quick"], name="x")
    assert measured(unknown) == "not measured"
    assert f"| {told} |" in preset_table()
