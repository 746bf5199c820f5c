"""Exercises on normalisation, for problem set 6."""
