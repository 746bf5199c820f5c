"""What the tests of the reference share."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a random source that starts the same every time."""
    return np.random.default_rng(0)
