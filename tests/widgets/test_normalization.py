"""The Python side of the figures on normalisation."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from coursekit.errors import ShapeError
from coursekit.records import load_record
from coursekit.widgets import LossCurveViewer, NormalizationCube
from coursekit.widgets.normalization_cube import example

RECORD = load_record("normalization")


def viewer(rate=0.1):
    return LossCurveViewer(RECORD["curves"], RECORD["loss_every"], rate)


@pytest.mark.parametrize("make", [NormalizationCube, viewer])
def test_the_book_gets_html_and_a_picture(make, monkeypatch):
    monkeypatch.setenv("COURSEKIT_BOOK", "1")
    figure = make()
    data, _ = figure._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert figure.description() in data["text/html"]


def test_the_page_stays_small():
    assert len(json.dumps(viewer().state())) < 50_000
    assert len(viewer().static_html()) < 200_000


def test_channels_of_the_example_lie_around_different_values():
    x = example()
    assert x.shape == (4, 6, 6)
    assert np.ptp(x.mean(axis=(0, 2))) > 3 * x.std(axis=(0, 2)).max()
    np.testing.assert_array_equal(x, np.round(x))


@pytest.mark.parametrize(
    ("norm", "share", "means", "axes"),
    [
        ("batch", 24, 6, np.s_[:, 0]),
        ("layer", 36, 4, np.s_[0]),
        ("instance", 6, 24, np.s_[0, 0]),
        ("group", 18, 8, np.s_[0, :3]),
    ],
)
def test_description_tells_what_is_shared(norm, share, means, axes):
    words = NormalizationCube(norm=norm).description()
    mean = f"{round(example()[axes].mean(), 4):g}".replace("-", "−")
    assert f"{norm} norm, {share} of them share" in words
    assert f"their mean is {mean}," in words
    assert words.endswith(f"There are {means} means in all.")


def test_any_small_batch_is_taken_and_a_later_one_is_checked():
    figure = NormalizationCube(np.arange(12).reshape(2, 3, 2), "group", np.int64(3))
    assert figure.num_groups == 3
    with pytest.raises(ShapeError, match="3 axes"):
        figure.x = [1, 2]


REFUSED = {
    "axes": (([[1, 2]],), r"`x` must have 3 axes \(N, C, H \* W\)"),
    "size": ((np.ones((2, 7, 2)),), "`x` must have 1 to 6 numbers"),
    "one number": (([[[1]]],), "at least 2 numbers"),
    "norm": ((None, "power"), "one of batch, layer, instance, group, .* 'power'"),
    "groups": ((None, "group", 4), "must divide the 6 channels, but it is 4"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_cube_names_what_is_wrong(case):
    arguments, message = REFUSED[case]
    with pytest.raises(ShapeError, match=message):
        NormalizationCube(*arguments)


def test_every_recorded_number_reaches_the_viewer():
    state = viewer().state()
    assert state["names"] == ["no norm", "batch norm"]
    for run in RECORD["curves"]:
        at = state["rates"].index(run["learning_rate"])
        norm = ["none", "batch"].index(run["norm"])
        place = at, norm, state["seeds"].index(run["seed"])
        for key, name in {"losses": "loss", "accuracies": "test_accuracy"}.items():
            line = state[key][place[0]][place[1]][place[2]]
            numbers = [float(word) for word in line.split() if word != "inf"]
            assert numbers == pytest.approx(run[name])
            assert line.endswith(" inf") == (run["diverged"] and name == "loss")


def test_description_says_how_the_runs_end():
    assert "batch norm ends with a median of 0.0955." in viewer().description()
    words = viewer(3.0).description()
    assert "no norm ends with no median; 7 of 8 runs diverged" in words


def without(**changed):
    """Return the recorded runs but those that are as given."""
    return [
        run
        for run in RECORD["curves"]
        if any(run[key] != value for key, value in changed.items())
    ]


BAD_RUNS = {
    "none": ([], "number of runs"),
    "missing": (without(seed=3, norm="none", learning_rate=0.1), "96 runs, .* 95"),
    "seeds": ([run for run in RECORD["curves"] if run["seed"] < 2], "3 to 15 seeds"),
    "norms": (
        [*RECORD["curves"], {**RECORD["curves"][0], "norm": "layer"}],
        "at most 2 norms, but they are of none, batch, layer",
    ),
}


@pytest.mark.parametrize("case", BAD_RUNS)
def test_the_viewer_names_what_is_wrong_with_runs(case):
    runs, message = BAD_RUNS[case]
    with pytest.raises(ShapeError, match=message):
        LossCurveViewer(runs, 2)


def test_a_learning_rate_nobody_recorded_is_named():
    with pytest.raises(ValueError, match=r"one of 0.01, 0.03, .*, but it is 0.2"):
        viewer(0.2)
