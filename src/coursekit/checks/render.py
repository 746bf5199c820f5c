"""A check's result as text for a terminal and as HTML for a notebook."""

from __future__ import annotations

import html
import textwrap
from typing import Any

import numpy as np

from coursekit.checks.calls import call_text, is_driven, looked_at, named_values
from coursekit.checks.compare import with_article
from coursekit.checks.mark import ExerciseResult, Failure, GroupResult
from coursekit.checks.outcome import Outcome
from coursekit.links import MESSAGES_URL, message_url

WIDTH = 80
LABEL = 10  # columns for the name of a value
LONGEST = 100  # numbers of an array that are shown; longer arrays are cut
TOO_LONG = 1000  # numbers of an array of which none is shown
STYLE = (  # for a page that shows reports; nested rules stay inside them
    # The class stands twice to win over JupyterLab's own rules for tables.
    "<style>.coursekit-check.coursekit-check{table{border-collapse:collapse}"
    "td,th{text-align:left;padding:.15em .8em .15em 0}"
    "pre{margin:.3em 0;white-space:pre-wrap}}</style>"
)


def points_text(earned: float, points: float) -> str:
    """Write a score: ``1.5 / 3``."""
    return f"{earned:g} / {points:g}"


def to_text(result: ExerciseResult) -> str:
    """Lay out a result for a terminal, at most 80 columns wide."""
    score = f"{points_text(result.earned, result.points)} points"
    head = f"{result.exercise}  {result.title}"
    lines = [f"{head[: WIDTH - len(score) - 2]:<{WIDTH - len(score)}}{score}"]
    lines += [_row(group) for group in result.groups]
    if result.problem is not None:
        lines += ["", *_wrap(result.problem.sentence)]
    elif _is_told(result):
        lines += ["", *_wrap(_told(result))]
    elif result.is_untouched:
        lines += ["", *_wrap(_untouched_sentence(result))]
    else:
        for group in distinct_failures(result):
            lines += ["", *_failure_lines(result, group)]
    is_wanting = result.earned < result.points and not result.is_open
    if result.problem is not None or is_wanting:
        lines += ["", f"More: {MESSAGES_URL}"]
    return "\n".join(lines)


def to_html(result: ExerciseResult) -> str:
    """Lay out a result for a notebook."""
    score = points_text(result.earned, result.points)
    rows = "".join(
        f"<tr><td>{_mark(group)}&ensp;</td><td>{html.escape(group.name)}&ensp;</td>"
        f"<td>{points_text(group.earned, group.points)}</td></tr>"
        for group in result.groups
    )
    head = f"<b>{html.escape(result.exercise)}</b>: {html.escape(score)} points"
    body = _html_explanation(result)
    return (
        '<div class="coursekit-check">'
        f"<p>{head}</p><table><thead><tr><th></th><th>Cases</th><th>Points</th></tr>"
        f"</thead><tbody>{rows}</tbody></table>{body}</div>"
    )


def distinct_failures(result: ExerciseResult) -> list[GroupResult]:
    """Return the groups worth explaining: one for each mistake."""
    seen: set[str] = set()
    chosen = []
    for group in result.groups:
        if group.failure is None:
            continue
        sign = group.failure.misconception or group.failure.why.reason
        if not result.function:
            sign = group.name  # every question is a matter of its own
        if sign not in seen:
            chosen.append(group)
            seen.add(sign)
    return chosen


def show_value(value: Any) -> str:
    """Write a value so that it fits a terminal; long arrays are cut."""
    if isinstance(value, tuple) and any(isinstance(v, np.ndarray) for v in value):
        return "; ".join(_briefly(part) for part in value)
    if isinstance(value, dict) and any(
        isinstance(v, np.ndarray) for v in value.values()
    ):
        parts = [f"{name}: {_compactly(part)}" for name, part in value.items()]
        return textwrap.shorten("; ".join(parts), 200, placeholder=" ...")
    if not isinstance(value, np.ndarray):
        return textwrap.shorten(repr(value), 200, placeholder=" ...")
    if value.size > TOO_LONG:
        return _briefly(value)
    shown = value + 0.0 if value.dtype.kind == "f" else value  # no minus zero
    text = np.array2string(
        shown,
        max_line_width=WIDTH - LABEL - 2,
        precision=4,
        suppress_small=True,
        threshold=LONGEST,
    )
    note = f"  shape {value.shape}" if value.ndim != 1 else ""
    if value.dtype.name != "float64":
        note += f"  {value.dtype}"
    return f"{text}{note}"


def _compactly(value: Any) -> str:
    """Write an entry of a dictionary on one line."""
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=4, suppress_small=True, threshold=20)
    return repr(value)


