"""Names for a leaderboard that one can say aloud and nobody can trace back.

A name is made from the student and a secret of the class, so it stays the same, differs
from class to class, and says nothing to somebody without the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from coursekit.errors import CourseError

CONSONANTS = "bdfgjklmnprstvz"
VOWELS = "aeiou"
SYLLABLES = (2, 3)  # of the two words: 75 to the 5th power, 2.4 thousand million names
SECRET_BYTES = 32


def pseudonym(secret: bytes, student: str) -> str:
    """Return a student's name on the leaderboard, such as ``"Tamo Relisu"``.

    Parameters
    ----------
    secret : bytes
        The class's.
    student : str
        As in the gradebook.
    """
    data = student.encode("utf-8", "surrogatepass")
    number = int.from_bytes(hmac.digest(secret, data, hashlib.sha256))
    words = []
    for length in SYLLABLES:
        word = ""
        for _ in range(length):
            number, first = divmod(number, len(CONSONANTS))
            number, second = divmod(number, len(VOWELS))
            word += CONSONANTS[first] + VOWELS[second]
        words.append(word.capitalize())
    return " ".join(words)


def class_secret(path: Path) -> bytes:
    """Return a class's secret; the first call draws it and keeps it to the grader.

    There is one grader at a time in a class, so nobody else draws another one.

    Parameters
    ----------
    path : Path
        Where it lies.

    Raises
    ------
    CourseError
        If it is damaged.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(beside, flags, 0o600), "w") as file:
            file.write(secrets.token_hex(SECRET_BYTES))
        beside.replace(path)
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        msg = (
            f"{path} is damaged. It makes the names on leaderboards: put it back, or "
            "delete it for new names."
        )
        raise CourseError(msg)
    return secret
