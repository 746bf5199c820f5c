"""The reference of problem set 8: class activation maps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from convnets.explain import class_activation_map
from convnets.resnet import resnet20
from coursekit.errors import ShapeError


def test_the_map_worked_out_by_hand():
    features = np.array([[[1.0, 0, 2]], [[0, 3, 1]]])
    weight = np.array([[1.0, -1], [2, 5]])
    np.testing.assert_array_equal(
        class_activation_map(features, weight, 0), [[1, -3, 1]]
    )


def test_it_is_equation_2_of_zhou_and_others(rng):
    features, weight = rng.normal(size=(4, 3, 5)), rng.normal(size=(6, 4))
    for label in range(6):
        want = sum(weight[label, c] * features[c] for c in range(4))
        got = class_activation_map(features, weight, label)
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


def test_the_logit_is_the_mean_of_the_map_and_the_bias():
    network = resnet20().double().eval()
    images = torch.randn(2, 3, 24, 32, dtype=torch.float64)
    with torch.no_grad():
        features, logits = network.features(images), network(images)
    weight, bias = (p.detach().numpy() for p in network.fc.parameters())
    for image in range(2):
        for label in range(10):
            got = class_activation_map(features[image].numpy(), weight, label)
            want = logits[image, label].item() - bias[label]
            assert got.mean() == pytest.approx(want, rel=1e-9)


@pytest.mark.parametrize(
    ("features", "weight", "label", "said"),
    [
        ((2, 3), (4, 2), 0, r"`features` must have 3 axes \(C, H, W\)"),
        ((2, 3, 5), (2,), 0, r"`weight` must have 2 axes \(num_classes, C\)"),
        ((2, 3, 5), (2, 4), 0, "4 columns for 2 channels"),
        ((2, 3, 5), (4, 2), 4, r"`label` \(4\) must be below the number of classes"),
        ((2, 3, 5), (4, 2), -1, "`label` must be at least 0"),
    ],
)
def test_what_does_not_fit_is_refused(features, weight, label, said):
    with pytest.raises(ShapeError, match=said):
        class_activation_map(np.ones(features), np.ones(weight), label)
