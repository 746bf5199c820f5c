"""The leaderboard: ranks, ties, pseudonyms, and a bonus that is entered once."""

from __future__ import annotations

import csv
import json
from datetime import datetime

import pytest
from click.testing import CliRunner

from coursekit.checks.declare import Predictions
from coursekit.checks.mark import ExerciseResult, Finding, GroupResult
from coursekit.errors import CourseError
from coursekit.grading.pseudonyms import class_secret, pseudonym
from coursekit.grading.records import Record
from coursekit.grading.result import SubmissionResult
from coursekit.grading.writer import write_submission
from coursekit.reports.leaderboard import read_decisions
from coursekit.reports.leaderboard_command import board_lines
from coursekit.reports.leaderboard_command import leaderboard as command
from coursekit.reports.leaderboard_run import run_leaderboard
from coursekit.reports.rows import class_report

pytestmark = pytest.mark.filterwarnings("ignore::Warning")

ASKED = Predictions("psx.double", "Digits", "mnist", ((0.8, 0), (0.93, 2)), bonus=1.5)
DECLARATION = f"""
from coursekit.checks.declare import *

PROBLEM_SET = ProblemSet("psx", "Small", (), [{ASKED!r}])
"""
NOON = datetime.fromisoformat("2026-03-01T12:00:00+00:00")


def record(student, right, received=NOON, **parts):
    """Return what grading found: so many right predictions, or none at all."""
    sentence = "No file handed in." if right is None else f"{right} right."
    finding = Finding(sentence, right, 10_000, True)
    finding = Finding(**{**vars(finding), **parts})
    group = GroupResult("Accuracy", 2.0, 1, 0, None, 1.0)
    result = ExerciseResult("psx.double", "D", "", (), (group,), finding=finding)
    submission = SubmissionResult(student, "psx", "d", 1, "full", (result,))
    return Record("key", received, submission)


@pytest.fixture
def solutions(tmp_path):
    folder = tmp_path / "solutions"
    (folder / "exercises").mkdir(parents=True)
    (folder / "exercises" / "psx.py").write_text(DECLARATION, encoding="utf-8")
    return folder


@pytest.fixture
def graded(room, released):
    """Enter graded submissions: names and how many predictions are right."""

    def graded(*records, **rights):
        entries = [*records, *(record(name, n) for name, n in rights.items())]
        with room.gradebook() as gradebook:
            for entry in entries:
                write_submission(room, gradebook, released, entry, None)

    return graded


@pytest.fixture
def run(room, solutions):
    return lambda **options: run_leaderboard(room, "psx", solutions, **options)


def extra(room):
    """Return the extra credit of every student that has any."""
    with room.gradebook() as gradebook:
        found = gradebook.assignment_submissions("psx")
        names = [submission.student.id for submission in found]
        grades = {
            name: gradebook.find_grade("psx-double", "psx", "psx", name)
            for name in names
        }
        return {n: g.extra_credit for n, g in grades.items() if g.extra_credit}


def give(room, student, **fields):
    """Let a person change a grade."""
    with room.gradebook() as gradebook:
        grade = gradebook.find_grade("psx-double", "psx", "psx", student)
        for name, value in fields.items():
            setattr(grade, name, value)
        gradebook.db.commit()


SIX = {"ada": 9300, "ben": 9100, "cleo": 9100, "dan": 9000, "eve": 8500, "finn": 100}


def test_the_best_fifth_rounded_up_gets_the_bonus(room, graded, run):
    graded(**SIX)
    board, _, _ = run()
    ranks = {entry.student: entry.rank for entry in board.entries}
    assert ranks == {"ada": 1, "ben": 2, "cleo": 2, "dan": 4, "eve": 5, "finn": 6}
    # A fifth of 6 is 1.2, rounded up to 2; ben and cleo are equal at the border.
    assert board.winners == {"ada": 1.5, "ben": 1.5, "cleo": 1.5}
    assert extra(room) == board.winners


def test_if_all_are_equal_all_get_it(graded, run):
    graded(**dict.fromkeys(SIX, 9000))
    assert len(run()[0].winners) == 6


def test_a_class_of_one_is_its_own_best_fifth(graded, run):
    graded(ada=9000)
    assert run()[0].winners == {"ada": 1.5}


def test_who_earns_nothing_gets_no_bonus_either(graded, run):
    graded(ada=8000, ben=1000)
    assert run()[0].winners == {}


def test_an_empty_class_has_an_empty_page(run):
    board, (page, table, names), entered = run()
    assert board.entries == []
    assert "There is no entry yet." in page.read_text()
    assert table.read_text() == "rank,name,percent right,best fifth\n"
    assert len(names.read_text().splitlines()) == 1
    assert entered.changed == []


