"""Keep the built book self-contained: nothing in it is fetched from another site.

Sphinx extension. It copies MathJax out of the sphinx-mathjax-offline wheel, takes out
the parts of the theme that call for remote scripts, and points the Colab button at the
notebooks that `page_notebooks` writes.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

# The part of MathJax a page can ask for: TeX in, HTML out, its fonts, its menu's
# accessibility tools. The other ready-made bundles in the wheel are 14 MB.
MATHJAX_PARTS = ("tex-chtml.js", "a11y", "sre", "ui", "input/tex", "output/chtml")


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


def drop_thebe(app: Sphinx, pagename: str, _: str, context: Any, doctree: Any) -> None:
    """Take out the live-code scripts, which name a remote site on every page."""
    context["script_files"] = [
        script
        for script in context["script_files"]
        if "thebe" not in str(getattr(script, "filename", None) or "").lower()
        and "thebe" not in str(getattr(script, "attributes", {}).get("body", "")).lower()
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("config-inited", use_cache_folder)
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
