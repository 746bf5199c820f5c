"""One Chromium for all browser tests, and pages that can load nothing from outside."""

from __future__ import annotations

import mimetypes
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
ORIGIN = "http://course.test"  # no such host: requests to it are answered from a folder
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start one headless Chromium, or say why there is none."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        reason = "Chromium was not found; on Debian: apt install chromium."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


Contexts = dict[tuple[Any, ...], BrowserContext]


@pytest.fixture(scope="package")
def contexts(browser: Browser) -> Contexts:
    """Keep a browser context for each theme and set of options: they open slowly."""
    return {}


class Visitor:
    """Opens pages of a folder and keeps a list of everything that went wrong."""

    def __init__(self, browser: Browser, contexts: Contexts) -> None:
        self.browser = browser
        self.contexts = contexts
        self.pages: list[Page] = []
        self.problems: list[str] = []

    def page(
        self, folder: Path, theme: str = "light", width: int = 1280, **options: Any
    ) -> Page:
        """Open an empty page; `options` are those of a browser context."""
        key = (theme, *options.items())
        if key not in self.contexts:
            self.contexts[key] = self.browser.new_context(color_scheme=theme, **options)
        page = self.contexts[key].new_page()
        self.pages.append(page)
        page.set_default_timeout(10_000)
        page.set_viewport_size({"width": width, "height": 900})
        page.route("**/*", lambda route: self.answer(route, folder))
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        return page

    def address(self, name: str) -> str:
        """Return the address under which a file of the folder is found."""
        return f"{ORIGIN}/{name}"

    def hear(self, message: Any) -> None:
        """Remember what a page complains about."""
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    def answer(self, route: Route, folder: Path) -> None:
        """Answer a request from the folder; abort and remember any other."""
        url = urlsplit(route.request.url)
        path = folder / unquote(url.path).lstrip("/")
        if f"{url.scheme}://{url.netloc}" != ORIGIN:
            self.problems.append(f"left the site for {route.request.url}")
            route.abort()
        elif url.path == "/favicon.ico":
            route.fulfill(status=204)
        elif not path.is_file():
            self.problems.append(f"found no {url.path}")
            route.fulfill(status=404)
        else:
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            route.fulfill(body=path.read_bytes(), content_type=kind)

    def close(self) -> None:
        """Close every page."""
        for page in self.pages:
            page.close()


@pytest.fixture
def visit(browser: Browser, contexts: Contexts) -> Iterator[Visitor]:
    """Open pages; none may complain, miss a file or ask for anything outside."""
    visitor = Visitor(browser, contexts)
    yield visitor
    visitor.close()
    assert visitor.problems == []


@pytest.fixture
def written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[list[Any], str], Path]:
    """Write a small page that holds the figures given, as the book would."""
    monkeypatch.setenv("COURSEKIT_BOOK", "1")

    def written(figures: list[Any], theme: str) -> Path:
        path = tmp_path / "figures.html"
        bundles = [figure._repr_mimebundle_()[0] for figure in figures]
        write_page(path, theme, [bundle["text/html"] for bundle in bundles])
        return path

    return written


@pytest.fixture
def show(visit: Visitor, written: Callable[..., Path]) -> Callable[..., Page]:
    """Open a small page that holds the figures given."""

    def show(
        *figures: Any, theme: str = "light", width: int = 1280, **options: Any
    ) -> Page:
        path = written(list(figures), theme)
        page = visit.page(path.parent, theme, width, **options)
        page.goto(visit.address(path.name))
        return page

    return show


def write_page(path: Path, theme: str, parts: list[str]) -> None:
    """Write a page with the theme's marks and the figures one below the other."""
    paper, ink = {"light": ("#ffffff", "#222832"), "dark": ("#14181e", "#ced6dd")}[
        theme
    ]
    path.write_text(
        f'<!doctype html><html lang="en" data-theme="{theme}"><head>'
        '<meta charset="utf-8"><title>Figures</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<style>body { margin: 1rem; max-width: 46rem; "
        f"background: {paper}; color: {ink} }}</style></head>"
        f"<body><main><h1>Figures</h1>{''.join(parts)}</main></body></html>",
        encoding="utf-8",
    )


@pytest.fixture
def violations() -> Callable[..., list[str]]:
    """Let axe-core look at a page and return one line for each rule that is broken."""

    def violations(
        page: Page, tags: Sequence[str] = (), without: str = ""
    ) -> list[str]:
        # Without preloading: axe would look for style sheets in the wrong folder.
        options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
        if tags:
            options["runOnly"] = list(tags)
        if without:
            options["rules"] = {without: {"enabled": False}}
        found = Axe().run(page, options=options).response["violations"]
        return [
            f"{rule['id']} ({len(rule['nodes'])}): {rule['nodes'][0]['html'][:160]}"
            for rule in found
        ]

    return violations


@pytest.fixture
def numbers() -> Callable[[list[str]], list[float]]:
    """Read numbers as a figure writes them, with a real minus sign."""
    return lambda texts: [float(text.replace("\N{MINUS SIGN}", "-")) for text in texts]


@pytest.fixture
def photograph() -> Callable[[Page, str], None]:
    """Keep a picture of a page in build/screenshots, for a person to look at."""

    def photograph(page: Page, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        safe = re.sub(r"[^\w.-]+", "-", name)
        path = SCREENSHOTS / f"{safe}.jpg"
        page.screenshot(path=path, type="jpeg", quality=80, full_page=True)

    return photograph
