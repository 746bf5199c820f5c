"""Look for anything in a student edition that students must not get."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coursekit.authoring.secret_lines import Secrets, file_hash, squeeze
from coursekit.errors import CourseError

INSTRUCTORS_FOLDERS = frozenset(("solutions", "authoring", "grading", "reports"))

COMPILED_NAMES = re.compile(r"\.(py[cod]|so|dll|dylib|o|a|obj|class|whl|egg|pkl)$")
COMPILED_BYTES = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"!<arch>\n",
)
PNG = b"\x89PNG\r\n\x1a\n"

MARKS = re.compile(
    r"\b(begin|end)[\W_]*(solution|hidden[\W_]*tests?|mark[\W_]*scheme)"
    r"|#+\s*hidden[\W_]*tests?",
    re.IGNORECASE,
)
PAIRING_TEXT = re.compile(r"^\W*jupytext\s*:", re.MULTILINE)
PAIRING_NAMES = re.compile(r"(^|\.)jupytext(\.\w+)?$")

DEEPEST = 4  # archives inside archives


@dataclass(frozen=True)
class Leak:
    """One thing that students must not get.

    Parameters
    ----------
    path : str
        The file it is in; for a file in an archive, after the archive's path and "!".
    what : str
        What was found, as the end of a sentence.
    """

    path: str
    what: str

    def __str__(self) -> str:
        """Write it as one line."""
        return f"{self.path}: {self.what}"


def refuse_leaks(files: Mapping[str, bytes], secrets: Secrets) -> None:
    """Raise if there is a leak anywhere.

    Raises
    ------
    CourseError
        With one line for each of the first leaks.
    """
    # A file in the edition's folder and in its zip is one leak.
    found = {(x.path.rpartition("!")[2], x.what): x for x in find_leaks(files, secrets)}
    leaks = list(found.values())
    if leaks:
        shown = "\n".join(f"  {leak}" for leak in leaks[:10])
        rest = f"\n  ... and {len(leaks) - 10} more" if len(leaks) > 10 else ""
        msg = (
            f"The student edition would leak, so it was not written:\n{shown}{rest}\n"
            "List a line that gives nothing away in solutions/public_lines.txt."
        )
        raise CourseError(msg)


def find_leaks(
    files: Mapping[str, bytes], secrets: Secrets, depth: int = 0
) -> list[Leak]:
    """Look at every file, also inside archives and notebooks.

    Parameters
    ----------
    files : mapping of str to bytes
        What students would get, by path.
    secrets : Secrets
        What to look for.
    depth : int, default 0
        How many archives these files are inside of.
    """
    leaks: list[Leak] = []
    for path, data in files.items():
        if data.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(data)):
            leaks += _leaks_in_archive(path, data, secrets, depth)
            continue
        leaks += [Leak(path, what) for what in _leaks_in_bytes(path, data, secrets)]
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            if not data.startswith(PNG):
                leaks.append(
                    Leak(path, "a file that is neither text nor a PNG picture")
                )
            continue
        for look in (_secret_lines, _marks, _pairing, _outputs):
            leaks += [Leak(path, what) for what in look(path, text, secrets)]
    return leaks


def _leaks_in_archive(
    path: str, data: bytes, secrets: Secrets, depth: int
) -> list[Leak]:
    """Look inside a zip."""
    if depth == DEEPEST:
        return [Leak(path, "archives inside archives, too deep to look through")]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inner = {f"{path}!{n}": archive.read(n) for n in archive.namelist()}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as err:
        return [Leak(path, f"an archive that cannot be read ({err})")]
    return find_leaks(inner, secrets, depth + 1)


def _leaks_in_bytes(path: str, data: bytes, secrets: Secrets) -> Iterator[str]:
    """Look at a file's name and its first bytes."""
    parts = path.replace("!", "/").split("/")
    for folder in sorted(INSTRUCTORS_FOLDERS.intersection(parts[:-1])):
        yield f"a file from the instructors' folder {folder}/"
    if COMPILED_NAMES.search(parts[-1].lower()) or "__pycache__" in parts:
        yield "a compiled file, by its name"
    if data.startswith(COMPILED_BYTES) or _is_bytecode(data) or _is_windows(data):
        yield "a compiled file, by its first bytes"
    source = secrets.files.get(file_hash(data))
    if source is not None:
        yield f"the same file as {source}"
    if PAIRING_NAMES.search(parts[-1].lower()):
        yield "settings that pair notebooks with their sources"


def _is_bytecode(data: bytes) -> bool:
    """Tell compiled Python: two bytes of version, CR LF, then flags, mostly zeros."""
    return data[2:4] == b"\r\n" and b"\0" in data[4:8]


def _is_windows(data: bytes) -> bool:
    """Tell a Windows program or library."""
    return data.startswith(b"MZ") and b"\0" in data[:64]


def _secret_lines(path: str, text: str, secrets: Secrets) -> Iterator[str]:
    """Look for lines of solutions and declarations, also in the strings of JSON."""
    squeezed = "\n".join(squeeze(part) for part in [text, *_strings(path, text)])
    for line, place in secrets.lines.items():
        if line in squeezed:
            yield f"a line of {place}"


def _marks(path: str, text: str, secrets: Secrets) -> Iterator[str]:
    """Look for marks that should have been taken out with what they enclose."""
    found = MARKS.search(text)
    if found:
        yield f"the mark {found[0]!r}"


def _pairing(path: str, text: str, secrets: Secrets) -> Iterator[str]:
    """Look for metadata that leads a tool from a notebook back to its source."""
    tree = _json(path, text)
    if tree is None:
        paired = PAIRING_TEXT.search(text) is not None
    else:
        paired = any("jupytext" in item for item in _walk(tree, dict))
    if paired:
        yield "pairing metadata (jupytext)"


def _outputs(path: str, text: str, secrets: Secrets) -> Iterator[str]:
    """Look for outputs in a notebook; they may show what the reference gives."""
    tree = _json(path, text)
    if isinstance(tree, dict) and isinstance(tree.get("cells"), list):
        for number, cell in enumerate(tree["cells"], start=1):
            if cell.get("outputs") or cell.get("execution_count"):
                yield f"cell {number} has been run: it has outputs or a count"


def _strings(path: str, text: str) -> list[str]:
    """Return the strings in a JSON file; lines of one cell are joined."""
    tree = _json(path, text)
    strings = list(_walk(tree, str))
    for item in _walk(tree, list):
        if all(isinstance(part, str) for part in item):
            strings.append("".join(item))
    return strings


def _json(path: str, text: str) -> Any:
    """Read a file as JSON if it can be; anything else gives None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _walk(tree: Any, kind: type) -> Iterator[Any]:
    """Go through everything of one kind in a JSON tree."""
    if isinstance(tree, kind):
        yield tree
    if isinstance(tree, dict):
        tree = [*tree.keys(), *tree.values()]
    if isinstance(tree, list):
        for item in tree:
            yield from _walk(item, kind)
