"""Plausible ways to measure an effective receptive field wrongly."""

from __future__ import annotations

from typing import Any

from convnets.field_rules import image_of_ones
from coursekit.checks.declare import Misconception

Shape = tuple[int, int, int]


def gradients(network: Any, shape: Shape, value: float = 1.0) -> tuple[Any, Any]:
    """Return the image, which records its gradient, and the output."""
    image = (image_of_ones(network, shape) * value).requires_grad_()
    return image, network(image)


def centre(output: Any) -> Any:
    """Return the channels of the central output."""
    return output[0, :, output.shape[2] // 2, output.shape[3] // 2]


def of(unit: Any, image: Any) -> Any:
    """Differentiate a number by the image."""
    import torch

    return torch.autograd.grad(unit, image, retain_graph=True)[0][0]


def at(network: Any, shape: Shape, row: int, column: int) -> Any:
    """Measure the field of any output."""
    image, output = gradients(network, shape)
    return of(output[0, :, row, column].sum(), image).abs().sum(dim=0).numpy()


def sizes(network: Any, shape: Shape) -> tuple[int, int]:
    """Return height and width of the output."""
    output = network(image_of_ones(network, shape))
    return output.shape[2], output.shape[3]


def right(network: Any, shape: Shape) -> Any:
    H_out, W_out = sizes(network, shape)
    return at(network, shape, H_out // 2, W_out // 2)


def central_gradient(network: Any, shape: Shape) -> Any:
    image, output = gradients(network, shape)
    return of(centre(output).sum(), image)


def first_output(network, input_shape):
    return at(network, input_shape, 0, 0)


def centre_rounded_down(network, input_shape):
    H_out, W_out = sizes(network, input_shape)
    return at(network, input_shape, (H_out - 1) // 2, (W_out - 1) // 2)


def centre_of_the_image(network, input_shape):
    _, H_in, W_in = input_shape
    return at(network, input_shape, H_in // 2, W_in // 2)


def row_and_column_swapped(network, input_shape):
    H_out, W_out = sizes(network, input_shape)
    return at(network, input_shape, W_out // 2, H_out // 2)


def all_outputs(network, input_shape):
    image, output = gradients(network, input_shape)
    return of(output.sum(), image).abs().sum(dim=0).numpy()


def signs_kept(network, input_shape):
    return central_gradient(network, input_shape).sum(dim=0).numpy()


def absolute_after_sum(network, input_shape):
    return central_gradient(network, input_shape).sum(dim=0).abs().numpy()


def positive_part(network, input_shape):
    return central_gradient(network, input_shape).clamp(min=0).sum(dim=0).numpy()


def first_input_channel(network, input_shape):
    return central_gradient(network, input_shape)[0].abs().numpy()


def first_output_channel(network, input_shape):
    image, output = gradients(network, input_shape)
    return of(centre(output)[0], image).abs().sum(dim=0).numpy()


def outputs_apart(network, input_shape):
    image, output = gradients(network, input_shape)
    parts = [of(unit, image).abs().sum(dim=0) for unit in centre(output)]
    return sum(parts[1:], parts[0]).numpy()


def mean_over_inputs(network, input_shape):
    return central_gradient(network, input_shape).abs().mean(dim=0).numpy()


def mean_over_outputs(network, input_shape):
    image, output = gradients(network, input_shape)
    return of(centre(output).mean(), image).abs().sum(dim=0).numpy()


def normalised(network, input_shape):
    field = right(network, input_shape)
    return field / field.max()


def squared(network, input_shape):
    return (central_gradient(network, input_shape) ** 2).sum(dim=0).numpy()


def root_of_squares(network, input_shape):
    return squared(network, input_shape) ** 0.5


def image_of_zeros(network, input_shape):
    image, output = gradients(network, input_shape, value=0.0)
    return of(centre(output).sum(), image).abs().sum(dim=0).numpy()


def batch_axis_kept(network, input_shape):
    return right(network, input_shape)[None]


def channels_kept(network, input_shape):
    return central_gradient(network, input_shape).abs().numpy()


def squared_outputs(network, input_shape):
    image, output = gradients(network, input_shape)
    return of((centre(output) ** 2).sum(), image).abs().sum(dim=0).numpy()


MISCONCEPTIONS = [
    Misconception(
        "the first output in place of the central one",
        "That is what the output in the upper left corner depends on.",
        first_output,
    ),
    Misconception(
        "the central output rounded down",
        "Where the output has an even height or width, two places are equally central. "
        "Take the one that the docstring names.",
        centre_rounded_down,
    ),
    Misconception(
        "the centre of the image",
        "The output is smaller than the image, so its central place has other numbers.",
        centre_of_the_image,
    ),
    Misconception(
        "row and column swapped",
        "The axes of an output are N, C, H, W: which of the last two counts rows?",
        row_and_column_swapped,
    ),
    Misconception(
        "all outputs added up",
        "Every output is differentiated at once. One place is enough: the central one.",
        all_outputs,
    ),
    Misconception(
        "signs kept",
        "How strongly an output depends on a pixel has no sign.",
        signs_kept,
    ),
    Misconception(
        "absolute value after the sum",
        "Gradients of opposite signs cancel when channels are added. What comes first, "
        "the absolute value or the sum?",
        absolute_after_sum,
    ),
    Misconception(
        "only positive gradients",
        "A pixel that lowers the output counts as much as one that raises it.",
        positive_part,
    ),
    Misconception(
        "only the first input channel",
        "The image has several channels, and the output depends on all of them.",
        first_input_channel,
    ),
    Misconception(
        "only the first output channel",
        "The channels of the central output are added up before they are "
        "differentiated.",
        first_output_channel,
    ),
    Misconception(
        "output channels differentiated one by one",
        "The channels of the central output are added up *before* they are "
        "differentiated, so that their gradients may cancel.",
        outputs_apart,
    ),
    Misconception(
        "mean over the input channels",
        "The input channels are added up; nothing divides by their number.",
        mean_over_inputs,
    ),
    Misconception(
        "mean over the output channels",
        "The channels of the central output are added up; nothing divides by their "
        "number.",
        mean_over_outputs,
    ),
    Misconception(
        "divided by the largest value",
        "The shape is right. Scaling is left to whoever draws the picture.",
        normalised,
    ),
    Misconception(
        "squares in place of absolute values",
        "Gradients are squared, which makes strong ones look stronger.",
        squared,
    ),
    Misconception(
        "length of the gradient",
        "That is the root of the sum of squares over the channels. Wanted is the sum "
        "of absolute values.",
        root_of_squares,
    ),
    Misconception(
        "an image of zeros",
        "With activations the gradient depends on the image. Use the image of ones "
        "that is there.",
        image_of_zeros,
    ),
    Misconception(
        "the batch axis is left in",
        "The batch has one image; its axis should be gone.",
        batch_axis_kept,
    ),
    Misconception(
        "the channels are left in",
        "Wanted is one number for each pixel, not for each channel of it.",
        channels_kept,
    ),
    Misconception(
        "squares of the output",
        "The output itself is differentiated, not a square of it.",
        squared_outputs,
    ),
]
