"""The small trainings learn, repeat themselves, and leave nothing behind."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.demos import accuracy, count_parameters, train


def one_layer():
    return nn.Sequential(nn.Flatten(), nn.Linear(4, 2))


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(300, 1, 2, 2))
    return images, (images[:, 0, 1, 0] > 0).astype(int)


def test_training_learns_what_is_easy(data):
    assert accuracy(train(one_layer, *data, epochs=100), *data) > 0.95


def test_without_epochs_nothing_is_learned(data):
    assert accuracy(train(one_layer, *data, epochs=0), *data) < 0.9


def test_the_same_seed_gives_the_same_network_and_another_seed_another(data):
    nets = [train(one_layer, *data, seed=seed, epochs=1) for seed in (5, 5, 6)]
    weights = [net[1].weight.detach() for net in nets]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_training_leaves_the_source_of_random_numbers_as_it_was(data):
    before = torch.get_rng_state()
    train(one_layer, *data, epochs=1)
    assert torch.equal(torch.get_rng_state(), before)


def test_training_leaves_the_number_of_threads_as_it_was(data):
    before = torch.get_num_threads()
    network = train(one_layer, *data, epochs=1)
    accuracy(network, *data)
    assert torch.get_num_threads() == before


def test_accuracy_is_the_share_of_right_answers():
    def first_pixel(x):
        return torch.stack([-x[:, 0, 0, 0], x[:, 0, 0, 0]], dim=1)

    images = np.array([1.0, -1.0, 1.0, 1.0]).reshape(4, 1, 1, 1)
    assert accuracy(first_pixel, images, np.array([1, 0, 0, 1])) == 0.75


def test_parameters_are_weights_and_biases():
    assert count_parameters(nn.Conv2d(3, 4, kernel_size=(5, 2))) == 4 * 3 * 5 * 2 + 4
