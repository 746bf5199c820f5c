"""Every kind of leak is found, wherever it hides, and nothing else is."""

from __future__ import annotations

import io
import json
import marshal
import zipfile
from importlib.util import MAGIC_NUMBER

import pytest

from coursekit.authoring.edition import edition_files
from coursekit.authoring.leaks import find_leaks, refuse_leaks
from coursekit.authoring.release import generate
from coursekit.authoring.secret_lines import gather_secrets
from coursekit.errors import CourseError

SOLUTION = "twice = np.multiply(x, math.sqrt(4.0))"
HIDDEN_CASE = 'return [case("three numbers", rng.integers(1, 9, size=3) + 2.5)]'
MISCONCEPTION = "return np.asarray(x) ** 2 + 0.0"
PLANTED = "src/coursekit/planted.py"


@pytest.fixture
def secrets(course):
    return gather_secrets(course / "solutions")


def notebook(source="Text.", **metadata):
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    return json.dumps({"cells": [cell], "metadata": metadata}).encode()


def archive(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return buffer.getvalue()


def leaks_of(secrets, data, path=PLANTED):
    data = data.encode() if isinstance(data, str) else data
    return [str(leak) for leak in find_leaks({path: data}, secrets)]


def test_a_clean_edition_passes(course, secrets):
    files = edition_files(course, generate(course))
    assert len(files) > 40
    assert find_leaks(files, secrets) == []


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (SOLUTION, "solutions/convnets/sums.py:21"),
        ("start = by % len(x)", "solutions/convnets/sums.py:30"),
        (HIDDEN_CASE, "solutions/exercises/ps1.py:12"),
        (MISCONCEPTION, "solutions/exercises/ps1.py:20"),
    ],
)
def test_a_line_of_a_solution_or_declaration_is_found(secrets, line, place):
    assert leaks_of(secrets, f"x = 1\n{line}\n") == [f"{PLANTED}: a line of {place}"]


@pytest.mark.parametrize(
    "hidden",
    [
        f"    # {SOLUTION}",
        f">>> {SOLUTION}",
        SOLUTION.replace(" ", "   "),
        SOLUTION.replace(" ", ""),
        f"if True: {SOLUTION}; y = 2",
        "twice = np.multiply(\n    x,\n    math.sqrt(4.0))",
    ],
)
def test_spacing_and_comments_hide_nothing(secrets, hidden):
    assert "solutions/convnets/sums.py:21" in leaks_of(secrets, hidden)[0]


@pytest.mark.parametrize(
    "source",
    [SOLUTION, [SOLUTION[:9], SOLUTION[9:]], ["a\n", f"\t{SOLUTION}\n"]],
    ids=["string", "split", "lines"],
)
def test_strings_in_a_notebook_are_looked_into(secrets, source):
    found = leaks_of(secrets, notebook(source), "assignments/ps1/ps1.ipynb")
    assert len(found) == 1
    assert "solutions/convnets/sums.py:21" in found[0]


def test_escaped_json_is_looked_into(secrets):
    line = json.dumps({"text": HIDDEN_CASE}).replace("c", "\\u0063")
    assert HIDDEN_CASE not in line
    assert "solutions/exercises/ps1.py:12" in leaks_of(secrets, line, "a.json")[0]


def test_archives_in_archives_are_looked_into(secrets):
    inner = archive(**{"notes.md": SOLUTION})
    found = leaks_of(secrets, archive(**{"inner.zip": inner}), "outer.zip")
    assert found == [
        "outer.zip!inner.zip!notes.md: a line of solutions/convnets/sums.py:21"
    ]


def test_a_damaged_archive_is_refused(secrets):
    data = archive(**{"a.txt": "x" * 100})
    damaged = data[:40] + b"?" * 60 + data[100:]
    assert "cannot be read" in leaks_of(secrets, damaged, "a.zip")[0]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("src/convnets/sums.cpython-311.pyc", b""),
        ("src/convnets/__pycache__/sums", b""),
        ("src/convnets/fast.so", b""),
        ("src/convnets/fast.pyd", b""),
        ("src/convnets/notes.txt", MAGIC_NUMBER + bytes(12) + marshal.dumps(1)),
        ("src/convnets/notes.txt", b"\x7fELF\x02\x01\x01\0"),
        ("src/convnets/notes.txt", b"MZ\x90\0\x03\0"),
        ("src/convnets/notes.txt", b"\xcf\xfa\xed\xfe\0"),
    ],
)
def test_compiled_files_are_found_by_name_and_by_content(secrets, path, data):
    assert "a compiled file" in leaks_of(secrets, data, path)[0]


