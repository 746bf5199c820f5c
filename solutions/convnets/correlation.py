"""Cross-correlation, from one dimension to a convolutional layer (problem set 1).

Everything here is NumPy, and slow on purpose: these functions are the specification
that faster ones are tested against.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import ShapeError, check_at_least, check_axes, check_fits

FloatArray = npt.NDArray[np.floating[Any]]


def correlate1d(x: FloatArray, kernel: FloatArray, stride: int = 1) -> FloatArray:
    """Slide a kernel along a signal and sum the products at each stop.

    The kernel is *not* flipped, and it stays inside the signal ("valid").

    Parameters
    ----------
    x : ndarray, shape (W_in,)
        A signal.
    kernel : ndarray, shape (K_w,)
        The weights; the first one meets the leftmost sample of each window.
    stride : int, default 1
        Step of the kernel, in samples.

    Returns
    -------
    ndarray, shape (W_out,)
        ``out[i] = sum(x[i * stride + k] * kernel[k] for k in range(K_w))``, with
        ``W_out = (W_in - K_w) // stride + 1``.

    Raises
    ------
    ShapeError
        If an array is not one-dimensional, the kernel is longer than the signal, or
        the stride is below 1.

    References
    ----------
    .. [1] Goodfellow, Bengio and Courville (2016), Deep Learning, section 9.1.

    Examples
    --------
    >>> correlate1d(np.array([1.0, 2.0, 4.0, 7.0]), np.array([-1.0, 1.0]))
    array([1., 2., 3.])
    """
    check_axes("x", x, ["W_in"])
    check_axes("kernel", kernel, ["K_w"])
    check_at_least("stride", stride, 1)
    check_fits("kernel length", kernel.shape[0], x.shape[0])
    ### BEGIN SOLUTION
    K_w = kernel.shape[0]
    starts = range(0, x.shape[0] - K_w + 1, stride)
    return np.array([np.sum(x[start : start + K_w] * kernel) for start in starts])
    ### END SOLUTION


def correlate2d(x: FloatArray, kernel: FloatArray) -> FloatArray:
    """Slide a kernel over an image and sum the products at each stop.

    The kernel is *not* flipped, and it stays inside the image ("valid").

    Parameters
    ----------
    x : ndarray, shape (H_in, W_in)
        An image.
    kernel : ndarray, shape (K_h, K_w)
        The weights; the first one meets the top left pixel of each window.

    Returns
    -------
    ndarray, shape (H_in - K_h + 1, W_in - K_w + 1)
        ``out[i, j]`` is the sum of ``x[i + k, j + l] * kernel[k, l]`` over k and l.

    Raises
    ------
    ShapeError
        If an array is not two-dimensional or the kernel is larger than the image.

    References
    ----------
    .. [1] Goodfellow, Bengio and Courville (2016), Deep Learning, equation 9.6.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(3, 3)
    >>> correlate2d(x, np.array([[0.0, 1.0], [2.0, 3.0]]))
    array([[19., 25.],
           [37., 43.]])
    """
    check_axes("x", x, ["H_in", "W_in"])
    check_axes("kernel", kernel, ["K_h", "K_w"])
    check_fits("kernel height", kernel.shape[0], x.shape[0])
    check_fits("kernel width", kernel.shape[1], x.shape[1])
    ### BEGIN SOLUTION
    K_h, K_w = kernel.shape
    H_out, W_out = x.shape[0] - K_h + 1, x.shape[1] - K_w + 1
    out = np.zeros((H_out, W_out), dtype=np.result_type(x, kernel))
    for i in range(H_out):
        for j in range(W_out):
            out[i, j] = np.sum(x[i : i + K_h, j : j + K_w] * kernel)
    return out
    ### END SOLUTION


def convolve2d(x: FloatArray, kernel: FloatArray) -> FloatArray:
    """Convolve an image with a kernel, as mathematics defines it: flipped.

    Parameters
    ----------
    x : ndarray, shape (H_in, W_in)
        An image.
    kernel : ndarray, shape (K_h, K_w)
        The weights; the *last* one meets the top left pixel of each window.

    Returns
    -------
    ndarray, shape (H_in - K_h + 1, W_in - K_w + 1)
        ``out[i, j]`` is the sum of ``x[i + K_h - 1 - k, j + K_w - 1 - l] *
        kernel[k, l]`` over k and l.

    Raises
    ------
    ShapeError
        If an array is not two-dimensional or the kernel is larger than the image.

    References
    ----------
    .. [1] Goodfellow, Bengio and Courville (2016), Deep Learning, equation 9.5.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(3, 3)
    >>> convolve2d(x, np.array([[0.0, 1.0], [2.0, 3.0]]))
    array([[ 5., 11.],
           [23., 29.]])
    """
    check_axes("x", x, ["H_in", "W_in"])
    check_axes("kernel", kernel, ["K_h", "K_w"])
    check_fits("kernel height", kernel.shape[0], x.shape[0])
    check_fits("kernel width", kernel.shape[1], x.shape[1])
    ### BEGIN SOLUTION
    return correlate2d(x, kernel[::-1, ::-1])
    ### END SOLUTION


def toeplitz(kernel: FloatArray, length: int, stride: int = 1) -> FloatArray:
    """Write a one-dimensional cross-correlation as a matrix.

    Parameters
    ----------
    kernel : ndarray, shape (K_w,)
        The weights.
    length : int
        Number of samples W_in in the signal that the matrix will multiply.
    stride : int, default 1
        Step of the kernel, in samples.

    Returns
    -------
    ndarray, shape (W_out, W_in)
        The matrix T with ``T @ x == correlate1d(x, kernel, stride)`` for every signal
        x of the given length, and ``W_out = (W_in - K_w) // stride + 1``.

    Raises
    ------
    ShapeError
        If the kernel is not one-dimensional or longer than the signal, or the stride
        is below 1.

    References
    ----------
    .. [1] Gray (2006), Toeplitz and Circulant Matrices: A Review.

    Examples
    --------
    >>> toeplitz(np.array([1.0, 2.0]), length=3)
    array([[1., 2., 0.],
           [0., 1., 2.]])
    """
    check_axes("kernel", kernel, ["K_w"])
    check_at_least("stride", stride, 1)
    check_fits("kernel length", kernel.shape[0], length)
    ### BEGIN SOLUTION
    K_w = kernel.shape[0]
    W_out = (length - K_w) // stride + 1
    matrix = np.zeros((W_out, length), dtype=kernel.dtype)
    for row in range(W_out):
        matrix[row, row * stride : row * stride + K_w] = kernel
    return matrix
    ### END SOLUTION


def correlation_matrix(kernel: FloatArray, height: int, width: int) -> FloatArray:
    """Write a two-dimensional cross-correlation as a matrix.

    The matrix is doubly blocked Toeplitz: a Toeplitz arrangement of blocks, each of
    them a Toeplitz matrix made from one row of the kernel.

    Parameters
    ----------
    kernel : ndarray, shape (K_h, K_w)
        The weights.
    height : int
        Rows H_in of the image that the matrix will multiply, in pixels.
    width : int
        Columns W_in of that image, in pixels.

    Returns
    -------
    ndarray, shape (H_out * W_out, H_in * W_in)
        The matrix A with ``A @ x.ravel() == correlate2d(x, kernel).ravel()`` for
        every image x of the given size.

    Raises
    ------
    ShapeError
        If the kernel is not two-dimensional or larger than the image.

    References
    ----------
    .. [1] Goodfellow, Bengio and Courville (2016), Deep Learning, section 9.1.

    Examples
    --------
    >>> correlation_matrix(np.array([[1.0, 2.0]]), height=2, width=2)
    array([[1., 2., 0., 0.],
           [0., 0., 1., 2.]])
    """
    check_axes("kernel", kernel, ["K_h", "K_w"])
    check_fits("kernel height", kernel.shape[0], height)
    check_fits("kernel width", kernel.shape[1], width)
    ### BEGIN SOLUTION
    K_h, K_w = kernel.shape
    H_out, W_out = height - K_h + 1, width - K_w + 1
    blocks = [toeplitz(kernel_row, width) for kernel_row in kernel]
    matrix = np.zeros((H_out * W_out, height * width), dtype=kernel.dtype)
    for i in range(H_out):
        for k, block in enumerate(blocks):
            rows = slice(i * W_out, (i + 1) * W_out)
            columns = slice((i + k) * width, (i + k + 1) * width)
            matrix[rows, columns] = block
    return matrix
    ### END SOLUTION


def conv2d_loops(
    x: FloatArray,
    weight: FloatArray,
    bias: FloatArray | None = None,
    stride: int = 1,
    padding: int = 0,
) -> FloatArray:
    """Compute a convolutional layer with plain loops.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, H_in, W_in)
        A batch of images.
    weight : ndarray, shape (C_out, C_in, K_h, K_w)
        One filter per output channel; a filter spans all input channels.
    bias : ndarray, shape (C_out,), optional
        One number per output channel, added to its whole feature map.
    stride : int, default 1
        Step of the kernel along both image axes, in pixels.
    padding : int, default 0
        Zeros added on *each* side of both image axes, in pixels.

    Returns
    -------
    ndarray, shape (N, C_out, H_out, W_out)
        The feature maps, with ``H_out = (H_in + 2 * padding - K_h) // stride + 1`` and
        the same for the width.

    Raises
    ------
    ShapeError
        If an array has the wrong number of axes, the channels of `x` and `weight`
        differ, `bias` does not have one number per filter, the kernel is larger than
        the padded image, the stride is below 1 or the padding below 0.

    References
    ----------
    .. [1] Dumoulin and Visin (2016), arXiv:1603.07285, Relationship 6.
    """
    check_axes("x", x, ["N", "C_in", "H_in", "W_in"])
    check_axes("weight", weight, ["C_out", "C_in", "K_h", "K_w"])
    check_at_least("stride", stride, 1)
    check_at_least("padding", padding, 0)
    check_fits("kernel height", weight.shape[2], x.shape[2], padding)
    check_fits("kernel width", weight.shape[3], x.shape[3], padding)
    _check_channels(x, weight, bias)
    ### BEGIN SOLUTION
    N, _, H_in, W_in = x.shape
    C_out, _, K_h, K_w = weight.shape
    H_out = (H_in + 2 * padding - K_h) // stride + 1
    W_out = (W_in + 2 * padding - K_w) // stride + 1
    sides = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    padded = np.pad(x, sides)  # (N, C_in, H_in + 2p, W_in + 2p)
    out = np.zeros((N, C_out, H_out, W_out), dtype=np.result_type(x, weight))
    for n in range(N):
        for c in range(C_out):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    window = padded[n, :, top : top + K_h, left : left + K_w]
                    out[n, c, i, j] = np.sum(window * weight[c])
    if bias is not None:
        out = out + bias[:, np.newaxis, np.newaxis]
    return out
    ### END SOLUTION


def match_template(image: FloatArray, template: FloatArray) -> tuple[int, int]:
    """Find where a small picture best matches a large one.

    Each window of the image is compared with the template by normalised
    cross-correlation: both are shifted to mean 0 and scaled to length 1, then
    multiplied and summed. The score lies between -1 and 1 and ignores brightness and
    contrast. A window without contrast has no direction to compare; it scores 0.

    Parameters
    ----------
    image : ndarray, shape (H_in, W_in)
        The picture to search.
    template : ndarray, shape (K_h, K_w)
        The picture to find; not all its pixels may be equal.

    Returns
    -------
    row : int
        Row of the top left pixel of the best window; the first one if several tie.
    column : int
        Column of that pixel.

    Raises
    ------
    ShapeError
        If an array is not two-dimensional or the template is larger than the image.

    References
    ----------
    .. [1] Lewis (1995), Fast Template Matching, Vision Interface, pages 120-123.

    Examples
    --------
    >>> image = np.zeros((4, 5))
    >>> image[2, 3] = 1.0
    >>> match_template(image, np.array([[0.0, 2.0]]))
    (2, 2)
    """
    check_axes("image", image, ["H_in", "W_in"])
    check_axes("template", template, ["K_h", "K_w"])
    check_fits("template height", template.shape[0], image.shape[0])
    check_fits("template width", template.shape[1], image.shape[1])
    ### BEGIN SOLUTION
    K_h, K_w = template.shape
    centred = template - template.mean()
    scores = np.zeros((image.shape[0] - K_h + 1, image.shape[1] - K_w + 1))
    for i, j in np.ndindex(*scores.shape):
        window = image[i : i + K_h, j : j + K_w]
        if np.ptp(window) == 0:
            continue  # no contrast; rounding would give the mean's error a direction
        window = window - window.mean()
        length = np.linalg.norm(window) * np.linalg.norm(centred)
        scores[i, j] = np.sum(window * centred) / length
    row, column = np.unravel_index(np.argmax(scores), scores.shape)
    return int(row), int(column)
    ### END SOLUTION


def _check_channels(x: FloatArray, weight: FloatArray, bias: FloatArray | None) -> None:
    """Raise if the filters span other channels than the images have."""
    if x.shape[1] != weight.shape[1]:
        msg = (
            f"`x` and `weight` must have the same C_in, but `x` has {x.shape[1]} "
            f"channels and the filters of `weight` span {weight.shape[1]}."
        )
        raise ShapeError(msg)
    if bias is not None and bias.shape != weight.shape[:1]:
        msg = (
            f"`bias` must have shape (C_out,) = ({weight.shape[0]},), "
            f"but its shape is {bias.shape}."
        )
        raise ShapeError(msg)
