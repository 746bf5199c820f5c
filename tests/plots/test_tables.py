"""Tables of layers hold every number they are given, and their sums."""

import xml.etree.ElementTree as ElementTree

import IPython.display
import pytest

from coursekit.errors import ShapeError
from coursekit.plots import show_layer_table
from coursekit.plots.tables import html_table, table_lines

ROWS = [
    ("Conv2d", (20, 28, 28), (20, 1, 5, 5), 520, 392000),
    ("ReLU", (20, 28, 28), None, 0, 0),
    ("Linear", (500,), (500, 2450), 1225500, 1225000),
]
FIELDS = [(5, 1, 0.0), (5, 1, 0.0), (1024, 2, -1.5)]


@pytest.fixture
def shown(monkeypatch):
    """Keep what is displayed, by its kind."""
    kept = {}
    monkeypatch.setattr(
        IPython.display, "display", lambda formats, raw: kept.update(formats)
    )
    return kept


def table(shown):
    """Read the page's own table back: its rows, with what each cell is."""
    region = ElementTree.fromstring(shown["text/html"])
    return [list(row) for row in region.iter("tr")]


def test_every_number_stands_in_its_cell(shown):
    show_layer_table(ROWS)
    texts = [[cell.text or "" for cell in row] for row in table(shown)]
    assert texts[1:] == [
        ["Conv2d", "20×28×28", "20×1×5×5", "520", "392,000"],
        ["ReLU", "20×28×28", "–", "0", "0"],
        ["Linear", "500", "500×2450", "1,225,500", "1,225,000"],
        ["Total", "", "", "1,226,020", "1,617,000"],
    ]


def test_receptive_fields_stand_beside_their_layers(shown):
    show_layer_table(ROWS, FIELDS)
    texts = [[cell.text or "" for cell in row][5:] for row in table(shown)]
    assert texts[0] == ["Receptive field", "Jump", "Start"]
    assert texts[3:] == [["1,024", "2", "−1.5"], ["", "", ""]]


def test_heads_are_tied_to_columns_and_rows(shown):
    show_layer_table(ROWS)
    first, *others = table(shown)
    assert {cell.get("scope") for cell in first} == {"col"}
    assert {row[0].get("scope") for row in others} == {"row"}


def test_numbers_end_at_the_right(shown):
    show_layer_table(ROWS)
    sides = ["right" in cell.get("style") for cell in table(shown)[1]]
    assert sides == [False, False, False, True, True]


def test_a_table_that_scrolls_can_be_reached_by_keyboard_and_has_a_name(shown):
    show_layer_table(ROWS, caption='LeNet-5, "wide"')
    region = ElementTree.fromstring(shown["text/html"])
    assert region.get("tabindex") == "0"
    assert region.get("aria-label") == 'LeNet-5, "wide"'
    assert region.find("table/caption").text == 'LeNet-5, "wide"'


def test_a_terminal_gets_the_same_cells_in_columns(shown):
    show_layer_table(ROWS, caption="LeNet-5")
    title, *lines = shown["text/plain"].splitlines()
    assert title == "LeNet-5"
    ends = {
        line.index(text) + len(text)
        for line, text in zip(
            lines, ["Parameters", "520", "0", "1,225,500", "1,226,020"], strict=True
        )
        if text != "0"
    }
    assert len(ends) == 1


def test_signs_of_html_in_a_name_are_spelt_out():
    text = html_table(table_lines([("<b>", (1,), None, 0, 0)]))
    assert "&lt;b&gt;" in text
    assert "<b>" not in text


def test_a_receptive_field_too_few_is_refused():
    with pytest.raises(ShapeError, match="each of the 3 rows, but it has 2"):
        show_layer_table(ROWS, FIELDS[:2])