def test_a_second_run_changes_nothing(room, graded, run):
    graded(**SIX)
    _, paths, first = run()
    before = [path.read_bytes() for path in paths], extra(room)
    _, paths, second = run()
    assert (first.changed, second.changed) == (["ada", "ben", "cleo"], [])
    assert ([path.read_bytes() for path in paths], extra(room)) == before


def test_a_better_entry_takes_the_bonus_along(room, graded, run):
    graded(ada=9000, ben=8900)
    run()
    graded(ben=9200)
    assert run()[2].changed == ["ada", "ben"]
    assert extra(room) == {"ben": 1.5}


def test_a_dry_run_enters_nothing(room, graded, run):
    graded(ada=9000)
    assert run(dry_run=True)[2] is None
    assert extra(room) == {}


def test_marks_and_extra_credit_of_a_person_stay(room, graded, run):
    graded(ada=9000, ben=8000)
    give(room, "ada", manual_score=0.5, extra_credit=0.25)
    entered = run()[2]
    assert entered.by_hand == {"ada": 0.25}
    assert extra(room) == {"ada": 0.25}
    with room.gradebook() as gradebook:
        grade = gradebook.find_grade("psx-double", "psx", "psx", "ada")
        assert (grade.manual_score, grade.auto_score) == (0.5, 1.0)


def test_grading_again_keeps_the_bonus_and_the_report_counts_it(room, graded, run):
    graded(ada=9000)
    run()
    graded(ada=9000)
    assert extra(room) == {"ada": 1.5}
    (row,) = class_report(room, "psx").rows
    assert row.scores["psx-double"] == 2.5


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_a_run_that_is_killed_is_made_good_by_the_next(room, graded, run, moment):
    graded(ada=9000)
    journal = room.folder / "grading" / "bonus" / "psx.json"
    run()
    if moment == "before the commit":
        give(room, "ada", extra_credit=None)
    journal.write_text(json.dumps({"ada": [0.0, 1.5]}))
    run()
    assert extra(room) == {"ada": 1.5}
    graded(ben=9100, cleo=9100)
    run()
    assert extra(room) == {"ben": 1.5, "cleo": 1.5}


def test_who_is_not_ranked_is_listed_with_a_reason(room, graded, run):
    stuck = {"psx.double": "CourseError: no labels"}
    ungraded = SubmissionResult("gus", "psx", "d", 1, "full", ungraded=stuck)
    graded(
        record("ada", 9000),
        record("ben", 9900, on_leaderboard=False),
        record("cleo", None),
        record("dan", 9999, look=("Too good.",)),
        Record("key", NOON, ungraded),
    )
    board, (page, _, names), _ = run()
    assert [entry.student for entry in board.entries] == ["ada"]
    assert board.left_out == {
        "ben": "withdrawn by the student",
        "cleo": "No file handed in.",
        "dan": "needs a look: Too good.",
        "gus": "not graded: CourseError: no labels",
    }
    assert "dan" not in page.read_text()
    rows = list(csv.DictReader(names.open()))
    assert rows[3]["why not ranked"] == "needs a look: Too good."


def test_equal_predictions_are_named_to_the_instructor_alone(room, graded, run):
    graded(
        record("ada", 9000, digest="a"),
        record("ben", 9000, digest="a"),
        record("cleo", 9000, digest="c"),
        record("dan", 9000, digest="a", on_leaderboard=False),
    )
    board, (page, table, names), _ = run()
    lines = board_lines(board)
    assert "  ada: psx.double: exactly the same predictions as ben, dan." in lines
    assert "  ben: psx.double: exactly the same predictions as ada, dan." in lines
    assert set(board.equal) == {"ada", "ben", "dan"}
    assert set(board.winners) == {"ada", "ben", "cleo"}  # it is for people to decide
    rows = {row["student"]: row["equal"] for row in csv.DictReader(names.open())}
    assert rows["cleo"] == ""
    assert rows["dan"].endswith("as ada, ben.")
    for path in (page, table, room.autograded / "ada" / "psx" / "psx.ipynb"):
        assert "same predictions" not in path.read_text()
    (ada, _, cleo, _) = class_report(room, "psx").rows
    assert ada.remarks == ["psx.double: exactly the same predictions as ben, dan."]
    assert (ada.attention, cleo.remarks) == ([], [])


def test_of_many_with_equal_predictions_a_few_are_named(graded, run):
    graded(*(record(f"s{n}", 9000, digest="a") for n in range(9)))
    line = "psx.double: exactly the same predictions as s1, s2, s3, s4, s5 and 3 more."
    assert run()[0].equal["s0"] == [line]


