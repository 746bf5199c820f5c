"""Files of predictions that are made to break, to leak, or to cost time."""

from __future__ import annotations

import os
import time
import zipfile

import numpy as np
import pytest

from coursekit.checks.declare import Predictions, ProblemSet
from coursekit.checks.predictions import mark_predictions, predictions_key
from coursekit.checks.predictions_file import Handed, predictions_text
from coursekit.checks.render import to_html
from coursekit.grading.ingest import ingest
from coursekit.grading.snapshot import read_files

ASKED = Predictions("ps93.predictions", "Digits", "mnist", ((0.90, 1), (0.98, 4)))
PROBLEM_SET = ProblemSet("ps93", "Predictions", (), [ASKED])
KEY = predictions_key(ASKED)
NAME = "ps93-predictions.csv"
LABELS = {"mnist": np.random.default_rng(0).integers(0, 10, 10_000)}
GOOD = predictions_text(Handed("mnist", LABELS["mnist"])).encode()
HEAD = b"convnets-predictions-1,mnist,10000\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "submitted" / "anna" / "ps93"
    folder.mkdir(parents=True)
    (folder / "ps93.ipynb").write_text('{"cells": []}')
    return folder


@pytest.fixture
def taken(tmp_path):
    """Take the submissions in; give what was taken of the predictions, and why not."""

    def taken():
        snapshots = ingest(tmp_path / "submitted", PROBLEM_SET, tmp_path / "store")
        (anna,) = snapshots
        return read_files(anna).get(NAME), anna.problem

    return taken


def test_an_honest_file_is_taken(folder, taken):
    (folder / NAME).write_bytes(GOOD)
    assert taken() == (GOOD, "")


def test_a_link_is_not_followed(folder, taken, tmp_path):
    (tmp_path / "secret").write_bytes(GOOD)
    (folder / NAME).symlink_to(tmp_path / "secret")
    assert taken() == (None, f"{NAME} is a symbolic link.")


def test_a_hard_link_is_refused(folder, taken, tmp_path):
    (tmp_path / "secret").write_bytes(GOOD)
    os.link(tmp_path / "secret", folder / NAME)
    assert taken() == (None, f"{NAME} is a hard link.")


def test_a_pipe_does_not_hold_up_grading(folder, taken):
    os.mkfifo(folder / NAME)
    assert taken() == (None, f"{NAME} is not a file.")


def test_a_folder_of_that_name_is_no_file(folder, taken):
    (folder / NAME).mkdir()
    assert taken() == (None, "")


def test_a_huge_file_is_not_read_whole(folder, taken):
    with (folder / NAME).open("wb") as file:
        file.truncate(10 << 30)  # takes no room on the disk
    assert taken() == (None, f"{NAME} is larger than 10 MiB.")


def test_two_files_elsewhere_are_not_guessed_between(folder, taken):
    for place in ("a", "b"):
        (folder / place).mkdir()
        (folder / place / NAME).write_bytes(GOOD)
    assert taken() == (None, f"{NAME} is there 2 times, elsewhere.")


def test_the_file_in_its_place_wins_over_copies(folder, taken):
    (folder / "old").mkdir()
    (folder / "old" / NAME).write_bytes(b"old")
    (folder / NAME).write_bytes(GOOD)
    assert taken() == (GOOD, "")


def test_another_problem_sets_file_is_not_taken(folder, taken):
    (folder / "ps8-predictions.csv").write_bytes(GOOD)
    assert taken() == (None, "")


def zipped(folder, *members):
    """Replace the folder's files by a zip as `course submit` writes it."""
    (folder / "ps93.ipynb").unlink()
    with zipfile.ZipFile(folder / "ps93-submission.zip", "w", 8) as archive:
        archive.writestr("ps93.ipynb", '{"cells": []}')
        for name, data in members:
            archive.writestr(name, data)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_that_holds_the_file_twice_is_refused(folder, taken):
    zipped(folder, (NAME, GOOD), (NAME, GOOD))
    assert taken() == (None, f"The zip file holds {NAME} twice.")


@pytest.mark.parametrize("name", [f"../{NAME}", f"/{NAME}", f"a/../../{NAME}"])
def test_a_path_that_leads_outside_is_refused(folder, taken, name):
    zipped(folder, (name, GOOD))
    data, problem = taken()
    assert data is None
    assert "leads outside" in problem


