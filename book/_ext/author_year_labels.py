"""Label each entry of the bibliography as the text cites it: [Goodfellow et al., 2016].

Sphinx extension. The styles that come with pybtex label entries with letters or
numbers, which a reader who comes from "[Goodfellow et al., 2016]" has to decipher.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pybtex.plugin import register_plugin
from pybtex.style.formatting.alpha import Style
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx


class AuthorYearLabels(BaseLabelStyle):
    """Labels of the form "LeCun et al., 1998"."""

    def format_labels(self, sorted_entries: Sequence[Any]) -> Iterator[str]:
        """Yield the label of each entry; the second of a year is marked b, and so on.

        Parameters
        ----------
        sorted_entries : sequence of Entry
            The entries, in the order of the bibliography.
        """
        seen: dict[str, int] = {}
        for entry in sorted_entries:
            label = f"{_authors(entry)}, {entry.fields['year']}"
            count = seen[label] = seen.get(label, 0) + 1
            yield label if count == 1 else f"{label}{chr(ord('a') + count - 1)}"


def _authors(entry: Any) -> str:
    """Name one author, two, or the first of many."""
    names = [
        " ".join([*person.prelast_names, *person.last_names]).strip("{}")
        for person in entry.persons["author"]
    ]
    if len(names) > 2:
        return f"{names[0]} et al."
    return " and ".join(names)


class AuthorYearStyle(Style):
    """Pybtex's alpha style with our labels."""

    default_label_style = AuthorYearLabels


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    register_plugin("pybtex.style.formatting", "author_year", AuthorYearStyle)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
