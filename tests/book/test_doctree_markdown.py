"""What a resolved page looks like as plain Markdown."""

from __future__ import annotations

import pytest
from docutils import nodes
from docutils.core import publish_doctree

URL = "https://site.test/book/page.html"
pytestmark = pytest.mark.usefixtures("extensions")


def markdown(source, **numbers):
    """Read reStructuredText, which docutils knows by itself, and write Markdown."""
    from doctree_markdown import MarkdownWriter

    settings = {"report_level": 5, "doctitle_xform": False}
    tree = publish_doctree(source, settings_overrides=settings)
    return MarkdownWriter(URL, numbers).block(tree)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Plain *soft* **loud** ``code``.", "Plain *soft* **loud** `code`."),
        ("The sum :math:`x_1`.", "The sum $x_1$."),
        ("One\nline.", "One line."),
        ("`A link <https://a.test/>`_", "[A link](https://a.test/)"),
        ("- one\n- two\n\n  more", "- one\n- two\n\n  more"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("::\n\n    x = 1", "```\nx = 1\n```"),
        ("    quoted", "> quoted"),
        (".. note:: Take care.", "> **Note**\n> \n> Take care."),
        (".. comment", ""),
        ("word\n  What it is.", "- **word**: What it is."),
    ],
)
def test_each_kind_of_text(source, expected):
    assert markdown(source) == expected


def test_headings_keep_their_level():
    source = "A\n=\n\nB\n-\n\nText.\n\nC\n-\n"
    assert markdown(source) == "# A\n\n## B\n\nText.\n\n## C"


def test_table_becomes_one_with_bars():
    source = "==  ==\na   b\n==  ==\n1   x|y\n==  =="
    assert markdown(source) == "| a | b |\n| --- | --- |\n| 1 | x\\|y |"


def test_folded_box_stays_folded():
    source = ".. admonition:: Answer\n   :class: dropdown\n\n   Four."
    expected = "<details><summary><b>Answer</b></summary>\n\nFour.\n\n</details>"
    assert markdown(source) == expected


def test_code_keeps_its_language():
    assert write(nodes.literal_block("", "x = 1", language="python")) == (
        "```python\nx = 1\n```"
    )


def test_figure_has_its_number_and_an_absolute_address():
    picture = nodes.image(uri="_images/cat.png", alt="A cat")
    figure = nodes.figure("", picture, nodes.caption("", "It sits."), ids=["cat"])
    assert write(figure, cat="2.1") == (
        "![A cat](https://site.test/_images/cat.png)\n\n**Figure 2.1.** It sits."
    )


def test_relative_link_is_made_absolute():
    assert write(nodes.reference("", "next", refuri="other.html#x")) == (
        "[next](https://site.test/book/other.html#x)"
    )
    assert write(nodes.reference("", "here", refid="x")) == f"[here]({URL}#x)"


def test_numbered_formula_has_its_tag():
    formula = nodes.math_block("", "a = b", number="3.1")
    assert write(formula) == "$$\na = b \\tag{3.1}\n$$"


def test_code_cell_leaves_its_place_and_the_caption_of_its_figure():
    cell = nodes.container(nb_element="cell_code", cell_index=7)
    cell += nodes.figure("", nodes.caption("", "A curve."), ids=["curve"])
    assert write(cell, curve="1.2") == "\0cell 7\n\n**Figure 1.2.** A curve."


def test_box_with_a_code_cell_is_not_quoted():
    box = nodes.admonition("", nodes.title("", "Solution"))
    box += nodes.container(nb_element="cell_code", cell_index=0)
    assert write(box) == "**Solution**\n\n\0cell 0"


def test_hidden_cells_come_with_the_next_cell_that_is_shown():
    from nbformat.v4 import new_code_cell, new_markdown_cell
    from page_notebooks import _cells

    page = [new_markdown_cell("#"), *(new_code_cell(text) for text in "abcd")]
    found = _cells("# A\n\nFirst.\n\n\0cell 2\n\nThen.\n\n\0cell 3", page)
    expected = ["# A", "First.", "a", "b", "Then.", "c", "d"]
    assert [cell.source for cell in found] == expected


def test_student_functions_are_named_for_those_who_have_not_written_them():
    from nbformat.v4 import new_code_cell
    from page_notebooks import _student_functions

    source = "from convnets import (\n    b,\n    a,\n)\nfrom numpy import c"
    assert _student_functions([new_code_cell(source)]) == ["`a`", "`b`"]


def write(node, **numbers):
    from doctree_markdown import MarkdownWriter

    return MarkdownWriter(URL, numbers).block(node)


@pytest.mark.parametrize(
    ("people", "label"),
    [
        (["Gray, Robert M."], "Gray, 2006"),
        (["Hubel, D.", "Wiesel, T."], "Hubel and Wiesel, 2006"),
        (["LeCun, Yann", "Bottou, L.", "Haffner, P."], "LeCun et al., 2006"),
        (["Kayhan, O. S.", "van Gemert, Jan"], "Kayhan and van Gemert, 2006"),
    ],
)
def test_bibliography_is_labelled_as_the_text_cites_it(people, label):
    from author_year_labels import AuthorYearLabels
    from pybtex.database import Entry, Person

    persons = {"author": [Person(name) for name in people]}
    entry = Entry("article", {"year": "2006"}, persons=persons)
    labels = list(AuthorYearLabels().format_labels([entry, entry]))
    assert labels == [label, f"{label}b"]