def test_other_binary_files_are_refused_and_pictures_are_not(secrets):
    assert "neither text nor a PNG picture" in leaks_of(secrets, b"\x80\x04\xff")[0]
    assert leaks_of(secrets, b"\x89PNG\r\n\x1a\n\0\xff", "a.png") == []


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.ipynb", notebook(jupytext={"formats": "ipynb,md:myst"})),
        ("a.md", "---\njupytext:\n  formats: ipynb,md\n---\n"),
        ("a.py", "# ---\n# jupyter:\n#   jupytext:\n#     formats: ipynb,py\n"),
        ("jupytext.toml", 'formats = "ipynb,md"\n'),
        (".jupytext", 'formats = "ipynb,md"\n'),
    ],
)
def test_pairing_metadata_is_found(secrets, path, data):
    assert "pair" in leaks_of(secrets, data, path)[0]


def test_pairing_metadata_of_one_cell_is_found(secrets):
    tree = json.loads(notebook())
    tree["cells"][0]["metadata"]["jupytext"] = {"cell_id": 1}
    assert "pairing" in leaks_of(secrets, json.dumps(tree), "a.ipynb")[0]


@pytest.mark.parametrize(
    "mark",
    [
        "### BEGIN SOLUTION",
        "###  End  Solution",
        "#begin-solution",
        "# BEGIN_HIDDEN_TESTS",
        "### end hidden test",
        "### HIDDEN TESTS",
        "BEGIN MARK SCHEME",
    ],
)
def test_stray_marks_are_found_in_any_spelling(secrets, mark):
    assert "the mark" in leaks_of(secrets, f"x = 1\n{mark}\n")[0]
    assert "the mark" in leaks_of(secrets, notebook(mark), "a.ipynb")[0]


@pytest.mark.parametrize(
    "change", [{"outputs": [{"output_type": "stream"}]}, {"execution_count": 3}]
)
def test_outputs_and_counts_in_a_notebook_are_found(secrets, change):
    tree = json.loads(notebook())
    tree["cells"][0].update(change)
    assert leaks_of(secrets, json.dumps(tree), "a.ipynb") == [
        "a.ipynb: cell 1 has been run: it has outputs or a count"
    ]


def test_a_file_from_solutions_is_known_by_its_hash(course, secrets):
    text = (course / "solutions" / "notebooks" / "ps1.md").read_bytes()
    for copy in (text, text.replace(b"\n", b"\r\n")):
        assert any(
            "the same file as solutions/notebooks/ps1.md" in leak
            for leak in leaks_of(secrets, copy, "docs/read.txt")
        )


@pytest.mark.parametrize("folder", ["solutions", "authoring", "grading", "reports"])
def test_the_instructors_folders_are_refused(secrets, folder):
    found = leaks_of(secrets, "x = 1\n", f"src/coursekit/{folder}/a.py")
    assert found[0].endswith(f"a file from the instructors' folder {folder}/")


def test_lines_that_anybody_writes_are_no_secrets(secrets):
    for line in ("return twice", "import math", "for i in range(n):", "@pytest"):
        assert leaks_of(secrets, line) == []


def test_lines_outside_the_marks_are_no_secrets(course, secrets):
    assert leaks_of(secrets, 'check_at_least("by", by, 0)') == []
    path = course / "solutions" / "convnets" / "sums.py"
    path.write_text(path.read_text() + f"\n\n# As above: {SOLUTION}\n")
    assert leaks_of(gather_secrets(course / "solutions"), SOLUTION) == []


def test_a_listed_public_line_is_no_secret(course):
    (course / "solutions" / "public_lines.txt").write_text(f"{SOLUTION}\n")
    secrets = gather_secrets(course / "solutions")
    assert leaks_of(secrets, SOLUTION) == []
    assert leaks_of(secrets, MISCONCEPTION) != []


def test_titles_and_hints_reach_students_on_purpose(secrets):
    assert leaks_of(secrets, '"Twice is not squared.", "Round and round"') == []


def test_the_message_lists_the_leaks_and_says_what_was_not_done(secrets):
    files = {f"{n}.py": f"### HIDDEN TESTS {n}".encode() for n in range(12)}
    with pytest.raises(CourseError, match="would leak, so it was not written") as error:
        refuse_leaks(files, secrets)
    assert "0.py: the mark" in str(error.value)
    assert "... and 2 more" in str(error.value)
