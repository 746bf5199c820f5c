"""What the writer enters: notebook, scores, record."""

import json

import pytest
from classroom_helpers import NOON, exercise, group, record

from coursekit.grading.autograded import function_source
from coursekit.grading.records import read_key
from coursekit.grading.scores import CellScore, one_transaction, write_scores
from coursekit.grading.writer import cell_scores, write_submission

pytestmark = pytest.mark.filterwarnings("ignore::Warning")


def grades(room, student="ada"):
    with room.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook("psx", "psx", student)
        return {
            grade.name: (grade.auto_score, grade.needs_manual_grade)
            for grade in notebook.grades
        }


def enter(room, released, entry, snapshot=None):
    with room.gradebook() as gradebook:
        write_submission(room, gradebook, released, entry, snapshot)


def test_scores_reach_the_gradebook_cell_by_cell(room, released):
    enter(room, released, record())
    assert grades(room) == {
        "psx-double": (2.0, False),
        "psx-triple": (1.0, False),
        "psx-why": (None, True),
    }


def test_an_answer_left_as_released_earns_nothing_and_needs_nobody(released):
    result = record(answers={"psx-why": "YOUR ANSWER\n"}).result
    assert cell_scores(released, result)["psx-why"] == CellScore(0.0, "No response.")


def test_an_answer_that_cannot_be_read_is_left_to_a_person(released):
    assert cell_scores(released, record(answers={}).result)["psx-why"].points is None


def test_a_grader_error_is_never_a_zero(room, released):
    only = (exercise("double", group(2.0, True)),)
    entry = record(exercises=only, ungraded={"psx.triple": "the declaration failed"})
    enter(room, released, entry)
    assert grades(room)["psx-triple"] == (None, True)


def test_a_second_grading_keeps_the_marks_of_a_person(room, released):
    enter(room, released, record())
    with room.gradebook() as gradebook:
        grade = gradebook.find_grade("psx-why", "psx", "psx", "ada")
        grade.manual_score = 0.5
        gradebook.db.commit()
    enter(room, released, record())
    with room.gradebook() as gradebook:
        grade = gradebook.find_grade("psx-why", "psx", "psx", "ada")
        assert (grade.manual_score, grade.score) == (0.5, 0.5)


def test_a_submission_is_entered_whole_or_not_at_all(room):
    cells = {"psx-double": CellScore(2.0)}  # the other cells are missing
    with room.gradebook() as gradebook, pytest.raises(KeyError):
        write_scores(gradebook, "psx", "ada", NOON, cells)
    with room.gradebook() as gradebook:
        assert gradebook.students == []


def test_a_transaction_gives_the_session_its_commit_back(room):
    with room.gradebook() as gradebook:
        before = gradebook.db.commit
        with one_transaction(gradebook):
            assert gradebook.db.commit != before
        assert gradebook.db.commit == before


def test_the_notebook_holds_answer_result_and_source(room, released, tmp_path):
    source = tmp_path / "convnets" / "sums.py"
    source.parent.mkdir()
    source.write_text("def double(x):\n    return x + x\n")
    enter(room, released, record(), tmp_path)
    path = room.autograded / "ada" / "psx" / "psx.ipynb"
    text = path.read_text()
    assert "Because." in text
    assert "return x + x" in text
    assert "Likely mistake: adds nothing" in text
    assert (path.parent / "convnets" / "sums.py").exists()


def test_a_new_result_replaces_the_old_notebook_and_leaves_nothing(room, released):
    enter(room, released, record())
    enter(room, released, record(answers={"psx-why": "A better one."}))
    folder = room.autograded / "ada"
    assert [path.name for path in folder.iterdir()] == ["psx"]
    assert "A better one." in (folder / "psx" / "psx.ipynb").read_text()


def test_the_record_is_there_once_everything_else_is(room, released):
    assert read_key(room.records("psx"), "ada") == ""
    enter(room, released, record())
    assert read_key(room.records("psx"), "ada") == "key"


def test_the_notebook_is_a_valid_one(room, released):
    import nbformat

    enter(room, released, record(remarks=("A cell is missing.",)))
    path = room.autograded / "ada" / "psx" / "psx.ipynb"
    nbformat.validate(nbformat.read(path, as_version=4))
    first = json.loads(path.read_text())["cells"][0]
    assert "A cell is missing." in first["source"]


def test_a_function_is_shown_without_its_docstring():
    source = 'def double(x):\n    """Double.\n\n    x\n    """\n    return 2 * x\n'
    assert function_source(source, "double") == "def double(x):\n    return 2 * x"


@pytest.mark.parametrize("source", ["def double(", "x = 1", "\0"])
def test_a_function_that_cannot_be_shown_leaves_a_comment(source):
    assert function_source(source, "double").startswith("# The file")
