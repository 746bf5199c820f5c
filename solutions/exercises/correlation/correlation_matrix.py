"""ps1.correlation_matrix: a two-dimensional cross-correlation as a matrix."""

from __future__ import annotations

import numpy as np

from convnets.correlation import correlation_matrix, toeplitz
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines, halves, weights


def worked_example(rng: np.random.Generator) -> list[Case]:
    return [
        case("worked out on paper", np.array([[1.0, 2.0], [3.0, 4.0]]), 3, 3),
        case("other weights", weights(rng, 2, 2), 3, 4),
        case("a taller image", weights(rng, 2, 2), 4, 3),
    ]


def not_square(rng: np.random.Generator) -> list[Case]:
    return [
        case("a tall kernel", weights(rng, 3, 2), 4, 3),
        case("a wide kernel", weights(rng, 2, 3), 3, 5),
        case("a wide image", weights(rng, 2, 2), 2, 5),
    ]


def largest_and_thinnest(rng: np.random.Generator) -> list[Case]:
    return [
        case("a kernel as large as the image", weights(rng, 2, 3), 2, 3),
        case("a kernel of one row", weights(rng, 1, 2), 2, 4),
        case("a kernel of one column", weights(rng, 2, 1), 3, 2),
        case("a kernel taller than the image", weights(rng, 3, 2), 2, 4),
        case("a kernel wider than the image", weights(rng, 2, 3), 4, 2),
    ]


def fractional_weights(rng: np.random.Generator) -> list[Case]:
    return [
        case("two rows of pixels", halves(rng, 2, 2), 2, 4),
        case("three rows of pixels", halves(rng, 2, 2), 3, 4),
    ]


def transposed(kernel, height, width):
    return correlation_matrix(kernel, height, width).T


def flipped(kernel, height, width):
    return correlation_matrix(kernel[::-1, ::-1], height, width)


def block_order_reversed(kernel, height, width):
    return correlation_matrix(kernel[::-1], height, width)


def blocks_reversed_inside(kernel, height, width):
    return correlation_matrix(kernel[:, ::-1], height, width)


def blocks_transposed(kernel, height, width):
    H_out, W_out = height - kernel.shape[0] + 1, width - kernel.shape[1] + 1
    matrix = np.zeros((H_out * width, height * W_out))
    for i in range(H_out):
        for k, kernel_row in enumerate(kernel):
            rows = slice(i * width, (i + 1) * width)
            columns = slice((i + k) * W_out, (i + k + 1) * W_out)
            matrix[rows, columns] = toeplitz(kernel_row, width).T
    return matrix


def rows_counted_in_output_widths(kernel, height, width):
    K_h, K_w = kernel.shape
    H_out, W_out = height - K_h + 1, width - K_w + 1
    matrix = np.zeros((H_out * W_out, height * width))
    for i, j, k, l in np.ndindex(H_out, W_out, K_h, K_w):
        matrix[i * W_out + j, (i + k) * W_out + j + l] = kernel[k, l]
    return matrix


def column_by_column(kernel, height, width):
    return correlation_matrix(kernel.T, width, height)


def height_and_width_swapped(kernel, height, width):
    return unchecked(kernel, width, height)


def running_over_the_edge(kernel, height, width):
    gaps = width - kernel.shape[1]
    spread = np.pad(kernel, ((0, 0), (0, gaps))).ravel()
    return toeplitz(spread[: spread.size - gaps], height * width)


def without_gaps(kernel, height, width):
    return toeplitz(kernel.ravel(), height * width)


def whole_numbers_only(kernel, height, width):
    return correlation_matrix(kernel, height, width).astype(int)


def rows_counted_in_image_heights(kernel, height, width):
    K_h, K_w = kernel.shape
    H_out, W_out = height - K_h + 1, width - K_w + 1
    matrix = np.zeros((H_out * W_out, height * width))
    for i, j, k, l in np.ndindex(H_out, W_out, K_h, K_w):
        matrix[i * W_out + j, (i + k) * height + j + l] = kernel[k, l]
    return matrix


def kernel_without_gaps(kernel, height, width):
    H_out, W_out = height - kernel.shape[0] + 1, width - kernel.shape[1] + 1
    matrix = np.zeros((H_out * W_out, height * width))
    for i, j in np.ndindex(H_out, W_out):
        start = i * width + j
        matrix[i * W_out + j, start : start + kernel.size] = kernel.ravel()
    return matrix


def without_jumps(kernel, height, width):
    K_h, K_w = kernel.shape
    places = (height - K_h + 1) * (width - K_w + 1)
    matrix = np.zeros((places, height * width))
    for row, k, l in np.ndindex(places, K_h, K_w):
        matrix[row, row + k * width + l] = kernel[k, l]
    return matrix


