"""Exercises on `convnets.lenet`."""
