"""`course submit` writes one verified zip and says what is missing from it."""

from __future__ import annotations

import hashlib
import json
import os
import time
import zipfile

import nbformat
import pytest

from coursekit import submission
from coursekit.errors import CourseError

DOUBLED = "return x * 2"


@pytest.fixture
def notebook(student):
    return student / "assignments" / "ps1" / "ps1.ipynb"


@pytest.fixture
def change(notebook):
    """Change the notebook's tree as a student's edits do."""

    def change(edit):
        tree = json.loads(notebook.read_text(encoding="utf-8"))
        edit(tree["cells"])
        notebook.write_text(json.dumps(tree), encoding="utf-8")

    return change


@pytest.fixture
def archive(notebook):
    return notebook.with_name("ps1-submission.zip")


def index(cells, grade_id):
    return next(n for n, cell in enumerate(cells) if cell["id"] == grade_id)


def test_the_zip_holds_the_notebook_the_sources_and_a_manifest(
    run, solve, archive, notebook, student
):
    solve("double", DOUBLED)
    answer = run("submit", "ps1")
    assert (answer.returncode, answer.stderr) == (0, "")
    with zipfile.ZipFile(archive) as opened:
        assert opened.namelist() == ["convnets/sums.py", "ps1.ipynb", "manifest.json"]
        assert opened.read("ps1.ipynb") == notebook.read_bytes()
        source = (student / "src" / "convnets" / "sums.py").read_bytes()
        assert opened.read("convnets/sums.py") == source


def test_the_manifest_describes_the_files_and_nobody(run, solve, archive):
    solve("double", DOUBLED)
    run("submit", "ps1")
    with zipfile.ZipFile(archive) as opened:
        text = opened.read("manifest.json").decode()
        data = opened.read("ps1.ipynb")
    tree = json.loads(text)
    assert tree["files"]["ps1.ipynb"] == {
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    assert (tree["visible"]["earned"], tree["visible"]["points"]) == (2, 5)
    assert set(tree["versions"]) == {"convnets-course", "python", "numpy"}
    assert str(archive.parents[3]) not in text
    assert os.environ.get("USER", "no user") not in text


def test_it_says_what_is_missing_the_score_and_what_to_do(run, solve, student, archive):
    solve("double", "return x ** 2")
    text = run("submit", "ps1").stdout
    assert "Note: Not begun: ps1.rotate." in text
    assert "Note: Not passing yet: ps1.double." in text
    assert "Note: ps1.why is not answered yet." in text
    assert "0 / 5 points by the visible checks" in text
    path = archive.relative_to(student)
    assert text.endswith(f"Wrote {path}. Hand in this one file.\n")


def test_from_elsewhere_the_whole_path_is_told(run, tmp_path, archive):
    answer = run(
        "submit", "ps1", "--folder", archive.parent, cwd=archive.parents[2] / "src"
    )
    assert f"Wrote {archive}. Hand in" in answer.stdout


def test_a_complete_submission_has_no_notes(run, solve, change):
    solve("double", DOUBLED)
    solve("rotate", "return np.roll(x, -by)")
    change(lambda cells: cells[-2].update(source="Because."))
    text = run("submit", "ps1").stdout
    assert "Note" not in text
    assert "5 / 5 points" in text


@pytest.mark.parametrize("folder", [".", "assignments", "assignments/ps1", "src"])
def test_the_notebook_is_found_from_anywhere_in_the_course(
    run, student, archive, folder
):
    assert run("submit", "ps1", cwd=student / folder).returncode == 0
    assert archive.is_file()


def test_a_notebook_elsewhere_is_named_by_its_folder(run, student, tmp_path, notebook):
    (tmp_path / "mine").mkdir()
    notebook.rename(tmp_path / "mine" / "ps1.ipynb")
    answer = run("submit", "ps1")
    assert answer.returncode == 1
    assert "Error: There is no ps1.ipynb in " in answer.stderr
    assert run("submit", "ps1", "--folder", str(tmp_path / "mine")).returncode == 0
    assert (tmp_path / "mine" / "ps1-submission.zip").is_file()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ps1.ipynb is empty"),
        ("{'cells': [", "ps1.ipynb is damaged: it is not a notebook"),
        ('{"worksheets": []}', "ps1.ipynb is damaged"),
        ("[1, 2]", "ps1.ipynb is damaged"),
    ],
)
def test_what_is_no_notebook_is_one_line(run, notebook, archive, text, message):
    notebook.write_text(text)
    answer = run("submit", "ps1")
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"Error: {message}")
    assert answer.stderr.count("\n") == 1
    assert not archive.exists()


