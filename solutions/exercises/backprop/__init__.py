"""Exercises of problem set 5: gradients."""
