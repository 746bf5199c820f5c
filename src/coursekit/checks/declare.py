"""What an author writes down about an exercise: cases, points, and misconceptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.errors import CourseError

ANSWERS = ".answers"  # ends the name of the cell that holds numeric answers


@dataclass(frozen=True)
class Case:
    """One call of the student's function.

    Parameters
    ----------
    note : str
        What is special about it, as the student reads it: ``"stride 2"``.
    args, kwargs
        Arguments of the call: plain numbers, strings, None, NumPy arrays, and lists,
        tuples and dictionaries of those.
    truth : object, optional
        What the function is not told and an observer compares its answer with, such as
        the labels of held-out images.
    """

    note: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    truth: Any = None


def case(note: str, /, *args: Any, **kwargs: Any) -> Case:
    """Write a case as the call it stands for: ``case("stride 2", x, w, stride=2)``."""
    return Case(note, args, kwargs)


@dataclass(frozen=True)
class Group:
    """Cases that earn their points together or not at all.

    Parameters
    ----------
    name : str
        What the group looks at, as a row of the student's report: ``"Strides"``.
    points : float
        What it is worth.
    cases : callable
        Draws the cases from a random source, smallest first. It must draw different
        inputs of the same kind each time.
    """

    name: str
    points: float
    cases: Callable[[np.random.Generator], Sequence[Case]]


@dataclass(frozen=True)
class Misconception:
    """A plausible wrong implementation.

    Parameters
    ----------
    name : str
        A few words, unique in the exercise: ``"flipped kernel"``.
    hint : str
        One or two sentences that lead to the mistake without giving the code.
    function : callable
        The wrong implementation, with the signature of the right one.
    """

    name: str
    hint: str
    function: Callable[..., Any]


@dataclass(frozen=True)
class Exercise:
    """A function that students complete, and everything needed to check it.

    Parameters
    ----------
    id : str
        Unique in the course and never reused: ``"ps1.correlate1d"``.
    title : str
        One line for reports.
    reference : callable
        The right implementation, in `convnets`.
    groups : sequence of Group
        What earns points; their points add up to the exercise's.
    misconceptions : sequence of Misconception
        Every one must lose points and be named.
    rtol : float, default 1e-5
        Largest error allowed, as a fraction of the largest expected magnitude. It
        leaves room for single precision.
    atol : float, default 1e-6
        Largest error allowed where everything expected is 0.
    difficulty : int, default 1
        1 to 3.
    minutes : int, default 10
        How long it takes most students.
    observer : str, default "value"
        What is compared: a name in `observers.OBSERVERS`. By default it is what the
        function returns.
    helper : callable, optional
        A right function of ours that the observer needs. In the visible check the
        student's own function of that name takes its place.
    prepare : str, default ""
        How a case's plain values become a call: how its first argument is made of them,
        a name in `networks.PREPARE`, or who builds and runs a network, a name in
        `drivers.DRIVERS`.
    libraries : sequence of str, default ()
        Packages beside NumPy that grading has for this exercise: ``("torch",)``.
    seconds : float, default 0
        Longest time that grading allows for one case; 0 for what is usual.
    """

    id: str
    title: str
    reference: Callable[..., Any]
    groups: Sequence[Group]
    misconceptions: Sequence[Misconception]
    rtol: float = 1e-5
    atol: float = 1e-6
    difficulty: int = 1
    minutes: int = 10
    observer: str = "value"
    helper: Callable[..., Any] | None = None
    prepare: str = ""
    libraries: Sequence[str] = ()
    seconds: float = 0.0

    @property
    def points(self) -> float:
        """What the whole exercise is worth."""
        return sum(group.points for group in self.groups)

    @property
    def function(self) -> str:
        """Where students find it: ``"convnets.correlation:correlate1d"``."""
        return _place(self.reference)

    @property
    def helper_function(self) -> str:
        """Where the helper is found, or nothing if there is none."""
        return "" if self.helper is None else _place(self.helper)


def _place(function: Callable[..., Any]) -> str:
    """Say where a function is found: ``"convnets.correlation:correlate1d"``."""
    return f"{function.__module__}:{function.__name__}"


@dataclass(frozen=True)
class WrongAnswer:
    """A number that somebody gets who makes a certain mistake.

    Parameters
    ----------
    name : str
        The mistake in a few words, unique in the exercise.
    hint : str
        One or two sentences that lead to the mistake without giving the number.
    value : float
        What the mistake gives.
    """

    name: str
    hint: str
    value: float


@dataclass(frozen=True)
class Answer:
    """A question whose answer is a number.

    Parameters
    ----------
    name : str
        Its key in the notebook's dictionary of answers.
    text : str
        What is asked for, as a row of the student's report.
    value : float
        The right number; six digits are compared.
    points : float
        What it is worth.
    mistakes : sequence of WrongAnswer
        Numbers that show a mistake.
    """

    name: str
    text: str
    value: float
    points: float
    mistakes: Sequence[WrongAnswer]


@dataclass(frozen=True)
class Numeric:
    """Numbers that students write into the notebook, worked out by hand.

    They are read as literals and arithmetic, and never executed.
    """

    id: str
    title: str
    answers: Sequence[Answer]
    difficulty: int = 1
    minutes: int = 10

    @property
    def points(self) -> float:
        """What all answers together are worth."""
        return sum(answer.points for answer in self.answers)

    @property
    def cell(self) -> str:
        """Name the cell in which the answers stand."""
        return f"{self.id}{ANSWERS}"


@dataclass(frozen=True)
class Predictions:
    """What a trained network says about a test set, handed in as a small text file.

    Students train a network and hand in one class for each test image; the share that
    is right earns the points. Nothing of theirs is run for it.

    Parameters
    ----------
    id, title : str
        As in `Exercise`.
    dataset : str
        Whose test set: ``"mnist"`` or ``"cifar10"``.
    scale : sequence of (float, float)
        Accuracies, as fractions, and the points that they earn, both rising. Below the
        first accuracy nothing is earned, from the last one on everything; in between,
        points lie on the straight line, rounded down to a hundredth. A linear scale is
        ``((0.80, 0), (0.93, 6))``; ``((0.90, 1), (0.98, 4))`` begins with a point.
    bonus : float, default 0
        Points on top for the best fifth of the class; 0 for no leaderboard.
    difficulty, minutes : int
        As in `Exercise`.
    """

    id: str
    title: str
    dataset: str
    scale: Sequence[tuple[float, float]]
    bonus: float = 0.0
    difficulty: int = 1
    minutes: int = 10

    @property
    def points(self) -> float:
        """What full accuracy is worth, without the bonus."""
        return self.scale[-1][1]

    @property
    def file(self) -> str:
        """Name the file that is handed in: ``"ps7-predictions.csv"``."""
        return f"{self.id.partition('.')[0]}-predictions.csv"


@dataclass(frozen=True)
class Written:
    """An answer in prose, marked by a person."""

    id: str
    title: str
    points: float
    difficulty: int = 1
    minutes: int = 10


Checked = Exercise | Numeric | Predictions  # marked without a person
Item = Checked | Written


def grade_id(exercise_id: str) -> str:
    """Name an exercise's graded cell: nbgrader refuses the dot in ``"ps1.toeplitz"``.

    Authors write the exercise's id; the release step turns it into this.
    """
    return exercise_id.replace(".", "-")


@dataclass(frozen=True)
class ProblemSet:
    """Exercises handed out and handed in together.

    Parameters
    ----------
    id : str
        Such as ``"ps1"``; also the name of its notebook and folder.
    title : str
        One line.
    files : sequence of str
        Source files that students edit, relative to the folder of `convnets`.
    exercises : sequence of Exercise, Numeric, Predictions or Written
        In the order of the notebook.
    """

    id: str
    title: str
    files: Sequence[str]
    exercises: Sequence[Item]

    @property
    def points(self) -> float:
        """What the whole problem set is worth."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def functions(self) -> list[Exercise]:
        """The exercises that are checked by running code."""
        return [item for item in self.exercises if isinstance(item, Exercise)]

    @property
    def checked(self) -> list[Checked]:
        """The exercises that are marked without a person."""
        return [item for item in self.exercises if not isinstance(item, Written)]

    @property
    def predictions(self) -> list[Predictions]:
        """The exercises for which a file with predictions is handed in."""
        return [item for item in self.exercises if isinstance(item, Predictions)]

    def find(self, exercise_id: str) -> Item:
        """Return one exercise by its id."""
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        known = ", ".join(exercise.id for exercise in self.exercises)
        msg = f"No exercise {exercise_id!r} in {self.id}. Known: {known}."
        raise CourseError(msg)