def test_a_missing_source_file_is_one_line(run, student):
    (student / "src" / "convnets" / "sums.py").unlink()
    answer = run("submit", "ps1")
    assert answer.returncode == 1
    assert "sums.py is missing. Put it back before you hand in." in answer.stderr


def test_a_source_that_python_cannot_read_is_handed_in_with_a_note(
    run, student, archive
):
    (student / "src" / "convnets" / "sums.py").write_text("x = 1\ndef double(x:\n")
    text = " ".join(run("submit", "ps1").stdout.split())
    assert "Note: convnets/sums.py, line 2: Python cannot read this file" in text
    assert archive.is_file()


def test_missing_doubled_and_turned_cells_are_noted(run, change):
    def edit(cells):
        cells.append(cells[index(cells, "ps1-double")])
        cells[index(cells, "ps1-why")]["cell_type"] = "code"
        del cells[index(cells, "ps1-rotate")]

    change(edit)
    text = " ".join(run("submit", "ps1").stdout.split())
    assert "Cell ps1-double is there 2 times; the first counts." in text
    assert "The check cell ps1-rotate is missing; your code is graded all the" in text
    assert "Cell ps1-why should be a markdown cell." in text


def test_a_missing_answer_cell_is_noted_with_the_remedy(run, change):
    change(lambda cells: cells.pop(index(cells, "ps1-why")))
    text = " ".join(run("submit", "ps1").stdout.split())
    assert "The answer cell ps1-why is missing, so nobody can mark ps1.why." in text


def test_an_old_save_is_noted(run, notebook):
    then = time.time() - 2 * 3600 - 5
    os.utime(notebook, (then, then))
    lines = run("submit", "ps1").stdout.splitlines()
    assert max(len(line) for line in lines[:-1]) <= 80  # the last one is a path
    text = " ".join(" ".join(lines).split())
    assert "ps1.ipynb was saved 2 hours ago. If you have changed it since" in text


def test_a_notebook_as_it_was_unpacked_has_not_been_saved(run, notebook):
    in_1980 = 315532800  # seconds; the date of every file in the course's zip
    os.utime(notebook, (in_1980, in_1980))
    text = run("submit", "ps1").stdout
    assert "Note: ps1.ipynb has not been saved since you got it." in text


def test_a_submission_is_replaced_but_nothing_else_is(run, archive):
    assert run("submit", "ps1").returncode == 0
    assert run("submit", "ps1").returncode == 0
    archive.write_text("my notes")
    answer = run("submit", "ps1")
    assert answer.returncode == 1
    assert "is there but is no submission. Move it out of the way." in answer.stderr
    assert archive.read_text() == "my notes"


def test_code_that_ends_the_process_is_handed_in_all_the_same(run, solve, archive):
    solve("double", "import os; os._exit(3)")
    answer = run("submit", "ps1")
    assert answer.returncode == 0
    assert "Not passing yet: ps1.double." in answer.stdout
    assert archive.is_file()


def test_a_zip_that_does_not_read_back_is_refused(tmp_path, monkeypatch):
    released = submission.Released("ps1", "Sums", (), ())
    real = submission._add

    def losing(archive, name, data):
        real(archive, name, data if name == "manifest.json" else data[:-1])

    monkeypatch.setattr(submission, "_add", losing)
    target = tmp_path / "a.zip"
    with pytest.raises(CourseError, match="does not read back as it was written"):
        submission.write_submission(target, released, {"a.py": b"x = 1"}, {})
    assert list(tmp_path.iterdir()) == []


def test_equal_submissions_differ_in_their_time_only(tmp_path, monkeypatch):
    released = submission.Released("ps1", "Sums", (), ())
    monkeypatch.setattr(submission, "_now", lambda: "noon")
    for name in ("a", "b"):
        files = {"b.py": b"y = 1", "a.py": b"x = 1"}
        submission.write_submission(tmp_path / name, released, files, {})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_nothing_happens_while_the_notebook_is_graded(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert submission.submit("ps1") is None


def test_an_unknown_problem_set_lists_the_known():
    with pytest.raises(CourseError, match=r"No problem set 'ps99'\. Known: ps1"):
        submission.submit("ps99")


def test_the_last_cell_of_a_notebook_hands_in_and_writes_no_error(
    student, archive, monkeypatch
):
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONPATH", str(student / "src"))
    source = "from coursekit.submission import submit\nsubmit('ps1')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    path = str(student / "assignments" / "ps1")
    NotebookClient(notebook, resources={"metadata": {"path": path}}).execute()
    outputs = notebook.cells[0].outputs
    assert {output.get("name", "result") for output in outputs} == {"stdout", "result"}
    assert archive.is_file()
