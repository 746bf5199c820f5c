"""Pictures, feature maps and weights of which the class map figure is made in tests."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from convnets.explain import class_activation_map
from coursekit.widgets import ClassMapExplorer

K, C, H, W = 5, 9, 3, 4


class Case:
    """Random features and weights that the figure's whole numbers hold exactly."""

    def __init__(self, seed=0):
        rng = np.random.default_rng(seed)
        self.pictures = [rng.random((1, 12, 16)), rng.random((1, 9, 9))]
        self.features = [
            rng.integers(-3000, 32767, size=(C, *size)) * (rng.random((C, *size)) < 0.6)
            for size in ((H, W), (3, 3))
        ]
        for maps in self.features:
            maps[0, 0, 0] = 32767
        self.features = [maps / 500 for maps in self.features]
        self.weight = rng.integers(-24, 25, size=(K, C)) / 8
        self.bias = rng.integers(-40, 41, size=K) / 8

    def figure(self, **words):
        """Make the figure."""
        parts = (self.pictures, self.features, self.weight, self.bias)
        return ClassMapExplorer(*parts, **words)

    def map(self, k, off=(), n=0):
        """Return the reference's map without some channels."""
        return class_activation_map(self.features[n], self.kept(off), k)

    def logits(self, off=(), n=0):
        """Return the logits as PyTorch's pool and linear layer give them."""
        x = torch.tensor(self.features[n], dtype=torch.float64)[None]
        pooled = F.adaptive_avg_pool2d(x, 1).flatten(1)
        weight, bias = torch.from_numpy(self.kept(off)), torch.from_numpy(self.bias)
        return F.linear(pooled, weight, bias)[0].numpy()

    def kept(self, off):
        """Return the weights, those of channels that are off being 0."""
        weight = self.weight.copy()
        weight[:, list(off)] = 0
        return weight

    def order(self, k, n=0):
        """Return the channels, those that add most to a logit first."""
        adds = self.weight[k] * self.features[n].mean(axis=(1, 2))
        return np.argsort(-adds, kind="stable").tolist(), adds
