"""Plausible wrong ways to fold batch norm into a convolution, for ps6.fold_batch_norm.

A mistake is written as a change of the scale, of the filters or of the bias.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checks.declare import Misconception


def filters_of(weight, scale):
    return weight * scale.reshape(-1, 1, 1, 1)


def bias_of(bias, scale, beta, mean):
    return (bias - mean) * scale + beta


def scale_of(gamma, var, eps):
    return gamma / np.sqrt(var + eps)


def folded(filters=filters_of, bias=bias_of, scale=scale_of, **others: Any):
    """Write a folding in which some parts are exchanged.

    Parameters
    ----------
    bias_scale : callable, optional
        The scale of the bias alone.
    no_bias : callable, optional
        What is done with a convolution without a bias.
    """
    bias_scale, no_bias = others.get("bias_scale", scale), others.get("no_bias", bias)

    def function(
        conv_weight, conv_bias, gamma, beta, running_mean, running_var, eps=1e-5
    ):
        factor = bias_scale(gamma, running_var, eps)
        given = np.zeros_like(running_mean) if conv_bias is None else conv_bias
        part = no_bias if conv_bias is None else bias
        new_bias = part(given, factor, beta, running_mean)
        return filters(conv_weight, scale(gamma, running_var, eps)), new_bias

    return function


def eps_fixed(conv_weight, conv_bias, gamma, beta, mean, var, eps=1e-5):
    return folded()(conv_weight, conv_bias, gamma, beta, mean, var)


def swapped(conv_weight, conv_bias, gamma, beta, mean, var, eps=1e-5):
    weight, bias = folded()(conv_weight, conv_bias, gamma, beta, mean, var, eps)
    return bias, weight


def overwritten(conv_weight, conv_bias, gamma, beta, mean, var, eps=1e-5):
    out = folded()(conv_weight, conv_bias, gamma, beta, mean, var, eps)
    conv_weight[:] = out[0]
    return out


def bias_overwritten(conv_weight, conv_bias, gamma, beta, mean, var, eps=1e-5):
    out = folded()(conv_weight, conv_bias, gamma, beta, mean, var, eps)
    if conv_bias is not None:
        conv_bias[:] = out[1]
    return out


def none_stays(conv_weight, conv_bias, gamma, beta, mean, var, eps=1e-5):
    weight, bias = folded()(conv_weight, conv_bias, gamma, beta, mean, var, eps)
    return weight, None if conv_bias is None else bias


def gamma_and_beta_swapped(conv_weight, conv_bias, gamma, beta, mean, var, eps=1e-5):
    return folded()(conv_weight, conv_bias, beta, gamma, mean, var, eps)


def mean_and_variance_swapped(conv_weight, conv_bias, gamma, beta, mean, var, eps=1e-5):
    return folded()(conv_weight, conv_bias, gamma, beta, var, np.abs(mean), eps)


def bias_like_filters(*args, **options):
    weight, bias = folded()(*args, **options)
    return weight, bias.reshape(-1, 1, 1, 1)


def filters_normalised(shifted):
    """Write a folding that treats the filters as if they were the output."""

    def function(conv_weight, conv_bias, gamma, beta, mean, var, eps=1e-5):
        _, bias = folded()(conv_weight, conv_bias, gamma, beta, mean, var, eps)
        scale, wide = scale_of(gamma, var, eps), (-1, 1, 1, 1)
        weight = (conv_weight - mean.reshape(wide)) * scale.reshape(wide)
        return weight + shifted * beta.reshape(wide), bias

    return function


def shift_in_the_filters(conv_weight, conv_bias, gamma, beta, mean, var, eps=1e-5):
    weight, bias = folded()(conv_weight, conv_bias, gamma, beta, mean, var, eps)
    return weight + beta.reshape(-1, 1, 1, 1), bias


def weight_alone(*args, **options):
    return folded()(*args, **options)[0]


def on_the_input_channels(weight, scale):
    if weight.shape[1] in (1, len(scale)):
        return weight * scale[: weight.shape[1]].reshape(1, -1, 1, 1)
    return filters_of(weight, scale)


def along_the_width(weight, scale):
    if weight.shape[3] == len(scale):
        return weight * scale
    return filters_of(weight, scale)


MISCONCEPTIONS = [
    Misconception(
        "eps forgotten",
        "Your scale does not depend on `eps`. Batch norm's does.",
        folded(scale=lambda gamma, var, eps: gamma / np.sqrt(var)),
    ),
    Misconception(
        "eps always 1e-5",
        "Your scale is the one for the default of `eps`.",
        eps_fixed,
    ),
    Misconception(
        "eps outside the root",
        "Your scale is what comes out if `eps` is added after the root is taken.",
        folded(scale=lambda gamma, var, eps: gamma / (np.sqrt(var) + eps)),
    ),
    Misconception(
        "root forgotten",
        "You divide by the variance. Batch norm divides by its root.",
        folded(scale=lambda gamma, var, eps: gamma / (var + eps)),
    ),
    Misconception(
        "multiplied by the root",
        "You multiply by the root. Batch norm divides by it.",
        folded(scale=lambda gamma, var, eps: gamma * np.sqrt(var + eps)),
    ),
    Misconception(
        "gamma forgotten",
        "Your scale does not depend on `gamma`.",
        folded(scale=lambda gamma, var, eps: 1 / np.sqrt(var + eps)),
    ),
    Misconception(
        "divided by gamma",
        "Your scale is smaller where `gamma` is larger.",
        folded(scale=lambda gamma, var, eps: 1 / (gamma * np.sqrt(var + eps))),
    ),
    Misconception(
        "gamma alone",
        "Your scale is `gamma`. Where is the division by the root of the variance?",
        folded(scale=lambda gamma, var, eps: gamma),
    ),
    Misconception(
        "filters scaled by gamma alone",
        "Your filters are multiplied by `gamma`, and not divided by the root.",
        folded(filters_of, scale=lambda gamma, var, eps: gamma, bias_scale=scale_of),
    ),
    Misconception(
        "filters not scaled",
        "Your filters are those of the convolution. What does batch norm multiply "
        "its output by?",
        folded(lambda weight, scale: weight.copy()),
    ),
    Misconception(
        "filters divided by the scale",
        "Your filters are divided by what batch norm multiplies by.",
        folded(lambda weight, scale: weight / scale.reshape(-1, 1, 1, 1)),
    ),
    Misconception(
        "scale on the input channels",
        "Your scale runs along the channels that a filter sees. There is one number "
        "for each filter.",
        folded(on_the_input_channels),
    ),
    Misconception(
        "scale along the width",
        "Without axes of length 1 behind it, an array of C_out numbers is laid along "
        "the last axis, and that is the width of the filters.",
        folded(along_the_width),
    ),
    Misconception(
        "filters left flat",
        "Your filters are right, but they have lost their shape.",
        folded(lambda weight, scale: filters_of(weight, scale).reshape(len(scale), -1)),
    ),
    Misconception(
        "filters normalised and shifted",
        "You treat the filters as if they were the output. Mean and shift count once "
        "for each output pixel, and not for every weight.",
        filters_normalised(shifted=1),
    ),
    Misconception(
        "the running mean taken from the filters",
        "You subtract the mean from every weight. It is taken from the output, once.",
        filters_normalised(shifted=0),
    ),
    Misconception(
        "the shift added to the filters",
        "You add `beta` to every weight. It is added to the output, once.",
        shift_in_the_filters,
    ),
    Misconception(
        "filters scaled without gamma",
        "Your filters do not depend on `gamma`, though your bias does.",
        folded(
            scale=lambda gamma, var, eps: 1 / np.sqrt(var + eps), bias_scale=scale_of
        ),
    ),
    Misconception(
        "input and output channels of the filters swapped",
        "Your filters have changed the order of their axes.",
        folded(lambda weight, scale: filters_of(weight, scale).swapaxes(0, 1)),
    ),
    Misconception(
        "bias with the axes of the filters",
        "Your bias has axes of length 1. One number for each filter is asked for.",
        bias_like_filters,
    ),
    Misconception(
        "no bias, so the mean is not scaled",
        "Without a bias, your new one subtracts the mean as it is. It is scaled, too.",
        folded(no_bias=lambda bias, scale, beta, mean: beta - mean),
    ),
    Misconception(
        "no bias, so the mean is added",
        "Without a bias, your new one adds the mean.",
        folded(no_bias=lambda bias, scale, beta, mean: beta + mean * scale),
    ),
    Misconception(
        "bias not scaled",
        "Batch norm scales all that the convolution gives, its bias too.",
        folded(bias=lambda bias, scale, beta, mean: bias - mean * scale + beta),
    ),
    Misconception(
        "mean not scaled",
        "The mean is subtracted before the scale, so it is scaled too.",
        folded(bias=lambda bias, scale, beta, mean: bias * scale - mean + beta),
    ),
    Misconception(
        "neither bias nor mean scaled",
        "Your new bias does not depend on the scale.",
        folded(bias=lambda bias, scale, beta, mean: bias - mean + beta),
    ),
    Misconception(
        "beta scaled too",
        "The shift comes after the scale.",
        folded(bias=lambda bias, scale, beta, mean: (bias - mean + beta) * scale),
    ),
    Misconception(
        "beta missing",
        "Your new bias does not depend on `beta`.",
        folded(bias=lambda bias, scale, beta, mean: (bias - mean) * scale),
    ),
    Misconception(
        "beta subtracted",
        "The shift has the wrong sign in your bias.",
        folded(bias=lambda bias, scale, beta, mean: (bias - mean) * scale - beta),
    ),
    Misconception(
        "mean added",
        "Batch norm subtracts the mean; your bias adds it.",
        folded(bias=lambda bias, scale, beta, mean: (bias + mean) * scale + beta),
    ),
    Misconception(
        "mean missing",
        "Your new bias does not depend on the running mean.",
        folded(bias=lambda bias, scale, beta, mean: bias * scale + beta),
    ),
    Misconception(
        "mean minus bias",
        "Bias and mean have each other's sign.",
        folded(bias=lambda bias, scale, beta, mean: (mean - bias) * scale + beta),
    ),
    Misconception(
        "the convolution's bias ignored",
        "Your new bias does not depend on the convolution's.",
        folded(bias=lambda bias, scale, beta, mean: beta - mean * scale),
    ),
    Misconception(
        "the bias unchanged",
        "Your new bias is the convolution's. What does batch norm do to it?",
        folded(bias=lambda bias, scale, beta, mean: bias.copy()),
    ),
    Misconception(
        "no bias, so beta alone",
        "Without a bias, the mean still has to be subtracted from what the "
        "convolution gives.",
        folded(no_bias=lambda bias, scale, beta, mean: beta.copy()),
    ),
    Misconception(
        "no bias, so zeros",
        "A convolution without a bias gets one: batch norm shifts its output.",
        folded(no_bias=lambda bias, scale, beta, mean: bias),
    ),
    Misconception(
        "no bias, so no beta",
        "Without a bias, the shift is missing from your new one.",
        folded(no_bias=lambda bias, scale, beta, mean: -mean * scale),
    ),
    Misconception(
        "no bias stays none",
        "A convolution without a bias gets one: batch norm shifts its output.",
        none_stays,
    ),
    Misconception(
        "no bias counts as one",
        "None counts as zeros, and not as ones.",
        folded(no_bias=lambda bias, scale, beta, mean: bias_of(1, scale, beta, mean)),
    ),
    Misconception(
        "gamma and beta swapped",
        "Which of the two is the scale, and which the shift?",
        gamma_and_beta_swapped,
    ),
    Misconception(
        "mean and variance swapped",
        "Which of the two is subtracted, and of which is the root taken?",
        mean_and_variance_swapped,
    ),
    Misconception(
        "the filters are overwritten",
        "After the call, the convolution's own filters hold other numbers.",
        overwritten,
    ),
    Misconception(
        "the bias is overwritten",
        "After the call, the convolution's own bias holds other numbers.",
        bias_overwritten,
    ),
    Misconception(
        "bias returned first",
        "The filters are returned before the bias.",
        swapped,
    ),
    Misconception(
        "the filters alone are returned",
        "Two arrays are returned: the filters and the bias.",
        weight_alone,
    ),
]
