"""Right, but it prints, warns and writes to the standard error."""

import sys
import warnings

import numpy as np


def correlate1d(x, kernel, stride=1):
    warnings.warn("This could be vectorised.", UserWarning, stacklevel=2)
    out = []
    for start in range(0, len(x) - len(kernel) + 1, stride):
        total = 0.0
        for k in range(len(kernel)):
            total += x[start + k] * kernel[k]
        print("window", start, "gives", total)
        out.append(total)
    print("done", file=sys.stderr)
    return np.array(out)


def correlate2d(x, kernel):
    print("x has shape", x.shape, "and the kernel", kernel.shape)
    rows = []
    for i in range(x.shape[0] - kernel.shape[0] + 1):
        row = []
        for j in range(x.shape[1] - kernel.shape[1] + 1):
            window = x[i : i + kernel.shape[0], j : j + kernel.shape[1]]
            row.append((window * kernel).sum())
        rows.append(row)
    np.float64(1.0) / np.float64(0.0)
    return np.array(rows)


def match_template(image, template):
    scores = {}
    for i in range(image.shape[0] - template.shape[0] + 1):
        for j in range(image.shape[1] - template.shape[1] + 1):
            window = image[i : i + template.shape[0], j : j + template.shape[1]]
            if window.std() < 1e-12 * (1 + abs(window).max()):
                scores[i, j] = 0.0
            else:
                pair = np.corrcoef(window.ravel(), template.ravel())
                scores[i, j] = pair[0, 1]
    best = max(scores.values())
    print("best score", best)
    return next(place for place, score in scores.items() if score == best)
