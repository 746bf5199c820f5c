"""The built pages: whole, described, and with nothing from another site."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BASE = "https://convnets-course.github.io/convnets-course/"
SOURCES = ("script", "img", "iframe", "source", "video", "audio", "embed", "track")
LOADING_LINKS = {"stylesheet", "preload", "modulepreload", "icon", "manifest"}


def loaded(page):
    """Return the address of everything that a browser fetches for a page."""
    found = [tag["src"] for tag in page.find(*SOURCES) if tag.get("src")]
    found += [tag["data"] for tag in page.find("object") if tag.get("data")]
    for link in page.find("link"):
        if LOADING_LINKS.intersection(link.get("rel", "").split()):
            found.append(link["href"])
    for image in page.find("img", "source"):
        found += [
            item.split()[0] for item in image.get("srcset", "").split(",") if item
        ]
    return found


def local(page, address):
    """Return the file that a relative address names."""
    return (page.path.parent / unquote(urlsplit(address).path)).resolve()


def test_every_thing_that_a_page_loads_lies_beside_it(chapters):
    faults = []
    for name, page in chapters.items():
        for address in loaded(page):
            if address.startswith("data:"):
                continue
            if urlsplit(address).netloc or not local(page, address).is_file():
                faults.append(f"{name}: {address}")
    assert faults == []


def test_scripts_and_styles_in_pages_name_no_other_site(pages):
    for name, page in pages.items():
        texts = page.texts.get("script", []) + page.texts.get("style", [])
        texts += [attributes.get("style", "") for _, attributes in page.elements]
        hosts = set(re.findall(r"(?:https?:|url\(['\"]?)//([\w.-]+)", "\n".join(texts)))
        assert hosts <= {"www.w3.org"}, name  # the name of a vocabulary, never fetched


def test_style_sheets_load_nothing_from_another_site(html):
    for path in html.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", text), path
        assert not re.search(r"@import\s+(url\()?['\"]?(https?:)?//", text), path


def test_formulas_are_set_by_files_of_the_book(html, chapters):
    scripts = [
        local(page, tag["src"])
        for page in chapters.values()
        for tag in page.find("script")
        if "mathjax" in tag.get("src", "")
    ]
    mathjax = html.resolve() / "_static" / "mathjax"
    assert set(scripts) == {mathjax / "tex-chtml.js"}
    fonts = list((mathjax / "output" / "chtml" / "fonts").rglob("*.woff"))
    assert len(fonts) > 10
    for part in ("a11y/explorer.js", "input/mml.js", "sre/mathmaps/en.json"):
        assert (mathjax / part).is_file()  # what reads a formula aloud


def test_nothing_of_live_code_is_left(pages):
    for name, page in pages.items():
        assert "thebe" not in page.path.read_text(encoding="utf-8").lower(), name


def test_no_page_names_a_folder_of_the_machine_that_built_it(pages):
    for name, page in pages.items():
        text = page.path.read_text(encoding="utf-8")
        assert str(ROOT) not in text, name
        assert not re.search(r"/(home|root|work|Users)/\w", text), name


def test_no_page_shows_a_traceback(pages):
    for name, page in pages.items():
        text = page.path.read_text(encoding="utf-8")
        assert "Traceback (most recent call last)" not in text, name
        assert "output traceback" not in text, name


def test_marks_of_solutions_are_shown_to_authors_alone(pages):
    showing = {
        name
        for name, page in pages.items()
        if "BEGIN SOLUTION" in page.path.read_text(encoding="utf-8")
    }
    assert showing == {"book/guide_author.html"}


def test_every_page_has_one_title_a_heading_and_a_language(chapters):
    for name, page in chapters.items():
        # The theme repeats the title, without its number, for print.
        titles = {re.sub(r"^\d+\. |#$", "", text) for text in page.texts["h1"]}
        assert len(titles) == 1, name
        assert page.find("h2"), name
        assert page.find("html")[0]["lang"] == "en", name
        assert page.texts["title"][0].strip(), name


def test_every_picture_has_words_for_those_who_cannot_see_it(chapters):
    for name, page in chapters.items():
        for image in page.find("img"):
            assert image.get("alt", "").strip(), f"{name}: {image.get('src', '')[:80]}"
            assert not image["alt"].startswith(("../", "_images")), name


def test_every_figure_has_a_caption(chapters):
    for name, page in chapters.items():
        assert len(page.find("figure")) == len(page.find("figcaption")), name
        assert all(text.strip() for text in page.texts.get("figcaption", [])), name


def test_every_id_is_there_once(chapters):
    for name, page in chapters.items():
        doubled = {found for found in page.ids if page.ids.count(found) > 1}
        assert doubled == set(), name


def test_every_link_within_the_book_leads_somewhere(pages, html):
    ids = {page.path.resolve(): set(page.ids) for page in pages.values()}
    faults = []
    for name, page in pages.items():
        links = [tag["href"] for tag in page.find("a") if tag.get("href")]
        for href in links if name != "404.html" else []:
            parts = urlsplit(href)
            if parts.scheme or parts.netloc:
                continue
            target = local(page, href) if parts.path else page.path.resolve()
            fragment = unquote(parts.fragment)
            if not target.exists() or fragment not in {"", *ids.get(target, ())}:
                faults.append(f"{name}: {href}")
    assert faults == []


def test_edit_buttons_open_the_page_s_source(chapters):
    for name, page in chapters.items():
        hrefs = [tag.get("href", "") for tag in page.find("a")]
        edits = [href for href in hrefs if "/edit/" in href]
        source = name.replace(".html", ".md")
        assert len(edits) == 1, name
        assert edits[0].endswith(f"/convnets-course/edit/main/{source}"), name
        assert (ROOT / source).is_file()


def test_first_page_opens_as_the_index(html, pages):
    refresh = pages["index.html"].find("meta")[1]["content"]
    assert refresh == "0; url=book/welcome.html"
    assert (html / "book" / "welcome.html").is_file()


def test_sitemap_lists_every_chapter(html, chapters):
    tree = ElementTree.parse(html / "sitemap.xml")
    listed = {node.text for node in tree.iter() if node.tag.endswith("}loc")}
    assert {BASE + name for name in chapters} <= listed