def test_late_work_is_not_ranked_unless_there_is_an_extension(room, graded, run):
    graded(record("ada", 9000), record("ben", 9100, NOON.replace(hour=13)))
    with room.gradebook() as gradebook:
        gradebook.find_assignment("psx").duedate = NOON.replace(tzinfo=None)
        gradebook.db.commit()
    assert run()[0].left_out == {"ben": "handed in late"}
    with room.gradebook() as gradebook:
        gradebook.grant_extension("psx", "ben", hours=2)
    assert run()[0].left_out == {}


def test_an_instructor_decides_about_entries(room, graded, run):
    graded(record("ada", 9000), record("dan", 9999, look=("Too good.",)))
    path = room.folder / "leaderboard-psx.txt"
    path.write_text("# asked on Monday\n\ndan: checked\nada: out\n")
    board, _, _ = run()
    assert [entry.student for entry in board.entries] == ["dan"]
    assert board.left_out == {"ada": "left out by you"}


def test_a_decision_about_a_stranger_is_refused(room, graded, run):
    graded(ada=9000)
    (room.folder / "leaderboard-psx.txt").write_text("zoe: out\n")
    with pytest.raises(CourseError, match="names zoe, who handed in nothing"):
        run()


@pytest.mark.parametrize("line", ["ada", "ada: maybe", "out: ada"])
def test_a_line_that_decides_nothing_is_refused(tmp_path, line):
    path = tmp_path / "leaderboard-psx.txt"
    path.write_text(f"ben: out\n{line}\n")
    with pytest.raises(CourseError, match="line 2 must be like"):
        read_decisions(path)


def test_a_name_with_a_colon_can_be_decided_on(tmp_path):
    path = tmp_path / "leaderboard-psx.txt"
    path.write_text("a: b : out\n")
    assert read_decisions(path) == {"a: b": "out"}


def test_pages_for_the_class_hold_no_name(room, graded, run):
    class_ = [f"s-{number}-x" for number in range(6)]
    graded(*[record(name, 9000) for name in class_])
    board, (page, table, names), _ = run()
    for path in (page, table):
        assert not any(name in path.read_text() for name in class_)
        assert all(entry.pseudonym in path.read_text() for entry in board.entries)
    assert all(name in names.read_text() for name in class_)
    assert "http" not in page.read_text()


def test_students_find_their_name_in_their_notebook(room, graded, run):
    graded(record("ada", 9000), record("ben", 9000, on_leaderboard=False))
    board, _, _ = run()
    texts = {
        name: (room.autograded / name / "psx" / "psx.ipynb").read_text()
        for name in ("ada", "ben")
    }
    assert f"your name is {board.entries[0].pseudonym}." in texts["ada"]
    assert "leaderboard" not in texts["ben"]


def test_what_needs_a_look_is_not_in_the_notebook_of_the_student(room, graded):
    graded(record("dan", 9999, look=("Too good.",)))
    notebook = room.autograded / "dan" / "psx" / "psx.ipynb"
    assert "Too good." not in notebook.read_text()
    (row,) = class_report(room, "psx").rows
    assert row.attention == ["psx.double needs a look: Too good."]


def test_names_are_stable_pronounceable_and_secret(tmp_path):
    secret = class_secret(tmp_path / "secret")
    assert class_secret(tmp_path / "secret") == secret
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    names = {pseudonym(secret, f"student{n}") for n in range(2000)}
    assert len(names) == 2000
    assert pseudonym(secret, "ada") == pseudonym(secret, "ada")
    assert pseudonym(bytes(32), "ada") != pseudonym(secret, "ada")
    assert pseudonym(bytes(32), "ada").replace(" ", "").isalpha()


@pytest.mark.parametrize("text", ["", "00" * 31, "zz" * 32, "\u00e9"])
def test_a_damaged_secret_is_told_of(tmp_path, text):
    (tmp_path / "secret").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match="put it back, or delete it"):
        class_secret(tmp_path / "secret")


def test_a_problem_set_without_a_bonus_has_no_leaderboard(room, tmp_path, solutions):
    path = solutions / "exercises" / "psx.py"
    path.write_text(path.read_text().replace("bonus=1.5", "bonus=0.0"))
    with pytest.raises(CourseError, match="psx has no leaderboard"):
        run_leaderboard(room, "psx", solutions)


def test_the_command_says_what_it_did(room, graded, solutions):
    graded(record("ada", 9000), record("ben", None))
    options = ["psx", "--class", str(room.folder), "--solutions", str(solutions)]
    answer = CliRunner().invoke(command, options, catch_exceptions=False)
    lines = answer.output.splitlines()
    assert [line.startswith("Wrote ") for line in lines[:3]] == [True] * 3
    assert lines[3:] == [
        "1 entry; 1 in the best fifth (bonus 1.5); 1 not ranked.",
        "  ben: No file handed in.",
        "Students whose bonus changed: 1.",
    ]
    again = CliRunner().invoke(command, [*options, "--dry-run"])
    assert again.output.endswith("No bonus was entered (--dry-run).\n")
