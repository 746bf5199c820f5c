"""Numbers for images in which every pixel can be told from the others."""

from __future__ import annotations

import numpy as np

from exercises.draws import FloatArray


def different(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw whole numbers from 1 to 19; up to 19 of them are all different."""
    size = int(np.prod(shape))
    drawn = rng.choice(np.arange(1, 20), size, replace=size > 19)
    return drawn.reshape(shape).astype(float)
