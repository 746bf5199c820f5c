"""Exercises on `convnets.correlation`, one file each."""
