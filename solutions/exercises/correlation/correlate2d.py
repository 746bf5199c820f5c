"""ps1.correlate2d: slide a kernel over an image."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convnets.correlation import correlate2d
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines, first_half, integers, pixels, weights


def worked_example(rng: np.random.Generator) -> list[Case]:
    by_hand = np.arange(9.0).reshape(3, 3), np.array([[0.0, 1.0], [2.0, 3.0]])
    return [
        case("worked out on paper", *by_hand),
        case("other numbers", pixels(rng, 3, 4), weights(rng, 2, 2)),
        case("a larger image", pixels(rng, 5, 4), weights(rng, 2, 2)),
    ]


def not_square(rng: np.random.Generator) -> list[Case]:
    return [
        case("a wide kernel", pixels(rng, 4, 5), weights(rng, 2, 3)),
        case("a tall kernel", pixels(rng, 5, 4), weights(rng, 3, 2)),
        case("a wide image", pixels(rng, 3, 6), weights(rng, 2, 2)),
    ]


def largest_and_thinnest(rng: np.random.Generator) -> list[Case]:
    return [
        case("a kernel as large as the image", pixels(rng, 2, 3), weights(rng, 2, 3)),
        case("a kernel of one row", pixels(rng, 4, 3), weights(rng, 1, 3)),
        case("a kernel of one column", pixels(rng, 2, 4), weights(rng, 2, 1)),
        case("a kernel taller than the image", pixels(rng, 2, 4), weights(rng, 3, 2)),
        case("a kernel wider than the image", pixels(rng, 4, 2), weights(rng, 2, 3)),
    ]


def whole_number_images(rng: np.random.Generator) -> list[Case]:
    return [
        case("a wide image", integers(rng, 3, 4), first_half(rng, 2, 2)),
        case("a tall image", integers(rng, 4, 3), first_half(rng, 2, 2)),
    ]


def flipped(x, kernel):
    return correlate2d(x, kernel[::-1, ::-1])


def transposed(x, kernel):
    return slide(x, kernel.T)


def last_row_and_column_missed(x, kernel):
    return correlate2d(x, kernel)[:-1, :-1]


def same_size(x, kernel):
    sides = [((length - 1) // 2, length // 2) for length in kernel.shape]
    return correlate2d(np.pad(x, sides), kernel)


def zeros_like_the_image(x, kernel):
    out = np.zeros(x.shape)
    inside = correlate2d(x, kernel)
    out[: inside.shape[0], : inside.shape[1]] = inside
    return out


def rows_and_columns_swapped(x, kernel):
    return correlate2d(x, kernel).T


def only_square_kernels(x, kernel):
    K_h = K_w = len(kernel)
    out = np.zeros((x.shape[0] - K_h + 1, x.shape[1] - K_w + 1))
    for i, j in np.ndindex(*out.shape):
        for k, l in np.ndindex(K_h, K_w):
            out[i, j] += x[i + k, j + l] * kernel[k, l]
    return out


def mean_of_products(x, kernel):
    return correlate2d(x, kernel) / kernel.size


def truncated(x, kernel):
    return correlate2d(x, kernel).astype(x.dtype)


def matrix_product(x, kernel):
    return np.sum(sliding_window_view(x, kernel.shape) @ kernel, axis=(2, 3))


def last_product_only(x, kernel):
    K_h, K_w = kernel.shape
    return x[K_h - 1 :, K_w - 1 :] * kernel[-1, -1]


def sum_carried_on(x, kernel):
    out = correlate2d(x, kernel)
    return np.cumsum(out).reshape(out.shape)


def first_row_only(x, kernel):
    out = correlate2d(x, kernel)
    out[1:] = 0
    return out


def kernel_sides_swapped(x, kernel):
    K_w, K_h = kernel.shape
    out = np.zeros((x.shape[0] - K_h + 1, x.shape[1] - K_w + 1))
    for i, j in np.ndindex(*out.shape):
        out[i, j] = np.sum(x[i : i + K_h, j : j + K_w] * kernel)
    return out


def height_used_twice(x, kernel):
    K = len(kernel)
    out = np.zeros((x.shape[0] - K + 1, x.shape[1] - K + 1))
    for i, j in np.ndindex(*out.shape):
        out[i, j] = np.sum(x[i : i + K, j : j + K] * kernel)
    return out


def width_first(x, kernel):
    (W_in, H_in), (K_w, K_h) = x.shape, kernel.shape
    out = np.zeros((H_in - K_h + 1, W_in - K_w + 1))
    for i, j in np.ndindex(*out.shape):
        out[i, j] = np.sum(x[i : i + K_h, j : j + K_w] * kernel)
    return out


def slide(x, kernel):
    """Correlate without the checks on shapes."""
    return np.einsum("ijkl,kl->ij", sliding_window_view(x, kernel.shape), kernel)


EXERCISE = Exercise(
    id="ps1.correlate2d",
    title="Cross-correlation of an image",
    reference=correlate2d,
    difficulty=1,
    minutes=15,
    groups=[
        Group("The worked example, and others like it", 1, worked_example),
        Group("Images and kernels that are not square", 1, not_square),
        Group("The largest and the thinnest kernels", 0.5, largest_and_thinnest),
        Group("Whole-number images, fractional weights", 0.5, whole_number_images),
    ],
    misconceptions=after_given_lines(
        correlate2d,
        [
            Misconception(
                "flipped kernel",
                "That is convolution. In cross-correlation the top left weight meets "
                "the top left pixel of each window.",
                flipped,
            ),
            Misconception(
                "kernel transposed",
                "The rows of the kernel meet the columns of the image. Which index "
                "of the kernel goes with the row of the pixel?",
                transposed,
            ),
            Misconception(
                "the last row and column are missed",
                "The kernel stops one pixel too early at the bottom and at the right. "
                "Count by hand how many places a 2 by 2 kernel has on a 3 by 3 image.",
                last_row_and_column_missed,
            ),
            Misconception(
                "zeros around the image",
                'That is "same" mode, in which the kernel hangs over the border. Here '
                "it stays inside the image, so the output is smaller.",
                same_size,
            ),
            Misconception(
                "output as large as the image",
                "The numbers you computed are in the top left corner, and the zeros "
                "around them were never filled. How many places does the kernel have?",
                zeros_like_the_image,
            ),
            Misconception(
                "rows and columns of the output swapped",
                "Your output is the right one, transposed. Which of the two loops "
                "counts the rows?",
                rows_and_columns_swapped,
            ),
            Misconception(
                "only square kernels",
                "The height of the kernel is used as its width too. Try a kernel of "
                "2 rows and 3 columns.",
                only_square_kernels,
            ),
            Misconception(
                "mean in place of sum",
                "The products in a window are added up. Nothing divides them by the "
                "number of weights.",
                mean_of_products,
            ),
            Misconception(
                "output made like the image",
                "The fractions are cut off, because the output has the integer type "
                "of the image. Which type can hold products with the weights?",
                truncated,
            ),
            Misconception(
                "matrix product in place of elementwise product",
                "Each pixel is multiplied by the one weight that lies on it. `@` "
                "multiplies rows by columns instead.",
                matrix_product,
            ),
            Misconception(
                "only the last product is kept",
                "Each product of a window takes the place of the one before it. The "
                "products are added up.",
                last_product_only,
            ),
            Misconception(
                "the sum carries on from window to window",
                "The first output is right, and each of the others holds the sums of "
                "all windows before it too. Where does a new sum begin?",
                sum_carried_on,
            ),
            Misconception(
                "only the first row",
                "The first row of the output is right and the others are still 0. "
                "Does your function return before its loops have ended?",
                first_row_only,
            ),
            Misconception(
                "height and width of the kernel swapped",
                "`kernel.shape` gives the number of rows first, then the number of "
                "columns. Yours are the other way round.",
                kernel_sides_swapped,
            ),
            Misconception(
                "windows as wide as the kernel is high",
                "Your windows are square, whatever the kernel is, so that pixels and "
                "weights do not pair up. The kernel has a width of its own.",
                height_used_twice,
            ),
            Misconception(
                "width before height",
                "A shape gives the number of rows first, then the number of columns. "
                "You read both the image's and the kernel's the other way round.",
                width_first,
            ),
        ],
    ),
)
