"""Numeric answers: read them without running them, and compare them under seal.

A key holds no right number, only a digest of it and of every wrong number that shows a
mistake. Somebody who wants to can try numbers until one fits; it takes longer than
working them out.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from coursekit.checks.compare import Difference, Tolerance, with_article
from coursekit.checks.declare import Case, Numeric
from coursekit.checks.key import Key, KeyCase, KeyGroup
from coursekit.checks.outcome import Outcome, printable

VARIABLE = "answers"  # the dictionary's name in the notebook
LONGEST = 20_000  # characters of a cell that are read
LONGEST_NAME = 60  # characters of an answer's name that a message repeats
LARGEST = 1e15  # of any number on the way to an answer
TURNS = 20_000  # of the digest, so that trying numbers is slow

Number = int | float
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


class AnswersError(Exception):
    """A cell does not hold answers; the message says why, in a sentence."""


def numeric_key(exercise: Numeric) -> Key:
    """Write the key of numeric answers; it is the same every time."""
    groups = tuple(
        KeyGroup(
            answer.text,
            answer.points,
            (
                KeyCase(
                    Case(answer.name),
                    sealed(exercise.id, answer.name, answer.value),
                    {
                        item.name: sealed(exercise.id, answer.name, item.value)
                        for item in answer.mistakes
                    },
                ),
            ),
        )
        for answer in exercise.answers
    )
    hints = {item.name: item.hint for a in exercise.answers for item in a.mistakes}
    return Key(exercise.id, exercise.title, "", (), Tolerance(), hints, groups)


def answer_outcome(exercise: str, answers: Mapping[str, Any], case: Case) -> Outcome:
    """Report an answer as an outcome, sealed like those of the key.

    Parameters
    ----------
    exercise : str
        The exercise's id.
    answers : mapping of str to number
        What the student wrote; None where nothing is written yet.
    case : Case
        The question, by its note.
    """
    given = answers.get(case.note)
    if given is None or given is ...:
        return Outcome("stub")
    if type(given) not in (int, float) or not math.isfinite(given):
        return Outcome("bad type", error=with_article(type(given).__name__))
    return sealed(exercise, case.note, given)


@functools.lru_cache(maxsize=1024)
def sealed(exercise: str, name: str, number: Number) -> Outcome:
    """Return a digest of a number to six digits, in place of the number."""
    text = f"{float(number) + 0.0:.6g}".encode()
    salt = f"{exercise} {name}".encode()
    digest = hashlib.pbkdf2_hmac("sha256", text, salt, TURNS)
    return Outcome("value", digest.hex()[:32])


def hidden_difference(got: Outcome) -> Difference:
    """Say that an answer is not right, without the right one."""
    if got.kind == "stub":
        return Difference("not-implemented", "Not answered yet.")
    if got.kind == "bad type":
        sentence = f"The answer is {got.error}. Write a number or a sum of numbers."
        return Difference("wrong-type", sentence)
    return Difference("wrong-number", "That is not the number asked for.")


def read_answers(text: str) -> dict[str, Number | None]:
    """Read a cell that assigns a dictionary of numbers, without running it.

    Parameters
    ----------
    text : str
        Such as ``answers = {"height": (7 - 3) / 2 + 1, "width": None}``.

    Raises
    ------
    AnswersError
        If it holds anything but numbers and arithmetic; the message says where.
    """
    try:
        tree = ast.parse(text[:LONGEST])
    except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
        line = getattr(err, "lineno", None)
        where = f" (line {line})" if line else ""
        msg = f"The cell with your answers is not Python{where}."
        raise AnswersError(msg) from err
    for node in reversed(tree.body):
        match node:
            case ast.Assign(
                targets=[ast.Name(id="answers")], value=ast.Dict() as found
            ):
                return _read_dictionary(found)
    msg = f"The cell with your answers does not assign `{VARIABLE} = {{...}}`."
    raise AnswersError(msg)


def _read_dictionary(tree: ast.Dict) -> dict[str, Number | None]:
    """Read a dictionary whose keys are strings."""
    answers: dict[str, Number | None] = {}
    for key, value in zip(tree.keys, tree.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            msg = f"Line {tree.lineno}: the names of your answers must stay as given."
            raise AnswersError(msg)
        try:
            answers[key.value] = _read_number(value)
        except (AnswersError, ArithmeticError, RecursionError) as err:
            reason = str(err) or type(err).__name__
            name = printable(ascii(key.value)[1:-1], LONGEST_NAME)
            msg = f'The answer "{name}" (line {value.lineno}): {reason}'
            raise AnswersError(msg) from err
    return answers


def _read_number(tree: ast.expr) -> Number | None:
    """Work out an answer; None and ... stand for none yet."""
    if isinstance(tree, ast.Constant) and (tree.value is None or tree.value is ...):
        return None
    return _work_out(tree)


def _work_out(tree: ast.expr) -> Number:
    """Work out an expression of numbers, which cannot do anything else."""
    match tree:
        case ast.Constant(value=int() | float() as number) if number is not True:
            value = _bounded(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = -_work_out(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            value = _work_out(operand)
        case ast.BinOp(op=op, left=left, right=right) if type(op) in OPERATORS:
            both = _work_out(left), _work_out(right)
            value = _bounded(OPERATORS[type(op)](*both))
        case _:
            msg = "write a number, or numbers with + - * / // %."
            raise AnswersError(msg)
    return value


def _bounded(number: Number) -> Number:
    """Refuse a number that no answer needs."""
    if isinstance(number, bool) or not abs(number) <= LARGEST:
        msg = "that is larger than any answer, or no number."
        raise AnswersError(msg)
    return number
