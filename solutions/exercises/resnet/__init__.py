"""Exercises on `convnets.resnet` and `convnets.schedule`."""
