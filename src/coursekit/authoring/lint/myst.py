"""Read the directives of a MyST page: code cells, figures, and what they contain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_OPENING = re.compile(
    r"^\s*(?P<fence>`{3,}|~{3,}|:{3,})\{(?P<name>[^}\s]+)\}(?P<rest>.*)$"
)
_PLAIN_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})(?!.*`)")
_OPTION = re.compile(r"^\s*:(?P<key>[\w-]+):(?P<value>.*)$")


@dataclass(frozen=True)
class Directive:
    """A fenced block with a name in braces.

    Parameters
    ----------
    path : Path
        The page, relative to the course.
    line : int
        Line of the opening fence, counted from 1.
    name : str
        Such as ``"code-cell"`` or ``"figure"``.
    argument : str
        What follows the name on the same line.
    options : dict
        The options, read as YAML.
    body : str
        The lines after the options.
    body_line : int
        Line of the body's first line.
    """

    path: Path
    line: int
    name: str
    argument: str
    options: dict[str, Any]
    body: str
    body_line: int

    @property
    def nbgrader(self) -> dict[str, Any]:
        """The marks for nbgrader; empty where there are none."""
        return self.options.get("nbgrader") or {}


def read_directives(path: Path, text: str) -> list[Directive]:
    """Return all directives of a page, those inside others included.

    Parameters
    ----------
    path : Path
        The page, relative to the course.
    text : str
        Its source.
    """
    return list(_directives(path, text.splitlines(), first_line=1))


def _directives(path: Path, lines: list[str], first_line: int) -> Iterator[Directive]:
    """Yield the directives among lines, descending into all but code."""
    index = 0
    while index < len(lines):
        plain = _PLAIN_FENCE.match(lines[index])
        opening = _OPENING.match(lines[index])
        if opening is None:
            # A plain code block shows source; directives inside it are only text.
            index = _end(lines, index, plain["fence"]) if plain else index
            index += 1
            continue
        end = _end(lines, index, opening["fence"])
        options, body_at = _read_options(lines, index + 1, end)
        body = lines[body_at:end]
        yield Directive(
            path=path,
            line=first_line + index,
            name=opening["name"],
            argument=opening["rest"].strip(),
            options=options,
            body="\n".join(body),
            body_line=first_line + body_at,
        )
        if opening["name"] not in {"code-cell", "code-block", "code"}:
            yield from _directives(path, body, first_line + body_at)
        index = end + 1


def _end(lines: list[str], opening: int, fence: str) -> int:
    """Return the index of the line that closes a fence; the end if none does."""
    closing = re.compile(rf"^\s*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    for index in range(opening + 1, len(lines)):
        if closing.match(lines[index]):
            return index
    return len(lines)


def _read_options(lines: list[str], start: int, end: int) -> tuple[dict[str, Any], int]:
    """Read a directive's options in either form; return them and the body's index."""
    if start < end and lines[start].strip() == "---":
        for stop in range(start + 1, end):
            if lines[stop].strip() == "---":
                options = yaml.safe_load("\n".join(lines[start + 1 : stop])) or {}
                return options, stop + 1
    options = {}
    while start < end and (match := _OPTION.match(lines[start])):
        options[match["key"]] = (
            yaml.safe_load(match["value"]) if match["value"] else True
        )
        start += 1
    return options, start
