"""C102, C103, C106 and C107: what must agree across files."""

from __future__ import annotations

NOTEBOOK = "solutions/notebooks/ps1.md"
CODE = "```{{code-cell}}\n:nbgrader: {{grade_id: {}, grade: true{}}}\nassert 1\n```\n"
PROSE = '+++ {{"nbgrader": {{"grade_id": "{}", "grade": true, "solution": true}}}}\n'
DECLARATION = """
from coursekit.checks.declare import ProblemSet, Written

PROBLEM_SET = ProblemSet(
    "ps1", "A title", [], [Written("ps1.a", "A", 2), Written("ps1.b", "B", 0.5)]
)
"""


def declared(notebook, **others):
    return {"solutions/exercises/ps1.py": DECLARATION, NOTEBOOK: notebook, **others}


def test_c102_accepts_ids_that_differ(find):
    text = CODE.format("ps1.a", "") + PROSE.format("ps1.b")
    assert find("C102", {NOTEBOOK: text}) == []


def test_c102_refuses_an_id_that_is_taken(find):
    text = CODE.format("ps1.a", "") + PROSE.format("ps1.a")
    assert find("C102", {NOTEBOOK: text}) == [
        f"{NOTEBOOK}:5: C102 `grade_id` ps1.a is taken by {NOTEBOOK}:1."
    ]


def test_c102_looks_across_problem_sets(find):
    first, second = CODE.format("ps1.a", ""), CODE.format("ps1.a", "")
    found = find("C102", {NOTEBOOK: first, "solutions/notebooks/ps2.md": second})
    assert found == [
        f"solutions/notebooks/ps2.md:1: C102 `grade_id` ps1.a is taken by {NOTEBOOK}:1."
    ]


def test_c103_accepts_equal_points_and_no_points(find):
    text = CODE.format("ps1.a", ", points: 2") + PROSE.format("ps1.b")
    files = declared(text, **{"README.md": "| ps1 | 2.5 points |\n"})
    assert find("C103", files) == []


def test_c103_refuses_other_points_in_a_cell(find):
    text = CODE.format("ps1.a", ", points: 3") + PROSE.format("ps1.b")
    assert find("C103", declared(text)) == [
        f"{NOTEBOOK}:1: C103 ps1.a is declared with 2 points; drop the number."
    ]


def test_c103_refuses_other_points_in_the_readme(find):
    text = CODE.format("ps1.a", "") + CODE.format("ps1.b", "")
    files = declared(text, **{"README.md": "# Course\n\n| ps1 | 20 points |\n"})
    assert find("C103", files) == ["README.md:3: C103 ps1 is worth 2.5 points, not 20."]


def test_c103_names_what_is_declared_or_graded_alone(find):
    assert find("C103", declared(CODE.format("ps1.a", "") + PROSE.format("ps1.c"))) == [
        f"{NOTEBOOK}:5: C103 No exercise ps1.c is declared.",
        f"{NOTEBOOK}:1: C103 ps1.b is declared but has no graded cell.",
    ]


def released(body):
    text = "def blur(x):\n    ### BEGIN SOLUTION\n    return x.mean(axis=1)\n"
    return {
        "solutions/convnets/blur.py": text + "    ### END SOLUTION\n",
        "src/convnets/blur.py": f"def blur(x):\n    {body}\n",
    }


def test_c106_accepts_a_stub(find):
    assert find("C106", released("raise NotImplementedError")) == []


def test_c106_refuses_a_line_of_a_solution(find):
    (found,) = find("C106", released("return x.mean( axis=1 )"))
    assert found.startswith("src/convnets/blur.py:1: C106 Students would get a line of")


def test_c107_accepts_pages_that_are_listed(find):
    contents = "root: book/a\nparts:\n- chapters:\n  - file: book/b\n"
    files = {"_toc.yml": contents, "book/a.md": "# A\n", "book/b.md": "# B\n"}
    assert find("C107", files) == []


def test_c107_refuses_a_lost_page_and_an_entry_without_one(find):
    files = {"_toc.yml": "root: book/a\n", "book/b.md": "# B\n"}
    assert find("C107", files) == [
        "book/b.md:1: C107 Add the page to _toc.yml.",
        "_toc.yml:1: C107 There is no page book/a.md.",
    ]
