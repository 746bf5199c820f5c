"""Execute the pages side by side, before Sphinx reads them one after the other.

Sphinx extension. Results go where MyST-NB keeps and finds them, so that it executes
nothing again. A page that fails is left to it: it executes the page once more, and
reports what went wrong.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

FEWEST, MOST = 2, 4  # pages at a time; one may take a gigabyte
LOGGER = logging.getLogger(__name__)


def execute_pages(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Execute those pages whose results are not stored yet."""
    if env.mystnb_config.execution_mode != "cache":
        return
    cache = get_cache(env.mystnb_config.execution_cache_path)
    pages = {}
    for name in docnames:
        path = Path(env.doc2path(name))
        notebook = _notebook(env, path)
        if notebook is not None and not _is_stored(cache, notebook):
            pages[path] = notebook
    at_a_time = min(MOST, max(FEWEST, os.cpu_count() or 1))
    with ThreadPoolExecutor(at_a_time) as pool:
        done = pool.map(_executor(env), pages.items())
        for path, result in zip(pages, done, strict=True):
            if result.err is None:
                _store(cache, path, result)
                seconds = f"{result.time:.2f} seconds"
                LOGGER.info(f"{path}: Executed notebook in {seconds}")


def _notebook(env: BuildEnvironment, path: Path) -> Any:
    """Read a page as MyST-NB does, or return None if it has no code."""
    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
    return None if reader is None else reader.read(text)


def _is_stored(cache: Any, notebook: Any) -> bool:
    """Whether a page was executed before, with the same code in its cells."""
    try:
        cache.match_cache_notebook(notebook)
    except KeyError:
        return False
    return True


def _executor(env: BuildEnvironment) -> Callable[[tuple[Path, Any]], Any]:
    """Return a function that executes a page in a process of its own."""

    def execute(page: tuple[Path, Any]) -> Any:
        path, notebook = page
        return single_nb_execution(
            notebook,
            cwd=str(path.parent),
            timeout=env.mystnb_config.execution_timeout,
            allow_errors=env.mystnb_config.execution_allow_errors,
        )

    return execute


def _store(cache: Any, path: Path, result: Any) -> None:
    """Keep the results of a page."""
    data = {"execution_seconds": result.time}
    bundle = CacheBundleIn(result.nb, str(path), data=data)
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("env-before-read-docs", execute_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