def outputs_column_by_column(kernel, height, width):
    H_out, W_out = height - kernel.shape[0] + 1, width - kernel.shape[1] + 1
    order = np.arange(H_out * W_out).reshape(H_out, W_out).T.ravel()
    return correlation_matrix(kernel, height, width)[order]


def wrapped_around(kernel, height, width):
    first = np.zeros((height, width))
    first[: kernel.shape[0], : kernel.shape[1]] = kernel
    places = np.ndindex(height, width)
    return np.array([np.roll(first, place, (0, 1)).ravel() for place in places])


def unchecked(kernel, height, width):
    """Build the matrix weight by weight, without the checks on shapes."""
    K_h, K_w = kernel.shape
    H_out, W_out = height - K_h + 1, width - K_w + 1
    matrix = np.zeros((H_out * W_out, height * width))
    for i, j, k, l in np.ndindex(H_out, W_out, K_h, K_w):
        matrix[i * W_out + j, (i + k) * width + j + l] = kernel[k, l]
    return matrix


EXERCISE = Exercise(
    id="ps1.correlation_matrix",
    title="Cross-correlation as a block matrix",
    reference=correlation_matrix,
    difficulty=3,
    minutes=30,
    groups=[
        Group("The worked example, and others like it", 1, worked_example),
        Group("Images and kernels that are not square", 1, not_square),
        Group("The largest and the thinnest kernels", 0.5, largest_and_thinnest),
        Group("Fractional weights", 0.5, fractional_weights),
    ],
    misconceptions=after_given_lines(
        correlation_matrix,
        [
            Misconception(
                "matrix transposed",
                "One row belongs to one output and one column to one pixel. Yours has "
                "them the other way round.",
                transposed,
            ),
            Misconception(
                "flipped kernel",
                "That is the matrix of a true convolution. In a cross-correlation the "
                "first weight meets the top left pixel of each window.",
                flipped,
            ),
            Misconception(
                "blocks in reverse order",
                "Each block is right, but the one made from the last row of the "
                "kernel comes first. The first kernel row meets the upper pixels.",
                block_order_reversed,
            ),
            Misconception(
                "blocks reversed inside",
                "The blocks are in the right order, but in each of them the weights "
                "run backwards. Is your `toeplitz` a cross-correlation?",
                blocks_reversed_inside,
            ),
            Misconception(
                "every block transposed",
                "The blocks are in the right order, but each is transposed. One block "
                "has a row for each output and a column for each pixel of one row.",
                blocks_transposed,
            ),
            Misconception(
                "image rows counted in output widths",
                "The next row of the image starts W_in columns further right in the "
                "matrix, not W_out. The next output row starts W_out rows down.",
                rows_counted_in_output_widths,
            ),
            Misconception(
                "column by column",
                "Your matrix fits pixels read down the columns. `ravel` reads along "
                "the rows, so the neighbour on the right comes next.",
                column_by_column,
            ),
            Misconception(
                "height and width swapped",
                "Your matrix fits an image of `width` rows and `height` columns.",
                height_and_width_swapped,
            ),
            Misconception(
                "windows that run over the right edge",
                "Your matrix is one long Toeplitz matrix. Some of its rows hold a "
                "window that starts in one image row and ends in the next; leave "
                "them out.",
                running_over_the_edge,
            ),
            Misconception(
                "kernel rows side by side",
                "The kernel rows follow each other without a gap, so they all meet "
                "the same image row. How far apart are a pixel and the one below it?",
                without_gaps,
            ),
            Misconception(
                "a matrix of whole numbers",
                "The fractions of the weights are cut off. Which type do the numbers "
                "in your matrix have?",
                whole_numbers_only,
            ),
            Misconception(
                "image rows counted in image heights",
                "The next row of the image starts W_in columns further right in the "
                "matrix, not H_in. Try an image that is not square.",
                rows_counted_in_image_heights,
            ),
            Misconception(
                "no gap between the kernel rows",
                "Each row of the matrix starts in the right place, but the second row "
                "of the kernel follows the first at once. How far apart are a pixel "
                "and the one below it?",
                kernel_without_gaps,
            ),
            Misconception(
                "windows wrapped around the border",
                "Your matrix has a row for every pixel, and in some of them the "
                "kernel leaves the image and comes back on the other side. Keep the "
                "windows that lie inside.",
                wrapped_around,
            ),
            Misconception(
                "no jump at the end of an image row",
                "Each row of the matrix starts one pixel after the one above, even "
                "where the kernel has reached the right border. From there it goes "
                "to the beginning of the next image row.",
                without_jumps,
            ),
            Misconception(
                "outputs counted column by column",
                "The rows of the matrix are right, but in another order. `ravel` "
                "reads the output row after row.",
                outputs_column_by_column,
            ),
        ],
    ),
)
