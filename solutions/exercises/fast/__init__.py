"""Exercises on `convnets.im2col`, `convnets.pooling` and `convnets.special`."""
