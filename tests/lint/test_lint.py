"""The rules as a whole, and the command that applies them."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from coursekit.authoring.lint import RULES
from coursekit.authoring.lint.__main__ import main
from coursekit.authoring.lint.myst import read_directives

PAGE = "book/a.md"


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_rules_are_numbered_without_a_gap():
    assert list(RULES) == [f"C{number}" for number in range(101, 101 + len(RULES))]
    assert all(rule.title and not rule.title.endswith(".") for rule in RULES.values())


def test_command_prints_one_line_per_finding_and_fails(tmp_path):
    write(tmp_path, "_toc.yml", "root: book/a\n")
    write(tmp_path, PAGE, "![](cat.png)\n")
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 1
    assert result.stdout == "book/a.md:1: C108 Give the image an alternative text.\n"


def test_command_succeeds_without_findings(tmp_path):
    write(tmp_path, "_toc.yml", "root: book/a\n")
    write(tmp_path, PAGE, "# A\n")
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 0
    assert result.stdout == ""


def test_options_are_read_in_both_forms():
    lines = "```{code-cell}\n:tags: [a, b]\n:flag:\n\nx = 1\n```\n"
    block = "```{code-cell}\n---\ntags: [a, b]\nflag: true\n---\n\nx = 1\n```\n"
    for text in (lines, block):
        (cell,) = read_directives(Path(PAGE), text)
        assert cell.options == {"tags": ["a", "b"], "flag": True}
        assert cell.body.strip() == "x = 1"
        assert text.splitlines()[cell.body_line + cell.body.index("x") - 1] == "x = 1"


def test_an_unclosed_fence_reaches_to_the_end():
    (note,) = read_directives(Path(PAGE), "# A\n\n:::{note}\nText.\n")
    assert (note.name, note.line, note.body) == ("note", 3, "Text.")
