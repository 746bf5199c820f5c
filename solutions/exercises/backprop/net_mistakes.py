"""Plausible wrong networks: layers, gradients, and training."""

from __future__ import annotations

import numpy as np

from convnets import numpy_net
from convnets.backprop import (
    avg_pool2d_backward,
    conv2d_backward,
    linear,
    linear_backward,
    max_pool2d_backward,
    relu_backward,
    softmax_cross_entropy,
)
from convnets.im2col import conv2d
from convnets.pooling import avg_pool2d, max_pool2d
from coursekit.checks.declare import Misconception


def relu(x):
    return np.maximum(x, 0)


def same(x):
    return x


def plainly_flat(maps):
    return maps.reshape(len(maps), -1)


def network(relus=(relu, relu), pool=max_pool2d, flat=plainly_flat, last=same):
    """Make a network in which one thing is different."""

    def forward(parameters, images):
        maps, entering = {}, images
        for number, gate in zip("12", relus, strict=True):
            weight, bias = (parameters[f"conv{number}.{p}"] for p in ("weight", "bias"))
            maps[f"conv{number}"] = conv2d(entering, weight, bias, padding=1)
            maps[f"relu{number}"] = gate(maps[f"conv{number}"])
            entering = maps[f"pool{number}"] = pool(maps[f"relu{number}"], 2)
        maps["flat"] = flat(entering)
        fc = parameters["fc.weight"], parameters["fc.bias"]
        maps["logits"] = last(linear(maps["flat"], *fc))
        return maps

    return forward


def without_biases(*names):
    """Make a network whose layers of these names lack their biases."""

    def forward(parameters, images):
        none = {
            f"{name}.bias": np.zeros_like(parameters[f"{name}.bias"]) for name in names
        }
        return numpy_net.forward(parameters | none, images)

    return forward


def relu_in_place(parameters, images):
    maps = numpy_net.forward(parameters, images)
    return maps | {"conv1": maps["relu1"], "conv2": maps["relu2"]}


def channels_last(maps):
    return maps.transpose(0, 2, 3, 1).reshape(len(maps), -1)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def open_gate(grad, x):
    return grad


BOTH = (relu_backward, relu_backward)


def way_back(
    gates=BOTH, unflat=np.reshape, fc_only=False, pool_back=max_pool2d_backward
):
    """Make the way back through the network, with one thing different."""

    def function(parameters, images, labels):
        maps = numpy_net.forward(parameters, images) | {"pool0": images}
        loss, grad = softmax_cross_entropy(maps["logits"], labels)
        grad, *both = linear_backward(grad, maps["flat"], parameters["fc.weight"])
        grads = dict(zip(("fc.weight", "fc.bias"), both, strict=True))
        grad = unflat(grad, maps["pool2"].shape) * (not fc_only)
        for number in (2, 1):
            grad = pool_back(grad, maps[f"relu{number}"], 2)
            grad = gates[number - 1](grad, maps[f"conv{number}"])
            weight = parameters[f"conv{number}.weight"]
            entering = maps[f"pool{number - 1}"]
            grad, *both = conv2d_backward(grad, entering, weight, padding=1)
            names = (f"conv{number}.weight", f"conv{number}.bias")
            grads |= dict(zip(names, both, strict=True))
        return loss, grads

    return function


def from_channels_last(flat, shape):
    N, C, H, W = shape
    return flat.reshape(N, H, W, C).transpose(0, 3, 1, 2)


def changed_gradients(change):
    """Change every gradient alike."""

    def function(parameters, images, labels):
        loss, grads = numpy_net.loss_and_gradients(parameters, images, labels)
        return loss, {name: change(grad, len(images)) for name, grad in grads.items()}

    return function


def weights_alone(parameters, images, labels):
    loss, grads = numpy_net.loss_and_gradients(parameters, images, labels)
    return loss, {name: g for name, g in grads.items() if name.endswith("weight")}


def step_taken(parameters, images, labels):
    loss, grads = numpy_net.loss_and_gradients(parameters, images, labels)
    for name, array in parameters.items():
        array -= 0.1 * grads[name]
    return loss, grads


