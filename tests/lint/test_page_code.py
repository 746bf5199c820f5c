"""Ruff for the code in pages."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from coursekit.authoring.lint.page_code import check_page, format_page, main

PAGE = Path("page.md")
FORMATTED = """# A page

```{code-cell}
---
mystnb:
  figure:
    caption: >-
      One sentence.
      Another one.
---
%matplotlib inline
plot(x);
```

```{code-cell}
:tags: [hide-input]

y = [1, 2]
```

```python
shown  =  only
```
"""


def test_formatting_leaves_prose_options_magics_and_semicolons_alone():
    assert format_page(PAGE, FORMATTED) == FORMATTED


def test_formatting_changes_the_code_alone():
    messy = FORMATTED.replace("y = [1, 2]", "y = [ 1,2 ]").replace(
        "plot(x);", "plot( x );"
    )
    assert format_page(PAGE, messy) == FORMATTED


def test_checking_names_the_line_on_the_page():
    page = FORMATTED.replace("y = [1, 2]", "import os\n\ny = undefined_name")
    page = page.replace("plot(x);", "plot = x = 1")
    assert check_page(PAGE, page) == [
        "page.md:18: F401 `os` imported but unused",
        "page.md:20: F821 Undefined name `undefined_name`",
    ]


def test_a_cell_that_is_not_python_is_reported_and_left_alone():
    page = FORMATTED.replace("plot(x);", "1 = = 2")
    assert format_page(PAGE, page) == page
    assert any(line.startswith("page.md:12:") for line in check_page(PAGE, page))


def test_command_fails_first_and_fixes_on_request(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A\n\n```{code-cell}\nx  =  1\n```\n", encoding="utf-8")
    before = CliRunner().invoke(main, [str(page)])
    fixed = CliRunner().invoke(main, ["--fix", str(page)])
    after = CliRunner().invoke(main, [str(page)])
    assert (before.exit_code, fixed.exit_code, after.exit_code) == (1, 0, 0)
    assert before.output == f"{page}:4: Format the code: make format.\n"
    assert page.read_text(encoding="utf-8").splitlines()[3] == "x = 1"
