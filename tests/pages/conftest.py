"""What tests of a page share: each names its page in `PAGE`."""

import jupytext
import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")
from matplotlib import pyplot as plt


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def page(request):
    """Run the page's cells and return the names they define."""
    names = {}
    for cell in jupytext.read(request.module.PAGE).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
            plt.close("all")
    return names