def _briefly(value: Any) -> str:
    """Write a part of a tuple in a few words."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return value if isinstance(value, str) else repr(value)


def show_outcome(outcome: Outcome) -> str:
    """Write what happened in a call."""
    match outcome.kind:
        case "value":
            return show_value(outcome.value)
        case "error":
            return f"{outcome.error}: {outcome.message}".rstrip(": ")
        case "bad type":
            return with_article(outcome.error)
        case "stub":
            return "nothing yet"
    return outcome.kind


def explanation(failure: Failure) -> list[str]:
    """Return the sentences that explain a failure: what differs, then the mistake."""
    sentences = [failure.why.sentence]
    if failure.why.sentence == show_outcome(failure.got):
        sentences = []  # the error stands above as what came
    if failure.misconception:
        sentences.append(f"Likely mistake: {failure.misconception}. {failure.hint}")
    return sentences


def _row(group: GroupResult) -> str:
    """Lay out one group as a line."""
    score = points_text(group.earned, group.points)
    return f"  {_word(group):<6}{group.name:<58.58}{score:>14}"


def _word(group: GroupResult) -> str:
    """Say in a word whether a group passed."""
    if group.failed:
        return "part" if group.earned else "FAIL"
    return "ok" if group.earned == group.points else "open"


def _mark(group: GroupResult) -> str:
    """Show with a word and a sign whether a group passed."""
    signs = {"ok": "✓ ok", "FAIL": "✗ fail", "part": "◐ part", "open": "? open"}
    return signs[_word(group)]


def _is_told(result: ExerciseResult) -> bool:
    """Whether a sentence about predictions says all there is to say."""
    failed = any(group.failed for group in result.groups)
    return result.finding is not None and not failed


def _told(result: ExerciseResult) -> str:
    """Return what was found out about predictions."""
    return result.finding.sentence if result.finding else ""


def _failure_lines(result: ExerciseResult, group: GroupResult) -> list[str]:
    """Lay out the smallest failing case of a group for a terminal."""
    failure = group.failure
    assert failure is not None
    lines = _wrap(group.name)
    if result.function:
        lines += _wrap(f"The smallest case that fails: {failure.case.note}", "  ")
    lines += _call_lines(result, failure)
    for sentence in explanation(failure):
        lines += _wrap(sentence, "  ")
    return lines


def _html_explanation(result: ExerciseResult) -> str:
    """Explain the failures in HTML."""
    if result.problem is not None:
        return _paragraph(result.problem.sentence) + _more(result.problem.reason)
    if _is_told(result):
        return _paragraph(_told(result))
    if result.is_untouched:
        return _paragraph(_untouched_sentence(result)) + _more("not-implemented")
    parts = []
    for group in distinct_failures(result):
        failure = group.failure
        assert failure is not None
        lines = _call_lines(result, failure)
        head = group.name
        if result.function:
            head += f": the smallest case that fails ({failure.case.note})"
        parts.append(f"<p><b>{html.escape(head)}</b></p>")
        if lines:
            parts.append(f"<pre>{html.escape(chr(10).join(lines))}</pre>")
        parts += [_paragraph(sentence) for sentence in explanation(failure)]
        parts.append(_more(failure.why.reason))
    return "".join(parts)


def _call_lines(result: ExerciseResult, failure: Failure) -> list[str]:
    """Lay out a call, its arrays, what was expected and what came."""
    if not result.function:
        return []  # there is no call, and the right number stays hidden
    names, case = result.parameters, failure.case
    lines = _wrap(call_text(result.function, names, case), "  ")
    for name, value in named_values(names, case):
        lines += _labelled(name, value if isinstance(value, str) else show_value(value))
    if is_driven(names, case):
        lines += _labelled("compared", looked_at(case))
    lines += _labelled("expected", show_outcome(failure.expected))
    return lines + _labelled("got", show_outcome(failure.got))


def _labelled(label: str, text: str) -> list[str]:
    """Put a label before the first line of a text and indent the others."""
    indent = " " * (LABEL + 2)
    lines = [line for row in text.splitlines() for line in _broken(row, indent)]
    first, *rest = lines or [""]
    head = f"  {label:<{LABEL - 1}} "
    if len(head) > len(indent):
        return [head.rstrip(), first, *rest]
    return [head + first[len(indent) :], *rest]


def _broken(row: str, indent: str) -> list[str]:
    """Indent a line, and break it if it is too long; rows of an array stay whole."""
    if len(indent) + len(row) <= WIDTH:
        return [indent + row] if row.strip() else []
    return _wrap(row.strip(), indent)


def _untouched_sentence(result: ExerciseResult) -> str:
    """Say where to write what nobody has written yet."""
    if result.is_numeric:
        return (
            "Not answered yet: write your numbers in the place of `None`, run that "
            "cell, and check again."
        )
    module, _, function = result.function.rpartition(":")
    path = "src/" + module.replace(".", "/") + ".py"
    return f"Not written yet: open {path}, write `{function}`, and check again."


def _wrap(text: str, indent: str = "") -> list[str]:
    """Break a sentence into lines."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )


def _paragraph(text: str) -> str:
    """Wrap a sentence in a paragraph; words in backticks become code."""
    pieces = html.escape(text).split("`")
    marked = "".join(
        f"<code>{piece}</code>" if index % 2 else piece
        for index, piece in enumerate(pieces)
    )
    return f"<p>{marked}</p>"


def _more(reason: str) -> str:
    """Link to the page that explains a message."""
    return f'<p><a href="{message_url(reason)}">What does this message mean?</a></p>'
