"""The demo class, graded once the way an instructor does it."""

import csv
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from coursekit.cli import main
from coursekit.grading.classroom import find_classroom, init_classroom, nbgrader_api
from coursekit.grading.demo import STUDENTS
from coursekit.grading.records import read_records

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning")]

HONEST = ("ada", "benoit", "chiara", "dmitri", "emeka")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "class"
    result = CliRunner().invoke(main, ["demo", str(folder)])
    assert result.exit_code == 0, result.output
    return folder, result.output


@pytest.fixture(scope="module")
def table(demo):
    text = (demo[0] / "reports" / "ps1" / "report.csv").read_text()
    return {row["student"]: row for row in csv.DictReader(text.splitlines())}


def test_nobody_is_lost(demo, table):
    assert list(table) == list(STUDENTS)
    assert "12 submissions: 8 graded, 4 need attention" in demo[1]


@pytest.mark.parametrize("student", HONEST)
def test_right_code_earns_everything_in_every_style(table, student):
    assert (table[student]["total"], table[student]["to mark"]) == ("19", "1")


def test_an_untouched_stub_earns_nothing(table):
    assert (table["hana"]["total"], table["hana"]["status"]) == ("0", "graded")


def test_partly_right_code_loses_the_groups_it_breaks_and_is_named(table):
    assert table["fatima"]["misconceptions"].split("; ") == [
        "ps1.correlate1d: output made like the signal",
        "ps1.correlate2d: flipped kernel",
    ]
    assert table["goran"]["misconceptions"].split("; ") == [
        "ps1.toeplitz: stride ignored",
        "ps1.conv2d_loops: bias ignored",
        "ps1.match_template: column before row",
    ]


@pytest.mark.parametrize(
    ("student", "line"),
    [
        ("ines", "convnets/correlation.py is missing."),
        ("jonas", "ps1.ipynb is not a notebook: it is damaged or is not JSON."),
        ("kavya", "correlation.py cannot be read as Python"),
        ("liam", "ps1.correlate1d took too long and was stopped."),
        ("liam", "ps1.toeplitz ended the Python process."),
    ],
)
def test_a_bad_submission_gives_one_clear_line(table, student, line):
    lines = table[student]["attention"].split("; ")
    assert len([text for text in lines if text.startswith(line)]) == 1


def test_a_broken_notebook_costs_the_code_nothing(table):
    assert table["jonas"]["total"] == "19"


def test_what_was_not_handed_in_is_left_blank(table):
    assert table["ines"]["ps1-correlate1d"] == ""


def test_an_endless_loop_and_an_exit_cost_only_their_exercises(table):
    assert table["liam"]["ps1-correlate2d"] == "3"
    assert table["liam"]["ps1-match_template"] == "2"


def test_grading_again_does_nothing(demo):
    folder = str(demo[0])
    before = [r.key for r in read_records(find_classroom(demo[0]).records("ps1"))]
    result = CliRunner().invoke(main, ["grade", "ps1", "--class", folder])
    assert "(0 graded in this run)" in result.output
    after = [r.key for r in read_records(find_classroom(demo[0]).records("ps1"))]
    assert before == after


def test_stock_feedback_names_the_mistake(demo):
    page = demo[0] / "feedback" / "fatima" / "ps1" / "ps1.html"
    assert "Likely mistake: flipped kernel" in page.read_text()


def test_stock_export_reads_the_gradebook(demo, tmp_path):
    from nbgrader.plugins import CsvExportPlugin

    plugin = CsvExportPlugin(to=str(tmp_path / "grades.csv"))
    with find_classroom(demo[0]).gradebook() as gradebook:
        plugin.export(gradebook)
    rows = list(csv.DictReader((tmp_path / "grades.csv").read_text().splitlines()))
    rows = [row for row in rows if row["assignment"] == "ps1"]
    scores = {row["student_id"]: row["score"] for row in rows}
    assert (scores["ada"], scores["hana"]) == ("19.0", "0.0")


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """Make another class, for nbgrader alone to grade; making one takes seconds."""
    folder = tmp_path_factory.mktemp("stock")
    return init_classroom(folder, Path("assignments"), Path("src/convnets"))


@pytest.mark.parametrize("student", ["benoit", "emeka", "fatima", "goran"])
def test_stock_autograde_gives_the_same_scores_cell_by_cell(demo, stock, student):
    ours = find_classroom(demo[0])
    shutil.copytree(ours.submitted / student, stock.submitted / student)
    answer = nbgrader_api(stock).autograde("ps1", student)
    assert answer["success"], answer
    assert cells(stock, student) == cells(ours, student)


def cells(room, student):
    with room.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook("ps1", "ps1", student)
        return {
            grade.name: (grade.auto_score, grade.needs_manual_grade)
            for grade in notebook.grades
        }
