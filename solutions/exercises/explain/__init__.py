"""Exercises on `convnets.explain`."""
