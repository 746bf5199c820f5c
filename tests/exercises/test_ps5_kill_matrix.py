"""Every misconception of problem set 5 loses points and is named by its own hint."""

from __future__ import annotations

import numpy as np
from kill_matrix import KillMatrix

from convnets.backprop import conv2d_backward
from convnets.numpy_net import forward, initial_parameters, predict, train
from coursekit.checks.mark import mark
from coursekit.checks.outcome import Outcome, call


class TestPs5(KillMatrix):
    problem_set = "ps5"
    points = {
        "numerical_gradient": 3,
        "linear": 1,
        "linear_backward": 2,
        "relu_backward": 1,
        "conv2d_backward": 9,
        "conv_transpose2d": 4,
        "max_pool2d_backward": 2,
        "avg_pool2d_backward": 2,
        "softmax_cross_entropy": 3,
        "forward": 0.5,
        "loss_and_gradients": 0.5,
        "learn_digits": 2,
    }


def earned(result, word):
    """Add up what the groups earned whose names begin with a word."""
    return sum(g.earned for g in result.groups if g.name.startswith(word))


def test_each_gradient_of_a_layer_earns_its_points_alone(hidden):
    for position, (part, points) in enumerate(
        (("grad_x", 4), ("grad_weight", 4), ("grad_bias", 1))
    ):

        def only_one(*args, position=position, **options):
            right = conv2d_backward(*args, **options)
            return tuple(g if i == position else None for i, g in enumerate(right))

        for key in hidden["ps5.conv2d_backward"]:
            result = mark(key, lambda case, only_one=only_one: call(only_one, case))
            assert result.earned == earned(result, part) == points


def test_two_gradients_are_too_few(hidden):
    (key, *_) = hidden["ps5.conv2d_backward"]
    result = mark(key, lambda case: Outcome("value", (case.args[1], case.args[2])))
    assert result.earned == 0
    sentences = {g.failure.why.sentence for g in result.groups if g.failure}
    assert sentences == {"It should return a tuple of 3, but it returned a tuple of 2."}


def test_a_layer_without_options_earns_about_half(hidden):
    def plain(grad_out, x, weight, stride=1, padding=0, dilation=1, groups=1):
        conv2d_backward(grad_out, x, weight, stride, padding, dilation, groups)
        return conv2d_backward(grad_out, x, weight)

    for key in hidden["ps5.conv2d_backward"]:
        result = mark(key, lambda case: call(plain, case))
        assert earned(result, "grad_weight") == earned(result, "grad_x") == 2.25


def test_logits_are_no_labels(hidden):
    (key, *_) = hidden["ps5.learn_digits"]
    logits = Outcome("value", np.zeros((10, 10)))
    result = mark(key, lambda case: logits)
    assert "one for each example" in result.groups[0].failure.why.sentence


def test_a_network_learns_with_other_choices_too(hidden):
    def learn(images, labels, held_out):
        rng = np.random.default_rng(11)
        parameters = initial_parameters(rng, (8, 24), np.float32)
        steps = 300 if len(images) < 100 else 13
        train(parameters, images, labels, rng, steps, batch_size=40)
        assert forward(parameters, held_out[:1])["logits"].shape == (1, 10)
        return predict(parameters, held_out)

    (key, *_) = hidden["ps5.learn_digits"]
    result = mark(key, lambda case: call(learn, case, "sixteenths"))
    assert result.earned == 2


def test_labels_that_are_handed_back_earn_nothing(hidden):
    def told(images, labels, held_out):
        return labels[: len(held_out)]

    for key in hidden["ps5.learn_digits"]:
        result = mark(key, lambda case, how=key.prepare: call(told, case, how))
        assert result.earned == 0
        assert result.misconceptions == ["labels of the training digits"]


def test_the_ten_digits_that_are_asked_for_are_those_that_were_told(hidden):
    for key in hidden["ps5.learn_digits"]:
        (case,) = (item.case for item in key.groups[0].cases)
        images, labels, asked = case.args
        told = dict(zip((i.tobytes() for i in images), labels, strict=True))
        assert [told[image.tobytes()] for image in asked] == list(case.truth)
        assert np.sum(labels != case.truth) == 2
