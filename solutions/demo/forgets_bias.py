"""Partly right: no bias, no stride in the matrix, and (column, row)."""

import numpy as np


def toeplitz(kernel, length, stride=1):
    K_w = kernel.shape[0]
    matrix = np.zeros((length - K_w + 1, length))
    for row in range(length - K_w + 1):
        matrix[row, row : row + K_w] = kernel
    return matrix


def conv2d_loops(x, weight, bias=None, stride=1, padding=0):
    N, C_in, H_in, W_in = x.shape
    C_out, _, K_h, K_w = weight.shape
    H_out = (H_in + 2 * padding - K_h) // stride + 1
    W_out = (W_in + 2 * padding - K_w) // stride + 1
    padded = np.zeros((N, C_in, H_in + 2 * padding, W_in + 2 * padding))
    padded[:, :, padding : padding + H_in, padding : padding + W_in] = x
    out = np.zeros((N, C_out, H_out, W_out))
    for n in range(N):
        for c in range(C_out):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    window = padded[n, :, top : top + K_h, left : left + K_w]
                    out[n, c, i, j] = np.sum(window * weight[c])
    return out


def match_template(image, template):
    best = -2.0
    place = (0, 0)
    t = template - template.mean()
    for i in range(image.shape[0] - template.shape[0] + 1):
        for j in range(image.shape[1] - template.shape[1] + 1):
            window = image[i : i + template.shape[0], j : j + template.shape[1]]
            if np.ptp(window) == 0:
                continue
            w = window - window.mean()
            score = np.sum(w * t) / (np.linalg.norm(w) * np.linalg.norm(t))
            if score > best:
                best = score
                place = (j, i)
    return place
