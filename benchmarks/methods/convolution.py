"""Ways to compute a convolutional layer, all with the same arguments and results.

The page "Convolution as matrix multiplication" shows `by_fft` in the same words; a test
compares the two.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view

from convnets.correlation import conv2d_loops
from convnets.im2col import conv2d, pad2d, unfold

Layer = Callable[[np.ndarray, np.ndarray, np.ndarray, int, int], np.ndarray]


def by_unfolding(x, weight, bias, stride=1, padding=0):
    """Unfold the whole batch and multiply once for each image."""
    columns = unfold(x, weight.shape[2:], stride, padding)
    matrix = weight.reshape(len(weight), -1)
    sums = matrix @ columns + bias[:, np.newaxis]
    H_out = (x.shape[2] + 2 * padding - weight.shape[2]) // stride + 1
    return sums.reshape(len(x), len(weight), H_out, -1)


def tap_by_tap(x, weight, bias, stride=1, padding=0):
    """Multiply once for each tap of the kernel, and add up."""
    windows = windows_of(x, weight, stride, padding)
    N, C_in, H_out, W_out = windows.shape[:4]
    sums = np.zeros((N, len(weight), H_out * W_out), x.dtype)
    for k, l in np.ndindex(weight.shape[2:]):
        pixels = windows[..., k, l].reshape(N, C_in, H_out * W_out)
        sums += weight[:, :, k, l] @ pixels
    sums += bias[:, np.newaxis]
    return sums.reshape(N, len(weight), H_out, W_out)


def by_fft(x, weight, bias, stride=1, padding=0):
    """Multiply spectra, frequency by frequency."""
    padded = pad2d(x, padding)
    size = padded.shape[2:]
    spectrum = np.fft.rfft2(padded).transpose(2, 3, 0, 1)  # (frequencies, N, C_in)
    filters = np.fft.rfft2(weight, size).conj().transpose(2, 3, 1, 0)
    product = (spectrum @ filters).transpose(2, 3, 0, 1)  # (N, C_out, frequencies)
    maps = np.fft.irfft2(product, size) + bias[:, np.newaxis, np.newaxis]
    H, W = size[0] - weight.shape[2] + 1, size[1] - weight.shape[3] + 1
    return maps[:, :, :H:stride, :W:stride]


def by_einsum(x, weight, bias, stride=1, padding=0):
    """Write the formula down and leave the order of work to NumPy."""
    windows = windows_of(x, weight, stride, padding)
    maps = np.einsum("nchwkl,ockl->nohw", windows, weight)
    return maps + bias[:, np.newaxis, np.newaxis]


def windows_of(x, weight, stride=1, padding=0):
    """Look at the window of every output pixel without copying it."""
    view = sliding_window_view(pad2d(x, padding), weight.shape[2:], axis=(2, 3))
    return view[:, :, ::stride, ::stride]  # (N, C_in, H_out, W_out, K_h, K_w)


def by_torch(x, weight, bias, stride=1, padding=0):
    """Leave it to PyTorch."""
    tensors = [torch.from_numpy(array) for array in (x, weight, bias)]
    return torch.nn.functional.conv2d(*tensors, stride, padding).numpy()


def few_at_a_time(images: int, channels_last: bool) -> Layer:
    """Fix how many images are unfolded at once, and the order of the numbers.

    `convnets.conv2d` does this too, and chooses both itself.
    """
    order, transposed = ((0, 2, 3, 1), (1, 0)) if channels_last else (None, None)

    def layer(x, weight, bias, stride=1, padding=0):
        sides = ((0, 0), (0, 0), (padding, padding), (padding, padding))
        padded = arranged(np.pad(x[:images] * 0, sides), order)
        H, W = x.shape[2:]
        inside = padded[:, :, padding : padding + H, padding : padding + W]
        view = sliding_window_view(padded, weight.shape[2:], axis=(2, 3))
        windows = view[:, :, ::stride, ::stride].transpose(4, 5, 1, 0, 2, 3)
        matrix = weight.transpose(0, 2, 3, 1).reshape(len(weight), -1)
        shape = (matrix.shape[1], windows[0, 0, 0].size)
        columns = arranged(np.zeros(shape), transposed)
        taps = columns.reshape(windows.shape)
        sums = np.empty((len(weight), columns.shape[1]), x.dtype)
        maps = sums.reshape(len(weight), *windows.shape[3:]).swapaxes(0, 1)
        out = np.empty((len(x), *maps.shape[1:]), x.dtype)
        for n in range(0, len(x), images):
            count = len(x[n : n + images])
            inside[:count] = x[n : n + images]
            taps[...] = windows
            np.matmul(matrix, columns, out=sums)
            np.add(maps[:count], bias[:, None, None], out=out[n : n + images])
        return out

    return layer


def arranged(array: np.ndarray, order: tuple[int, ...] | None) -> np.ndarray:
    """Copy an array with its axes in another order in memory, outermost first."""
    array = array.astype(np.float32)
    if order is None:
        return array
    return np.ascontiguousarray(array.transpose(order)).transpose(np.argsort(order))


METHODS: dict[str, Layer] = {
    "loops": conv2d_loops,
    "einsum": by_einsum,
    "FFT": by_fft,
    "tap by tap": tap_by_tap,
    "im2col": by_unfolding,
    "conv2d": conv2d,
    "PyTorch": by_torch,
}
