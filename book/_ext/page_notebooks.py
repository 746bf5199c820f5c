"""Write each page with code as a notebook, and point the Colab buttons there.

Sphinx extension. Colab opens notebooks, not Markdown, so the theme's button on a `.md`
page leads nowhere. Here each page that has code is written to the folder `notebooks`
beside the built pages; the folder is published as the branch `notebooks` of the
repository, and the button of the page is pointed at it. A page without code has none,
nor has one that says `colab: false` at its top, because it needs the whole repository.
"""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
from doctree_markdown import CELL, MarkdownWriter
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.application import Sphinx

from coursekit import __version__
from coursekit.links import REPOSITORY_URL

INTRODUCTION = """\
*This notebook is a page of the book [{title}]({url}), written out so that you can run
and change it. On Colab, the next cell installs the course; elsewhere it does nothing.*
"""

STUDENT_FUNCTIONS = """
*The page uses functions that you write in the problem sets: {names}.
Until you have, a cell that needs one stops and names the exercise.*
"""

SETUP = """\
# On Colab this fetches and installs the course; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    !wget -qnc {repository}/releases/download/v{version}/convnets-course.zip
    !unzip -qn convnets-course.zip
    %pip install -q ./convnets-course
    from coursekit import colab

    colab.setup()  # colab.setup(drive=True) keeps your files on your Google Drive
"""


def write_notebook(
    app: Sphinx, pagename: str, _: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Write one page's notebook and offer it on the page."""
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    name = f"{Path(pagename).name}.ipynb"
    is_notebook = doctree is not None and _is_offered(app, pagename)
    if is_notebook:
        folder = Path(app.outdir).parent / "notebooks"
        folder.mkdir(exist_ok=True)
        cells = nbformat.read(executed, as_version=4).cells
        nbformat.write(build(app, pagename, doctree, cells), folder / name)
        download = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
        shutil.copyfile(folder / name, download)
    point_colab_buttons(context, name if is_notebook else None)


def _is_offered(app: Sphinx, pagename: str) -> bool:
    """Tell whether a page has code, and does not say `colab: false` at its top."""
    metadata = app.env.metadata[pagename]
    return "kernelspec" in metadata and str(metadata.get("colab")).lower() != "false"


def build(
    app: Sphinx, pagename: str, doctree: nodes.document, cells: list[Any]
) -> nbformat.NotebookNode:
    """Return a page as a notebook: its prose as Markdown, its cells without output."""
    url = app.config.html_baseurl + app.builder.get_target_uri(pagename)
    text = MarkdownWriter(url, _numbers(app, pagename)).block(doctree)
    body = list(_cells(text, cells))
    introduction = INTRODUCTION.format(title=app.config.html_title, url=url)
    if names := _student_functions(cells):
        introduction += STUDENT_FUNCTIONS.format(names=", ".join(names))
    setup = SETUP.format(repository=REPOSITORY_URL, version=__version__)
    body[1:1] = [new_markdown_cell(introduction), new_code_cell(setup)]
    for number, cell in enumerate(body):
        cell["id"] = f"{Path(pagename).name}-{number}".replace("_", "-")[-64:]
    metadata = {
        "colab": {"provenance": []},
        "kernelspec": dict(app.env.metadata[pagename]["kernelspec"]),
        "language_info": {"name": "python"},
    }
    return new_notebook(cells=body, metadata=metadata)


def _numbers(app: Sphinx, pagename: str) -> dict[str, str]:
    """Return the number of everything numbered on a page, by its id."""
    kinds = app.env.toc_fignumbers.get(pagename, {}).values()
    return {name: ".".join(map(str, n)) for ids in kinds for name, n in ids.items()}


def _cells(text: str, executed: list[Any]) -> Any:
    """Cut a page's Markdown at its code cells and yield both in order.

    A cell that the page does not show is yielded with the next one it does show, since
    later cells may need it.
    """
    title, _, rest = text.partition("\n\n")
    yield new_markdown_cell(title)
    pieces = re.split(rf"^{CELL}(\d+)$", rest, flags=re.MULTILINE)
    shown = [*map(int, pieces[1::2]), len(executed) - 1]
    done = -1
    for prose, last in zip(pieces[0::2], shown, strict=True):
        if prose.strip():
            yield new_markdown_cell(prose.strip())
        for cell in executed[done + 1 : last + 1]:
            if cell.cell_type == "code":
                yield new_code_cell(cell.source)
        done = max(done, last)


def _student_functions(cells: list[Any]) -> list[str]:
    """Name what the cells import from the package that students complete."""
    names = set()
    for cell in cells:
        if cell.cell_type == "code" and "convnets" in cell.source:
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.ImportFrom) and node.module == "convnets":
                    names.update(alias.name for alias in node.names)
    return [f"`{name}`" for name in sorted(names)]


def point_colab_buttons(context: dict[str, Any], name: str | None) -> None:
    """Point the page's Colab buttons at a notebook, or take them away."""
    for group in context.get("header_buttons", []):
        if group.get("label") != "launch-buttons":
            continue
        for button in list(group["buttons"]):
            if button["text"] != "Colab":
                continue
            if name is None:
                group["buttons"].remove(button)
            else:
                start = button["url"].partition("/blob/")[0]
                button["url"] = f"{start}/blob/notebooks/{name}"
    context["header_buttons"] = [
        group
        for group in context.get("header_buttons", [])
        if group.get("label") != "launch-buttons" or group["buttons"]
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("html-page-context", write_notebook, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
