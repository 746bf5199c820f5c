"""Plausible wrong template matchers, for ps1.match_template."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convnets.correlation import match_template
from coursekit.checks.declare import Misconception


def not_centred_nor_scaled(image, template):
    return best(products(image, template))


def not_centred(image, template):
    return best(products(image, template) / lengths(image, template))


def contrast_wins(image, template):
    return best(products(image, template - template.mean()))


def half_centred(image, template):
    centred = template - template.mean()
    return best(products(image, centred) / lengths(image, template))


def spread_without_mean(image, template):
    spread = np.std(sliding_window_view(image, template.shape), axis=(2, 3))
    product = products(image, template)
    return best(np.divide(product, spread, out=0 * product, where=spread > 0))


def scaled_by_magnitudes(image, template):
    magnitudes = np.sum(np.abs(centred_windows(image, template)), axis=(2, 3))
    return best(contrasts_divided(image, template, magnitudes))


def square_root_forgotten(image, template):
    energies = np.sum(centred_windows(image, template) ** 2, axis=(2, 3))
    return best(contrasts_divided(image, template, energies))


def least_squares(image, template):
    windows = sliding_window_view(image, template.shape)
    return best(-np.sum((windows - template) ** 2, axis=(2, 3)))


def magnitude_wins(image, template):
    return best(np.abs(scores(image, template)))


def centred_on_the_image(image, template):
    centred = template - template.mean()
    length = lengths(image - image.mean(), template)
    product = products(image, centred)
    return best(np.divide(product, length, out=0 * product, where=length > 0))


def flipped(image, template):
    return match_template(image, template[::-1, ::-1])


def column_first(image, template):
    row, column = match_template(image, template)
    return column, row


def centre_of_window(image, template):
    row, column = match_template(image, template)
    return row + template.shape[0] // 2, column + template.shape[1] // 2


def unravelled_in_image(image, template):
    return best(scores(image, template), image.shape)


def last_row_and_column_missed(image, template):
    return best(scores(image, template)[:-1, :-1])


def last_of_several(image, template):
    found = scores(image, template)
    row, column = best(found[::-1, ::-1])
    return found.shape[0] - 1 - row, found.shape[1] - 1 - column


def without_contrast_wins(image, template):
    flat = np.ptp(sliding_window_view(image, template.shape), axis=(2, 3)) == 0
    return best(np.where(flat, np.nan, scores(image, template)))


def search_from_zero(image, template):
    found = scores(image, template)
    return best(found) if found.max() > 0 else (0, 0)


def without_contrast_left_out(image, template):
    flat = np.ptp(sliding_window_view(image, template.shape), axis=(2, 3)) == 0
    return best(np.where(flat, -np.inf, scores(image, template)))


def windows_centred_in_place(image, template):
    (K_h, K_w), found = template.shape, scores(image, template)
    for i, j in np.ndindex(*found.shape):
        window = image[i : i + K_h, j : j + K_w]
        window -= window.mean()
        found[i, j] = scores(window, template)[0, 0]
    return best(found)


def centred_in_place(image, template):
    template -= template.mean()
    return match_template(image, template)


def products(image, template):
    """Multiply each window by the template and add up."""
    windows = sliding_window_view(image, template.shape)
    return np.einsum("ijkl,kl->ij", windows, template)


def lengths(image, template):
    """Measure each window as it is, without shifting it to mean 0."""
    windows = sliding_window_view(image, template.shape)
    return np.linalg.norm(windows, axis=(2, 3))


def centred_windows(image, template):
    """Shift each window to mean 0."""
    windows = sliding_window_view(image, template.shape)
    return windows - windows.mean(axis=(2, 3), keepdims=True)


def contrasts_divided(image, template, sizes):
    """Divide the products of the shifted windows and template; 0 / 0 gives 0."""
    product = products(image, template - template.mean())
    return np.divide(product, sizes, out=np.zeros_like(product), where=sizes > 0)


def scores(image, template):
    """Compute the normalised cross-correlation with every window."""
    windows = centred_windows(image, template)
    centred = template - template.mean()
    length = np.linalg.norm(windows, axis=(2, 3)) * np.linalg.norm(centred)
    product = np.einsum("ijkl,kl->ij", windows, centred)
    return np.divide(product, length, out=np.zeros_like(product), where=length > 0)


def best(found, shape=None):
    """Return row and column of the largest score."""
    row, column = np.unravel_index(np.argmax(found), shape or found.shape)
    return int(row), int(column)


MISCONCEPTIONS = [
    Misconception(
        "neither centred nor scaled",
        "That is a plain cross-correlation, and the brightest window wins. Shift "
        "window and template to mean 0, then scale both to length 1.",
        not_centred_nor_scaled,
    ),
    Misconception(
        "not shifted to mean 0",
        "Your windows are scaled to length 1, but a window that is bright all over "
        "still looks like any bright template. Take the means away first.",
        not_centred,
    ),
    Misconception(
        "not scaled to length 1",
        "The window with the strongest contrast wins, whatever it shows. Divide by "
        "the length of each window.",
        contrast_wins,
    ),
    Misconception(
        "scaled by the length before the mean is taken away",
        "Bright windows score too low. Take the mean of the window away first, then "
        "measure its length.",
        half_centred,
    ),
    Misconception(
        "scaled by the spread, but not shifted to mean 0",
        "You divide by the standard deviation of each window, which leaves its "
        "brightness in the products. Take the mean of the window away as well.",
        spread_without_mean,
    ),
    Misconception(
        "scaled by the sum of magnitudes",
        "The length of a window is the square root of its sum of squares. You divide "
        "by the sum of its absolute values, and single strong pixels win.",
        scaled_by_magnitudes,
    ),
    Misconception(
        "square root forgotten",
        "Faint windows score too high, because you divide by the sum of squares. The "
        "length of a window is the square root of that.",
        square_root_forgotten,
    ),
    Misconception(
        "squared differences",
        "The sum of squared differences asks for the same brightness and contrast. "
        "Normalised cross-correlation ignores both.",
        least_squares,
    ),
    Misconception(
        "the size of the score without its sign",
        "A score of -1 belongs to a negative of the template: dark where it is "
        "bright. Only the largest score is a match.",
        magnitude_wins,
    ),
    Misconception(
        "template flipped",
        "Your template is turned upside down, as in a convolution. Its top left pixel "
        "meets the top left pixel of each window.",
        flipped,
    ),
    Misconception(
        "column before row",
        "Your answer holds the right numbers in the wrong order: the row comes first.",
        column_first,
    ),
    Misconception(
        "centre of the window",
        "You return the middle of the best window. Its top left pixel is asked for.",
        centre_of_window,
    ),
    Misconception(
        "scores counted as if they were as wide as the image",
        "There are fewer scores in a row than pixels. Which shape turns the position "
        "of the largest score into a row and a column?",
        unravelled_in_image,
    ),
    Misconception(
        "the last row and column are missed",
        "The template stops one pixel too early at the bottom and at the right. A "
        "window may touch both borders.",
        last_row_and_column_missed,
    ),
    Misconception(
        "the last one of several",
        "If several windows have the largest score, the first one counts, row by row. "
        "Yours replaces it by a later one that is no better.",
        last_of_several,
    ),
    Misconception(
        "a window without contrast wins",
        "In a window whose pixels are all equal the length is 0, and 0 / 0 gives NaN, "
        "which `argmax` takes for the largest number. Such a window scores 0.",
        without_contrast_wins,
    ),
    Misconception(
        "no score below 0 is kept",
        "Your search begins with a best score of 0, but every window of an image may "
        "score 0 or less. Begin with a number that every score is larger than.",
        search_from_zero,
    ),
    Misconception(
        "windows without contrast left out",
        "A window whose pixels are all equal scores 0, which is more than a negative "
        "score. Yours never wins.",
        without_contrast_left_out,
    ),
    Misconception(
        "windows changed in place",
        "A slice shares its numbers with the image. Shifting a window to mean 0 in "
        "place changes the windows that overlap it, and the caller's image.",
        windows_centred_in_place,
    ),
    Misconception(
        "template changed in place",
        "The place is right, but the caller's template has another mean afterwards. "
        "Make a new array for the centred template.",
        centred_in_place,
    ),
    Misconception(
        "mean of the whole image",
        "Each window is shifted to mean 0 by its own mean; yours are all shifted by "
        "the mean of the image.",
        centred_on_the_image,
    ),
]
