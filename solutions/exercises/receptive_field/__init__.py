"""Exercises on `convnets.receptive_field`, one file each."""
