"""C101, C104, C105 and C110: what a code cell may hold."""

from __future__ import annotations

import pytest

NOTEBOOK = "solutions/notebooks/ps1.md"
GRADED = "```{{code-cell}}\n:nbgrader: {{grade_id: ps1.a, grade: true}}\n{}\n```\n"


@pytest.mark.parametrize(
    "source",
    ['# A sum.\ncheck("ps1.a")', "x = 1\nassert x == 1", '%time\ncheck("ps1.a")'],
)
def test_c101_accepts_a_check_or_an_assert_at_the_end(find, source):
    assert find("C101", {NOTEBOOK: GRADED.format(source)}) == []


@pytest.mark.parametrize("source", ["x = 1\nx", 'check("ps1.a").points', "check(name)"])
def test_c101_refuses_a_value_at_the_end(find, source):
    line = 2 + len(source.splitlines())
    assert find("C101", {NOTEBOOK: GRADED.format(source)}) == [
        f'{NOTEBOOK}:{line}: C101 ps1.a: end with assert or check("...").'
    ]


def test_c101_refuses_an_empty_cell_and_one_that_is_not_python(find):
    text = GRADED.format("# Nothing.") + GRADED.format("check(")
    first, second = find("C101", {NOTEBOOK: text})
    assert first.endswith("C101 ps1.a is empty; check something.")
    assert "C101 ps1.a is not Python" in second


def test_c101_leaves_cells_alone_that_a_person_marks(find):
    mark = ":nbgrader: {grade_id: ps1.a, grade: true, solution: true}"
    assert find("C101", {NOTEBOOK: f"```{{code-cell}}\n{mark}\n1 + 1\n```\n"}) == []


def test_c104_accepts_fifteen_lines_and_counts_no_blank_ones(find):
    body = "x = 1\n\n" * 15
    assert find("C104", {"book/a.md": f"```{{code-cell}}\n{body}```\n"}) == []


def test_c104_refuses_sixteen_lines(find):
    body = "x = 1\n" * 16
    assert find("C104", {"book/a.md": f"# A\n\n```{{code-cell}}\n{body}```\n"}) == [
        "book/a.md:3: C104 The cell has 16 lines; split it at 15."
    ]


def test_c105_accepts_an_installation_that_is_only_shown(find):
    text = "```bash\npip install -e .\n```\n\n```{code-cell}\nimport numpy\n```\n"
    assert find("C105", {"book/a.md": text}) == []


@pytest.mark.parametrize("line", ["%pip install einops", "!apt-get -y install x"])
def test_c105_refuses_an_installation_in_a_cell(find, line):
    text = f"```{{code-cell}}\n:tags: [hide-input]\nx = 1\n{line}\n```\n"
    assert find("C105", {"book/a.md": text}) == [
        "book/a.md:4: C105 Take the installation out; set-up is on page 0."
    ]


CATCHES = """try:
    conv2d_loops(x, weight)
except ShapeError as error:
    print(error)"""


def test_c110_accepts_an_error_that_is_caught_and_one_in_a_problem_set(find):
    page = f"```{{code-cell}}\n:tags: [hide-input]\n{CATCHES}\n```\n"
    exercise = "```{code-cell}\n:tags: [raises-exception]\nshow(x)\n```\n"
    assert find("C110", {"book/a.md": page, NOTEBOOK: exercise}) == []


@pytest.mark.parametrize(
    "options",
    [
        ":tags: [hide-input, raises-exception]",
        ":tags: raises-exception",
        "---\ntags: [raises-exception]\n---",
    ],
)
def test_c110_refuses_a_cell_that_may_fail_in_a_page(find, options):
    text = f"# A\n\n```{{code-cell}}\n{options}\nconv2d_loops(x, weight)\n```\n"
    assert find("C110", {"book/a.md": text}) == [
        "book/a.md:3: C110 A traceback shows the solution to every reader; "
        "catch the error and print its message."
    ]


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('check("ps1.a", answers)', 0),
        ('check("ps1.a", 3)', 1),
        ('check("ps1.a", other)', 1),
        ('check("ps1.a", answers, answers)', 1),
        ('check("ps1.a", answers=answers)', 1),
    ],
)
def test_c101_accepts_a_check_of_answers_and_of_nothing_else(find, source, count):
    assert len(find("C101", {NOTEBOOK: GRADED.format(source)})) == count
