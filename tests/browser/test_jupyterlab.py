"""The same figure live in JupyterLab, where Python and the browser keep in step."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCES = Path(__file__).parents[2] / "src"
CELLS = [
    "from coursekit.widgets import SlidingKernel\n"
    "figure = SlidingKernel([[0, 1, 2], [3, 4, 5]], [[1, 2]])\n"
    "figure",
    "print(figure.step, figure.mode, figure.x)",
    "figure.stride = 2",
]


@pytest.fixture
def lab(tmp_path):
    """Start JupyterLab on a notebook with the figure; yield the notebook's address."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"name": "python3", "display_name": "Python 3"}
    metadata = {"kernelspec": kernel}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    (tmp_path / "work").mkdir()
    nbformat.write(notebook, tmp_path / "work" / "figure.ipynb")
    with closing(socket.create_server(("localhost", 0))) as free:
        port = free.getsockname()[1]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            command(tmp_path / "work", port),
            env=environment(tmp_path),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_up(f"http://localhost:{port}/api?token=test")
            yield f"http://localhost:{port}/lab/tree/figure.ipynb?token=test"
        finally:
            server.terminate()
            server.wait(timeout=30)


def command(folder, port):
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *(f"--port={port}", "--IdentityProvider.token=test"),
        *(f"--ServerApp.root_dir={folder}", "--LabApp.news_url="),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def environment(folder):
    """Return settings under which nothing of the user's is read or written."""
    names = {
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTER_DATA_DIR",
        "IPYTHONDIR",
    }
    own = {name: str(folder / name.lower()) for name in names}
    kept = {name: text for name, text in os.environ.items() if name != "COURSEKIT_BOOK"}
    return {**kept, **own, "PYTHONPATH": str(SOURCES)}


def wait_until_up(address, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urlopen(address):
                return
        except URLError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab was not up after {seconds} s.")


@pytest.fixture
def notebook(browser, lab):
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(lab)
    page.get_by_text("| Idle").wait_for()
    yield page
    context.close()


def run_cell(page, number):
    page.locator(".jp-CodeCell .cm-content").nth(number).click()
    page.keyboard.press("Shift+Enter")


def test_figure_is_operated_and_python_follows(notebook, photograph):
    run_cell(notebook, 0)
    figure = notebook.locator(".ck-figure")
    figure.get_by_role("button", name="Step").click()
    figure.locator(".ck-out").nth(1).focus()
    notebook.keyboard.press("ArrowDown")
    figure.get_by_label("Convolution", exact=True).check()
    figure.get_by_label("input row 0, column 0").fill("7")
    expect(figure.locator(".ck-sum")).to_have_text("output[1, 1] = 4·2 + 5·1 = 13")
    run_cell(notebook, 1)
    printed = notebook.locator(".jp-OutputArea-output pre")
    want = "3 convolution [[7.0, 1.0, 2.0], [3.0, 4.0, 5.0]]"
    expect(printed).to_contain_text(want)
    run_cell(notebook, 2)
    expect(figure.get_by_label("Stride")).to_have_value("2")
    photograph(notebook, "figure-in-jupyterlab")