def trained(images, labels, held_out, learning_rate=0.1, steps=600):
    """Train the network for some steps, and let it read the others."""
    rng = np.random.default_rng(0)
    parameters = numpy_net.initial_parameters(rng, dtype=np.float32)
    epochs = max(1, steps // -(-len(images) // 32))
    with np.errstate(all="ignore"):
        small = images.astype(np.float32)
        options = {"epochs": epochs, "learning_rate": learning_rate}
        numpy_net.train(parameters, small, labels, rng, **options)
        return numpy_net.predict(parameters, held_out.astype(np.float32))


def steps_too_large(images, labels, held_out):
    return trained(images[:64], labels[:64], held_out, learning_rate=1e6, steps=4)


def few_epochs(images, labels, held_out):
    steps = 400 if len(images) > 32 else 2
    return trained(images, labels, held_out, steps=steps)


def labels_of_the_others(images, labels, held_out):
    return labels[: len(held_out)]


def first_batch_only(images, labels, held_out):
    return trained(images[:20], labels[:20], held_out, steps=150)


def part_only(images, labels, held_out):
    return trained(images[:150], labels[:150], held_out, steps=150)


FORWARD = [
    Misconception(
        "first ReLU missing",
        "Your `relu1` still has negative numbers.",
        network(relus=(same, relu)),
    ),
    Misconception(
        "second ReLU missing",
        "Your `relu2` still has negative numbers.",
        network(relus=(relu, same)),
    ),
    Misconception(
        "magnitudes",
        "Your ReLU turns -2 into 2. It gives 0 there.",
        network(relus=(np.abs, np.abs)),
    ),
    Misconception(
        "mean pools",
        "Your pools take means. This network takes the largest number.",
        network(pool=avg_pool2d),
    ),
    Misconception(
        "biases ignored",
        "Your layers lack their biases.",
        without_biases("conv1", "conv2", "fc"),
    ),
    Misconception(
        "biases of the convolutions ignored",
        "Your convolutions lack their biases.",
        without_biases("conv1", "conv2"),
    ),
    Misconception(
        "biases of the last layer ignored",
        "Your fully connected layer lacks its biases.",
        without_biases("fc"),
    ),
    Misconception(
        "ReLU in place",
        "Your `conv1` and `conv2` hold no negative numbers any more: the ReLU has "
        "written over them. Let it make a new array.",
        relu_in_place,
    ),
    Misconception(
        "flattened with the channels last",
        "Your `flat` runs through the channels of one pixel first. Keep the order in "
        "which the array lies.",
        network(flat=channels_last),
    ),
    Misconception(
        "softmax at the end",
        "Your logits are between 0 and 1: the softmax belongs to the loss.",
        network(last=softmax),
    ),
    Misconception(
        "ReLU at the end",
        "Your logits are never negative: the last layer has no ReLU.",
        network(last=relu),
    ),
]

GRADIENTS = [
    Misconception(
        "ReLUs forgotten on the way back",
        "Your gradients pass where a ReLU was shut.",
        way_back(gates=(open_gate, open_gate)),
    ),
    Misconception(
        "first ReLU forgotten on the way back",
        "The gradients of your second convolution are right, and those of the first "
        "one have passed where the first ReLU was shut.",
        way_back(gates=(open_gate, relu_backward)),
    ),
    Misconception(
        "second ReLU forgotten on the way back",
        "Your gradients pass where the second ReLU was shut.",
        way_back(gates=(relu_backward, open_gate)),
    ),
    Misconception(
        "mean pools on the way back",
        "Your pools share the gradients out. Forwards, the largest number alone went "
        "on.",
        way_back(pool_back=avg_pool2d_backward),
    ),
    Misconception(
        "ReLUs of the gradient",
        "You put a ReLU on the gradient. The gates were opened or shut by the forward "
        "pass.",
        way_back(gates=(lambda grad, x: relu(grad),) * 2),
    ),
    Misconception(
        "flattened the other way round",
        "The gradient of `flat` goes back into maps in the order in which they were "
        "flattened.",
        way_back(unflat=from_channels_last),
    ),
    Misconception(
        "last layer alone",
        "The gradients of your convolutions are 0: does what comes out of the last "
        "layer go into the layer before?",
        way_back(fc_only=True),
    ),
    Misconception(
        "sum over the batch",
        "Your gradients are N times too large. The loss is a mean.",
        changed_gradients(lambda grad, N: grad * N),
    ),
    Misconception(
        "divided by N twice",
        "Your gradients are N times too small: the loss has divided them already.",
        changed_gradients(lambda grad, N: grad / N),
    ),
    Misconception(
        "step in place of the gradient",
        "Your gradients have the sign reversed. To go down is the training's business.",
        changed_gradients(lambda grad, N: -grad),
    ),
    Misconception(
        "weights alone",
        "The gradients of the biases are missing.",
        weights_alone,
    ),
    Misconception(
        "a step taken",
        "You change the parameters. To take a step is the training's business.",
        step_taken,
    ),
]

LEARNING = [
    Misconception(
        "nothing learnt",
        "Your network gets neither the ten digits nor the others right. Watch the "
        "loss: if it stays near ln 10 or becomes NaN, the steps are too small or too "
        "large, or images and labels have come out of step.",
        steps_too_large,
    ),
    Misconception(
        "labels of the training digits",
        "Eight or nine of the ten digits are right. They are asked for in another "
        "order than the one in which you were told them: does your answer depend on "
        "`held_out`? If it does, train for longer.",
        labels_of_the_others,
    ),
    Misconception(
        "too few steps for ten digits",
        "The digits of the larger task are read, and the ten are not learnt by heart. "
        "With ten images, an epoch is a single step: it takes more epochs there.",
        few_epochs,
    ),
    Misconception(
        "a few digits only",
        "The ten digits are learnt, and less than 80 % of the others are right: has "
        "the network seen all the images that it was given?",
        first_batch_only,
    ),
    Misconception(
        "stopped too early",
        "The ten digits are learnt, and 80 to 95 % of the others are right: let it see "
        "more digits, more often.",
        part_only,
    ),
]
