"""Pictures with a hidden template, for ps1.match_template.

A picture is used only if the right window leads clearly and the mistakes that its group
is meant for find another one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from coursekit.checks.declare import Case, case
from exercises.correlation import match_mistakes as wrong
from exercises.draws import FloatArray, pixels

Matcher = Callable[[FloatArray, FloatArray], tuple[int, int]]
Picture = tuple[FloatArray, FloatArray]
Size = tuple[int, int]

LEAD = 0.15  # of the best score, so that single precision finds the same window
TRIES = 5000

# Mistakes in scoring: on an exact copy they go unpunished, so that each loses only the
# points of the groups that are about it.
UNSCALED = [
    wrong.not_centred_nor_scaled,
    wrong.not_centred,
    wrong.contrast_wins,
    wrong.half_centred,
    wrong.least_squares,
]


def worked_example(rng: np.random.Generator) -> list[Case]:
    image = np.array(
        [
            [2.0, 1.0, 0.0, 0.0, 1.0],
            [2.0, 1.0, 0.0, 2.0, 0.0],
            [0.0, 0.0, 1.0, 0.0, 2.0],
            [1.0, 0.0, 1.0, 0.0, 2.0],
        ]
    )
    fooled = [wrong.flipped, wrong.column_first, wrong.unravelled_in_image]
    drawn = pixels(rng, 3, 4)
    return [
        case("worked out on paper", image, np.array([[0.0, 2.0], [1.0, 0.0]])),
        clear("an exact copy", lambda: hidden(rng, (5, 6), (2, 3)), fooled, UNSCALED),
        clear("in the last corner", lambda: in_last_corner(rng), fooled, UNSCALED),
        case("a template as large as the image", drawn, 2 * drawn),
        case("a template taller than the image", drawn, pixels(rng, 4, 2)),
    ]


def other_brightness(rng: np.random.Generator) -> list[Case]:
    darker = [wrong.not_centred_nor_scaled, wrong.not_centred, wrong.least_squares]
    brighter = [wrong.half_centred, wrong.least_squares, wrong.centred_on_the_image]

    def darker_copy() -> Picture:
        image, template = hidden(rng, (4, 6), (2, 3))
        return image, template + 8

    def brighter_copy() -> Picture:
        return hidden(rng, (6, 5), (3, 2), brighter=8)

    return [
        clear("a darker copy", darker_copy, darker, [wrong.contrast_wins]),
        clear("a brighter copy", brighter_copy, brighter, [wrong.contrast_wins]),
    ]


def other_contrast(rng: np.random.Generator) -> list[Case]:
    fooled = [wrong.contrast_wins, wrong.least_squares, wrong.centred_on_the_image]
    right = [wrong.not_centred, wrong.half_centred]

    def fainter_copy() -> Picture:
        return hidden(rng, (4, 6), (2, 3), contrast=0.5)

    def another_one() -> Picture:
        return hidden(rng, (6, 5), (3, 2), contrast=0.5)

    def stronger_copy() -> Picture:
        return hidden(rng, (4, 6), (2, 3), contrast=2.0)

    def single_pixel() -> Picture:
        return with_single_pixel(rng)

    faint_wins = [wrong.square_root_forgotten, wrong.least_squares]
    pixel_wins = [wrong.scaled_by_magnitudes]

    return [
        clear("half the contrast", fainter_copy, fooled, right),
        clear("half the contrast", another_one, fooled, right),
        clear("twice the contrast", stronger_copy, faint_wins, right),
        clear("a single bright pixel", single_pixel, pixel_wins, right),
    ]


def without_contrast(rng: np.random.Generator) -> list[Case]:
    fooled = [wrong.without_contrast_wins]
    skipped = [wrong.without_contrast_left_out, wrong.search_from_zero]

    def equal_above() -> Picture:
        image, template = hidden(rng, (6, 5), (2, 3))
        image[:3, :4] = 5.0
        return image, template

    def equal_below() -> Picture:
        image, template = hidden(rng, (6, 5), (3, 2))
        image[-3:, -3:] = 5.0
        return image, template

    def equal_best() -> Picture:
        image, template = only_negatives(rng)
        image[-2:, :3] = 9.0
        return image, template

    return [
        clear("equal pixels above the match", equal_above, fooled, UNSCALED),
        clear("equal pixels below the match", equal_below, fooled, UNSCALED),
        clear("no other window scores as much as 0", equal_best, skipped, UNSCALED),
    ]


def several_copies(rng: np.random.Generator) -> list[Case]:
    def two() -> Picture:
        return two_copies(rng)

    def negative() -> Picture:
        return with_negative(rng)

    def negatives() -> Picture:
        return only_negatives(rng)

    right = [*UNSCALED, wrong.without_contrast_left_out]
    return [
        clear("two equal copies", two, [wrong.last_of_several], UNSCALED, copies=2),
        clear("a negative above", negative, [wrong.magnitude_wins], UNSCALED),
        clear("nothing but negatives", negatives, [wrong.search_from_zero], right),
    ]


def clear(
    note: str,
    draw: Callable[[], Picture],
    fooled: Sequence[Matcher],
    right: Sequence[Matcher],
    copies: int = 1,
) -> Case:
    """Draw until the copies lead, and a matcher goes wrong only where it should.

    The `fooled` matchers find another window than the reference, the `right` ones
    the same. Row and column differ, so that their order shows.
    """
    for _ in range(TRIES):
        image, template = draw()
        scores = wrong.scores(image, template)
        place = wrong.best(scores)
        ranked = np.sort(scores, axis=None)[::-1]
        if (
            ranked[0] - ranked[copies] > LEAD
            and place[0] != place[1]
            and all(matcher(image, template) != place for matcher in fooled)
            and all(matcher(image, template) == place for matcher in right)
        ):
            return case(note, image, template)
    msg = f"No clear picture for {note!r} in {TRIES} tries."
    raise RuntimeError(msg)


def digits(rng: np.random.Generator, size: Size) -> FloatArray:
    """Draw a template whose pixels are all different."""
    return rng.choice(10, size, replace=False).astype(float)


def hidden(
    rng: np.random.Generator,
    image_size: Size,
    size: Size,
    contrast: float = 1.0,
    brighter: float = 0.0,
) -> Picture:
    """Hide a copy of a template anywhere in an image."""
    image, template = pixels(rng, *image_size), digits(rng, size)
    row = rng.integers(image_size[0] - size[0] + 1)
    column = rng.integers(image_size[1] - size[1] + 1)
    image[row : row + size[0], column : column + size[1]] = (
        contrast * template + brighter
    )
    return image, template


def in_last_corner(rng: np.random.Generator) -> Picture:
    """Put a copy of a template where the last window is."""
    image, template = pixels(rng, 7, 5), digits(rng, (3, 2))
    image[-3:, -2:] = template
    return image, template


def two_copies(rng: np.random.Generator) -> Picture:
    """Hide two copies of a template whose mean is a whole number.

    Every sum over a window is then exact, in whatever order a student adds up.
    """
    image, template = pixels(rng, 5, 6), digits(rng, (2, 3))
    template[0, 0] += -template.sum() % template.size
    for top in (0, 3):
        left = rng.integers(4)
        image[top : top + 2, left : left + 3] = template
    return image, template


def with_negative(rng: np.random.Generator) -> Picture:
    """Hide a copy with one pixel changed, and a perfect negative above it."""
    image, template = pixels(rng, 5, 6), digits(rng, (2, 3))
    above, left = rng.integers(4, size=2)
    image[:2, above : above + 3] = 9 - template
    image[3:, left : left + 3] = template
    image[3, left] += 3
    return image, template


def only_negatives(rng: np.random.Generator) -> Picture:
    """Let an image grow darker wherever the template grows brighter.

    The template is brightest at its upper right, the image at its lower left, so that
    no window scores above 0.
    """
    template = np.sort(np.sort(digits(rng, (2, 3)), axis=0)[::-1], axis=1)
    image = np.sort(np.sort(pixels(rng, 4, 5), axis=0), axis=1)[:, ::-1].copy()
    return image, template


def with_single_pixel(rng: np.random.Generator) -> Picture:
    """Hide a copy of a template, and a single pixel where the template is brightest."""
    image, template = np.full((4, 6), 1.0), digits(rng, (2, 3))
    above, left = rng.integers(3), rng.integers(4)
    image[above : above + 2, left : left + 3] = template
    row, column = np.unravel_index(np.argmax(template), template.shape)
    image[row + rng.integers(3), column + rng.integers(4)] = 9.0
    return image, template
