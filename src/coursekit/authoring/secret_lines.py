"""What must never reach students: the lines of solutions and of declarations."""

from __future__ import annotations

import hashlib
import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

from coursekit.authoring.files import read_tree
from coursekit.authoring.strip import solution_blocks

# Handed to students as it is.
FOR_STUDENTS = "student_edition/"

# Lines of solutions that students may see, each listed by an author.
PUBLIC_LINES = "public_lines.txt"

# Lines that anybody writes, without white space: they give nothing away.
EVERYDAY = re.compile(
    r"for\w+(,\w+)*in(range\(\w+\)|enumerate\(\w+\)|\w+):"
    r"|(el)?if\w+(isnotNone|isNone)?:|return\w+"
    r"|from[\w.]+import.*|import[\w.]+"
    r"|\w+:[\w.|\[\]]+,"  # an annotated parameter
    r"|raiseNotImplementedError.*"
)
FEWEST_TOKENS = 4  # names, numbers and signs, without strings
FEWEST_CHARACTERS = 12  # without white space


@dataclass(frozen=True)
class Secrets:
    """What the leak scan looks for.

    Parameters
    ----------
    lines : dict of str to str
        Where each secret line stands, by the line without white space.
    files : dict of str to str
        The path of each file in ``solutions/``, by its SHA-256.
    """

    lines: dict[str, str]
    files: dict[str, str]


def gather_secrets(solutions: Path) -> Secrets:
    """Collect the lines between marks, and those of declarations and of the demo.

    A line that students see anyway, outside the marks of the reference or among
    `PUBLIC_LINES`, is no secret; nor is a line that anybody would write.

    Parameters
    ----------
    solutions : Path
        The instructors' folder.
    """
    lines: dict[str, str] = {}
    files: dict[str, str] = {}
    shown: list[str] = []
    for name, data in read_tree(solutions).items():
        place = f"solutions/{name}"
        if name.startswith(FOR_STUDENTS):
            continue
        if data.strip():
            files[file_hash(data)] = place
        if name == PUBLIC_LINES:
            shown += data.decode().splitlines()
        elif name.endswith(".py"):
            source = data.decode()
            secret = _secret_numbers(source, place)
            telling = _telling_lines(source)
            found = {telling[n]: f"{place}:{n}" for n in telling if n in secret}
            lines = found | lines  # the first place stands
            everything = enumerate(source.splitlines(), start=1)
            shown += [line for n, line in everything if n not in secret]
    public = "\n".join(squeeze(line) for line in shown)
    return Secrets({s: where for s, where in lines.items() if s not in public}, files)


def squeeze(text: str) -> str:
    """Drop all white space, so that no way of spacing hides a line."""
    return "".join(text.split())


def file_hash(data: bytes) -> str:
    """Return a file's SHA-256, whatever its line ends."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def _secret_numbers(source: str, place: str) -> set[int]:
    """List the numbers of secret lines: those between marks, or a whole file."""
    if not place.startswith("solutions/convnets/"):
        return set(range(1, len(source.splitlines()) + 1))
    blocks = solution_blocks(source, place)
    return {n for begin, end in blocks for n in range(begin, end + 1)}


def _telling_lines(source: str) -> dict[int, str]:
    """Return the lines that hold more than anybody would write, squeezed.

    Comments are cut off; lines that are only text, such as titles and hints, are left
    out, because students read those.
    """
    kept = source.splitlines()
    count = dict.fromkeys(range(1, len(kept) + 1), 0)
    for item in tokenize.generate_tokens(io.StringIO(source).readline):
        row, column = item.start
        if item.type == tokenize.COMMENT:
            kept[row - 1] = kept[row - 1][:column]
        elif item.type in (tokenize.NAME, tokenize.NUMBER, tokenize.OP):
            count[row] += 1
    squeezed = {row: squeeze(kept[row - 1]) for row in count}
    return {
        row: line
        for row, line in squeezed.items()
        if count[row] >= FEWEST_TOKENS
        and len(line) >= FEWEST_CHARACTERS
        and not EVERYDAY.fullmatch(line)
    }
