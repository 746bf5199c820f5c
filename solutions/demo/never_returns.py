"""Half finished: one function never ends and another ends the whole process."""

import os


def correlate1d(x, kernel, stride=1):
    out, start = [], 0
    while start + len(kernel) <= len(x):
        out.append(float((x[start : start + len(kernel)] * kernel).sum()))
    return out


def toeplitz(kernel, length, stride=1):
    os._exit(0)


def conv2d_loops(x, weight, bias=None, stride=1, padding=0):
    raise NotImplementedError("Exercise ps1.conv2d_loops: write conv2d_loops.")
