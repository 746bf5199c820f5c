"""Right, computed in single precision throughout."""

import numpy as np


def correlate1d(x, kernel, stride=1):
    x, kernel = np.float32(x), np.float32(kernel)
    out = []
    for start in range(0, len(x) - len(kernel) + 1, stride):
        out.append(np.dot(x[start : start + len(kernel)], kernel))
    return np.array(out, dtype=np.float32)


def correlate2d(x, kernel):
    x, kernel = np.float32(x), np.float32(kernel)
    H_out, W_out = np.subtract(x.shape, kernel.shape) + 1
    out = np.zeros((H_out, W_out), np.float32)
    for k in range(kernel.shape[0]):
        for m in range(kernel.shape[1]):
            out += kernel[k, m] * x[k : k + H_out, m : m + W_out]
    return out


def conv2d_loops(x, weight, bias=None, stride=1, padding=0):
    x, weight = np.float32(x), np.float32(weight)
    sides = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    x = np.pad(x, sides)
    H_out = (x.shape[2] - weight.shape[2]) // stride + 1
    W_out = (x.shape[3] - weight.shape[3]) // stride + 1
    out = np.zeros((len(x), len(weight), H_out, W_out), np.float32)
    for k in range(weight.shape[2]):
        for m in range(weight.shape[3]):
            taps = x[:, :, k:, m:][:, :, ::stride, ::stride][:, :, :H_out, :W_out]
            out += np.einsum("ncij,oc->noij", taps, weight[:, :, k, m])
    if bias is not None:
        out += np.float32(bias)[None, :, None, None]
    return out


def match_template(image, template):
    image, template = np.float32(image), np.float32(template)
    best, place = -2.0, (0, 0)
    t = template - template.mean()
    for i in range(image.shape[0] - template.shape[0] + 1):
        for j in range(image.shape[1] - template.shape[1] + 1):
            w = image[i : i + template.shape[0], j : j + template.shape[1]]
            score = 0.0
            if w.max() > w.min():
                w = w - w.mean()
                score = (w * t).sum() / np.sqrt((w * w).sum() * (t * t).sum())
            if score > best:
                best, place = score, (i, j)
    return place
