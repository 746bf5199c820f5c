"""A small problem set for tests of the grader; copied to a folder of solutions."""

from pathlib import Path

from convnets.correlation import correlate1d, correlate2d, toeplitz
from coursekit.checks.declare import (
    Exercise,
    Group,
    Misconception,
    ProblemSet,
    Written,
    case,
)

FAULT = Path(__file__).with_name("fault.txt")


def plain(rng):
    sizes = ((4, 2), (7, 3), (9, 4))
    return [
        case(f"{n} and {k}", rng.normal(size=n), rng.normal(size=k)) for n, k in sizes
    ]


def strides(rng):
    x, kernel = rng.normal(size=9), rng.normal(size=3)
    return [case(f"stride {s}", x, kernel, stride=s) for s in (2, 3)]


def too_long(rng):
    return [case("kernel too long", rng.normal(size=2), rng.normal(size=3))]


def images(rng):
    sizes = (((4, 5), (2, 3)), ((7, 6), (3, 2)))
    return [
        case(f"{a} and {b}", rng.normal(size=a), rng.normal(size=b)) for a, b in sizes
    ]


def matrices(rng):
    """Draw cases, unless a test has planted a fault."""
    if FAULT.exists():
        exec(FAULT.read_text(), {"fault": FAULT})
    return [
        case("length 6", rng.normal(size=3), 6),
        case("length 5", rng.normal(size=2), 5),
    ]


def flipped(x, kernel, stride=1):
    return correlate1d(x, kernel[::-1], stride)


def one_step(x, kernel, stride=1):
    return correlate1d(x, kernel)


def flipped2d(x, kernel):
    return correlate2d(x, kernel[::-1, ::-1])


def transposed(kernel, length, stride=1):
    return toeplitz(kernel, length, stride).T


PROBLEM_SET = ProblemSet(
    id="ps90",
    title="Small",
    files=("correlation.py",),
    exercises=[
        Exercise(
            "ps90.correlate1d",
            "Correlation of signals",
            correlate1d,
            [
                Group("Plain", 1, plain),
                Group("Strides", 1, strides),
                Group("Errors", 1, too_long),
            ],
            [
                Misconception("flipped kernel", "Do not flip.", flipped),
                Misconception("no stride", "Use the stride.", one_step),
            ],
        ),
        Exercise(
            "ps90.correlate2d",
            "Correlation of images",
            correlate2d,
            [Group("Images", 3, images)],
            [Misconception("flipped kernel", "Do not flip.", flipped2d)],
        ),
        Exercise(
            "ps90.toeplitz",
            "A matrix",
            toeplitz,
            [Group("Matrices", 2, matrices)],
            [Misconception("transposed", "Rows are outputs.", transposed)],
        ),
        Written("ps90.why", "Why", 1),
    ],
)
