"""The class report: who stands where, what is held, who needs a person."""

import csv
import io

import pytest
from classroom_helpers import exercise, group, record

from coursekit.errors import CourseError
from coursekit.grading.writer import write_submission
from coursekit.reports.rows import class_report
from coursekit.reports.table import report_csv, safe_text
from coursekit.reports.write import write_feedback, write_report

pytestmark = pytest.mark.filterwarnings("ignore::Warning")


@pytest.fixture
def graded(room, released):
    late = (exercise("double", group(2.0, False, "timeout")),)
    stuck = {"psx.triple": "no case could be drawn"}
    entries = [
        record("ada"),
        record('=cmd("x"), "b"\n', problem="The notebook is <i>empty</i>."),
        record("cleo", exercises=late, ungraded=stuck),
    ]
    with room.gradebook() as gradebook:
        for entry in entries:
            write_submission(room, gradebook, released, entry, None)
    return room


def test_points_given_and_points_open_are_told_apart(graded):
    row = class_report(graded, "psx").rows[1]
    assert row.scores == {"psx-double": 2.0, "psx-triple": 1.0, "psx-why": None}
    assert (row.total, row.is_complete) == (3.0, False)


def test_what_cannot_be_graded_is_blank_and_never_zero(graded):
    table = list(csv.DictReader(io.StringIO(report_csv(class_report(graded, "psx")))))
    cleo = next(row for row in table if row["student"] == "cleo")
    assert cleo["psx-triple"] == ""
    assert cleo["to mark"] == "2"


def test_each_misconception_is_counted_once_a_submission(graded):
    report = class_report(graded, "psx")
    assert report.misconceptions == [("psx.triple: adds nothing", 2)]


def test_a_timeout_and_an_ungraded_exercise_need_attention(graded):
    attention = class_report(graded, "psx").rows[2].attention
    assert "psx.double took too long and was stopped." in attention
    assert "psx.triple: no case could be drawn" in attention


def test_a_name_cannot_become_a_formula_or_break_a_row(graded):
    table = list(csv.DictReader(io.StringIO(report_csv(class_report(graded, "psx")))))
    assert [row["student"] for row in table] == ['\'=cmd("x"), "b"\n', "ada", "cleo"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_defused(start):
    assert safe_text(f"{start}1") == f"'{start}1"


def test_the_page_escapes_names_and_reasons(graded):
    page, _ = write_report(graded, "psx")
    text = page.read_text()
    assert "<i>empty</i>" not in text
    assert "&lt;i&gt;empty&lt;/i&gt;" in text


def test_the_page_loads_nothing_from_elsewhere(graded):
    page, _ = write_report(graded, "psx")
    assert "http" not in page.read_text()


def test_marks_of_a_person_count_in_the_report(graded):
    with graded.gradebook() as gradebook:
        grade = gradebook.find_grade("psx-why", "psx", "psx", "ada")
        grade.manual_score, grade.needs_manual_grade = 1.0, False
        gradebook.db.commit()
    row = next(r for r in class_report(graded, "psx").rows if r.student == "ada")
    assert (row.total, row.is_complete) == (4.0, True)


def test_stock_feedback_shows_the_mistake(graded):
    text = write_feedback(graded, "psx", "ada").read_text()
    assert "Likely mistake: adds nothing" in text


def test_an_answer_cannot_run_a_script_in_feedback(room, released):
    answer = "Because <script>alert(1)</script><img src=x onerror=alert(1)>"
    entry = record("ada", answers={"psx-why": answer})
    with room.gradebook() as gradebook:
        write_submission(room, gradebook, released, entry, None)
    text = write_feedback(room, "psx", "ada").read_text()
    assert "<script>alert(1)" not in text
    assert "<img src=" not in text


def test_feedback_for_a_stranger_is_refused_in_one_line(graded):
    with pytest.raises(CourseError, match="No feedback for 'zoe'"):
        write_feedback(graded, "psx", "zoe")


def test_a_reason_that_holds_for_every_exercise_is_told_once():
    refused = "The zip file is damaged or is not a zip file."
    everything = dict.fromkeys(["psx.double", "psx.triple"], refused)
    entry = record(exercises=(), problem=refused, ungraded=everything)
    assert entry.attention == [refused]
