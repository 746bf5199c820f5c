"""Exercises on `convnets.shapes`, one file each."""
