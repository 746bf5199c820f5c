"""Keep the built book self-contained: nothing in it is fetched from another site.

Sphinx extension. It copies MathJax out of the sphinx-mathjax-offline wheel, takes out
the parts of the theme that call for remote scripts, and writes the page that a folder
of files is opened with.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

# The part of MathJax a page can ask for: TeX in, HTML out, its fonts, its menu's
# accessibility tools, which read formulas aloud. The other bundles are for other uses.
MATHJAX_PARTS = ("tex-chtml.js", "a11y", "input", "output/chtml", "sre", "ui")

FIRST_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={page}">
<link rel="canonical" href="{page}">
<title>{title}</title>
</head>
<body><main><h1>{title}</h1><p><a href="{page}">To the first page</a></p></main></body>
</html>
"""


def use_cache_folder(app: Sphinx, config: Config) -> None:
    """Take the folder for executed pages from the builder, if it names one."""
    folder = os.environ.get("COURSEKIT_BOOK_CACHE")
    if folder:
        config["nb_execution_cache_path"] = folder


def copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Copy MathJax from the installed wheel into the built book."""
    if error is not None or app.builder.format != "html":
        return
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        msg = "The package sphinx-mathjax-offline is missing; install the book extra."
        raise ExtensionError(msg)
    source = Path(spec.origin).parent / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in MATHJAX_PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            shutil.copy2(source / part, target / part)


def drop_scripts(
    app: Sphinx, pagename: str, _: str, context: dict[str, Any], doctree: Any
) -> None:
    """Take out the live-code scripts, which name a remote site, and repeated ones."""
    kept: dict[tuple[Any, Any], Any] = {}
    for script in context["script_files"]:
        name = str(getattr(script, "filename", None) or "")
        body = str(getattr(script, "attributes", {}).get("body", ""))
        if "thebe" not in f"{name}{body}".lower():
            kept.setdefault((name, body), script)
    context["script_files"] = list(kept.values())
    context["css_files"] = [
        style for style in context["css_files"] if "thebe" not in str(style.filename)
    ]


def drop_roles(
    app: Sphinx, pagename: str, _: str, context: dict[str, Any], doctree: Any
) -> None:
    """Take out docutils' roles in a bibliography: ARIA has given one of them up."""
    if "body" in context:
        body = context["body"].replace(' role="doc-biblioentry"', "")
        context["body"] = body.replace('role="list" class="citation', 'class="citation')


def tidy_page(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take out the settings for live code, and names that a page has many times."""
    for raw in list(doctree.findall(nodes.raw)):
        text = raw.astext()
        if "x-thebe-config" in text or text.startswith("<script>kernelName"):
            raw.parent.remove(raw)
    for section in doctree.findall(nodes.section):
        if section["ids"] in (["exercise-content"], ["solution-content"]):
            section["ids"] = []


def write_first_page(app: Sphinx, error: Exception | None) -> None:
    """Write an index.html that opens the first page."""
    if error is None and app.builder.format == "html":
        page = app.builder.get_target_uri(app.config.root_doc)
        text = FIRST_PAGE.format(page=page, title=app.config.html_title)
        (Path(app.outdir) / "index.html").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("config-inited", use_cache_folder)
    app.connect("doctree-resolved", tidy_page, priority=900)
    app.connect("html-page-context", drop_scripts, priority=900)
    app.connect("html-page-context", drop_roles, priority=900)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", write_first_page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
