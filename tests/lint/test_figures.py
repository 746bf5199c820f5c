"""C108: captions and alternative texts."""

from __future__ import annotations

import pytest

CELL = """```{{code-cell}}
---
mystnb:
  figure:
    caption: {caption}
  image:
    alt: {alt}
---
{source}
```
"""
IMPORTS = "from coursekit import plots\nfrom coursekit.plots import show_images\n"


def test_c108_accepts_a_picture_with_both(find):
    source = IMPORTS + "show_images([x])"
    text = CELL.format(caption="A cat.", alt="A grey cat.", source=source)
    assert find("C108", {"book/a.md": text}) == []


@pytest.mark.parametrize(
    ("caption", "alt", "what"),
    [
        ("", "A cat.", "a caption (mystnb: figure: caption)"),
        ("A cat.", "", "an alternative text (mystnb: image: alt)"),
    ],
)
@pytest.mark.parametrize("call", ["show_images([x])", "plots.show_grids([x])"])
def test_c108_refuses_a_picture_without_one_of_them(find, caption, alt, what, call):
    text = CELL.format(caption=caption, alt=alt, source=IMPORTS + call)
    found = [f"book/a.md:1: C108 Give the figure {what}."]
    assert find("C108", {"book/a.md": text}) == found


def test_c108_remembers_what_an_earlier_cell_imported(find):
    text = (
        f"```{{code-cell}}\n{IMPORTS}```\n\n```{{code-cell}}\nshow_images([x])\n```\n"
    )
    found = find("C108", {"book/a.md": text})
    assert [line.split(" ")[0] for line in found] == ["book/a.md:6:", "book/a.md:6:"]


def test_c108_asks_a_widget_for_a_caption_only(find):
    source = "from coursekit.widgets import SlidingKernel\nSlidingKernel(x, kernel)"
    with_caption = CELL.format(caption="Slide.", alt="", source=source)
    without = CELL.format(caption="", alt="", source=source)
    assert find("C108", {"book/a.md": with_caption}) == []
    assert len(find("C108", {"book/a.md": without})) == 1


def test_c108_reads_directives_inside_others(find):
    good = ":::{figure} cat.png\n:alt: A cat.\nThe caption.\n:::\n"
    bad = "::::{note}\n:::{figure} cat.png\n:name: fig-cat\n:::\n::::\n"
    assert find("C108", {"book/a.md": good}) == []
    assert find("C108", {"book/a.md": bad}) == [
        "book/a.md:2: C108 Give the figure an alternative text (:alt:).",
        "book/a.md:2: C108 Give the figure a caption.",
    ]


def test_c108_asks_every_inline_image_for_words(find):
    assert find("C108", {"book/a.md": "![A cat](cat.png)\n"}) == []
    assert find("C108", {"book/a.md": "# A\n\n![](cat.png)\n"}) == [
        "book/a.md:3: C108 Give the image an alternative text."
    ]


def test_c108_takes_source_that_is_only_shown_for_text(find):
    text = "````markdown\n```{figure} cat.png\n```\n````\n"
    assert find("C108", {"book/a.md": text}) == []