def test_a_bomb_is_refused_before_it_is_unpacked(folder, taken):
    zipped(folder, (NAME, b"0" * (60 << 20)))
    assert taken() == (None, f"{NAME} is larger than 10 MiB.")


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"9" * 9_000_000,
        HEAD + b"\n" * 9_000_000,
        HEAD + b"1," * 120_000,
        HEAD + b'"' * 200_000,
        HEAD + b"1\r" * 100_000,
        b"\x00" * 9_000_000,
        b"convnets-predictions-1," * 10_000,
        b"a," * 120_000,
        b"a-" * 120_000,
    ],
    ids=["digits", "lines", "commas", "quotes", "returns", "nul", "head", "a,", "a-"],
)
def test_no_file_costs_time(data):
    begin = time.perf_counter()
    result = mark_predictions(KEY, data, LABELS)
    assert result.earned == 0
    assert time.perf_counter() - begin < 2


@pytest.mark.parametrize(
    "line",
    ["<script>alert(1)</script>", '=HYPERLINK("x")', "\x1b[31m", "\u202e7", "`x`"],
)
def test_nothing_in_a_file_reaches_a_page_as_it_is(line):
    data = HEAD + line.encode()
    result = mark_predictions(KEY, data, LABELS)
    page = to_html(result)
    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert result.groups[0].failure.why.sentence.isascii()


def test_the_labels_are_nowhere_in_what_a_student_reads():
    wrong = (LABELS["mnist"] + 5) % 10
    data = predictions_text(Handed("mnist", wrong)).encode()
    page = to_html(mark_predictions(KEY, data, LABELS))
    assert len(page) < 2000


@pytest.mark.parametrize(
    "changed",
    [
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"10000\n", b"10000,no-leaderboard\n"),
        b"\xef\xbb\xbf" + GOOD + b"\n \n",
        GOOD.replace(b"\n", b" \n"),
    ],
    ids=["line ends", "withdrawn", "mark", "blanks"],
)
def test_a_copy_in_other_bytes_is_still_equal(changed):
    mine, copied = (mark_predictions(KEY, data, LABELS) for data in (GOOD, changed))
    assert changed != GOOD
    assert mine.finding.digest == copied.finding.digest != ""


def test_other_predictions_have_another_digest_and_no_page_shows_one():
    other = LABELS["mnist"].copy()
    other[7] = (other[7] + 1) % 10
    data = predictions_text(Handed("mnist", other)).encode()
    results = [mark_predictions(KEY, item, LABELS) for item in (GOOD, data)]
    digests = {result.finding.digest for result in results}
    assert len(digests) == 2
    assert not any(item.finding.digest in to_html(item) for item in results)


@pytest.mark.parametrize(
    "line",
    [
        "\u0663",
        "\uff13",
        "1e0",
        "+1",
        "-0",
        "01",
        "1.0",
        "0x1",
        "1_",
        "1\x00",
        "1\x0b",
        "\xb2",
    ],
)
def test_a_class_is_one_plain_digit(line):
    lines = GOOD.decode().split("\n")
    lines[5] = line
    result = mark_predictions(KEY, "\n".join(lines).encode(), LABELS)
    assert result.earned == 0
    assert "Line 6" in result.groups[0].failure.why.sentence


@pytest.mark.parametrize(
    "data",
    [
        GOOD + GOOD,
        GOOD + b"1\n",
        GOOD[:-2],
        b"\xff\xfe" + GOOD.decode().encode("utf-16-le"),
        GOOD + b"\x00",
        b"\n" + GOOD,
        HEAD.replace(b"10000", b"999999999") + b"1\n" * 10_000,
        HEAD.replace(b"10000", "\uff110000".encode()) + b"1\n" * 10_000,
        GOOD.replace(b"10000\n", b"10000,leaderboard\n"),
    ],
    ids=["twice", "more", "less", "utf-16", "nul", "before", "count", "digits", "word"],
)
def test_what_is_nearly_the_file_earns_nothing_and_has_a_sentence(data):
    result = mark_predictions(KEY, data, LABELS)
    assert result.earned == 0
    assert result.groups[0].failure.why.sentence.isascii()
