"""Exercises on `convnets.training`."""
