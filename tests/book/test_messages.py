"""Every failing check links to a place on the page of messages that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from coursekit.checks.compare import Tolerance, difference
from coursekit.checks.outcome import Outcome
from coursekit.links import message_url

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "book" / "messages.md").read_text(encoding="utf-8")
ANCHORS = re.findall(r"^\(([\w-]+)\)=$", TEXT, re.MULTILINE)


def reasons():
    """Collect the first argument of every Difference that the package makes."""
    paths = (ROOT / "src" / "coursekit").rglob("*.py")
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    named = {
        target.id: node.value
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == (
                "Difference"
            ):
                first = node.args[0]
                if isinstance(first, ast.Name):
                    first = named[first.id]
                if isinstance(first, ast.Constant):
                    found.add(first.value)
    return found


def test_every_reason_that_a_check_gives_has_its_place_on_the_page():
    assert reasons() - set(ANCHORS) == set()
    assert {"crashed", "not-submitted", "wrong-number"} <= reasons()


@pytest.mark.parametrize(
    "anchor",
    [
        "shape-error",
        "not-implemented",
        "cannot-import",
        "wrong-shape",
        "wrong-type",
        "not-finite",
        "changed-argument",
        "raised-an-error",
        "took-too-long",
        "crashed",
        "wrong-values",
        "not-submitted",
        "too-slow",
        "does-not-show",
        "not-accurate",
        "wrong-number",
        "unreadable-answers",
        "no-answers",
        "no-predictions",
        "unreadable-predictions",
        "too-few-right",
    ],
)
def test_anchor_stands_above_a_heading(anchor):
    assert f"\n({anchor})=\n## " in TEXT


WANTED = Outcome("value", np.zeros((3, 5)))
GOT = [
    Outcome("stub"),
    Outcome("timeout"),
    Outcome("crash"),
    Outcome("value", np.zeros((5, 3))),
    Outcome("value", None),
    Outcome("value", [1.0, 2.0, 3.0]),
    Outcome("bad type", error="Tensor"),
    Outcome("value", np.full((3, 5), np.nan)),
    Outcome("value", np.zeros((3, 5)), changed=("kernel",)),
]


@pytest.mark.parametrize("got", GOT, ids=lambda got: f"{got.kind} {got.error}")
def test_page_quotes_the_sentence_under_the_anchor_it_links_to(got):
    found = difference(WANTED, got, Tolerance())
    section = TEXT.partition(f"({found.reason})=\n")[2].partition("\n## ")[0]
    assert found.sentence in " ".join(section.split())


def test_address_of_a_message_is_that_of_the_built_page():
    assert message_url("crashed").endswith("/book/messages.html#crashed")
