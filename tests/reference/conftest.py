"""What the tests of the reference share."""

from __future__ import annotations

from pathlib import Path

import hypothesis.configuration
import numpy as np
import pytest

BUILD = Path(__file__).resolve().parents[2] / "build"

# Its cache would otherwise appear at the top of the repository.
hypothesis.configuration.set_hypothesis_home_dir(BUILD / "hypothesis")


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a random source that starts the same every time."""
    return np.random.default_rng(0)
