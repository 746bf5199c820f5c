"""Notice predictions that no network gives: the labels of both test sets are public.

Nothing here takes points away. It tells an instructor where to look, and it cannot see
everything: labels that are copied and then spoilt with some care look like a network's.
"""

from __future__ import annotations

import numpy as np

from coursekit.checks.testsets import Labels

# More than networks like the course's reach. On MNIST, An et al. (2020),
# arXiv:2008.10400, got 99.87 % from three networks that vote, trained for long on
# rotated and shifted digits, and 99.91 % from nine. On CIFAR-10, residual networks of
# 20 and 110 layers reach 91.25 % and 93.57 % (He et al., 2016, Table 6), and a far
# larger one, of 7 minutes on an A100, 96.05 % (Jordan, 2024, arXiv:2404.00498).
BEYOND = {"mnist": 0.9985, "cifar10": 0.97}

# Test images whose label is wrong: most of five people who were asked did not see in it
# what it says. Northcutt, Athalye and Mueller (2021), arXiv:2103.14749, found 15 in
# MNIST and 54 in CIFAR-10; the answers are in github.com/cleanlab/label-errors, folder
# mturk. These are the images with at most two of five votes for the label.
MISLABELLED = {
    "mnist": (
        *(947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783),
        *(8527, 9679, 9729),
    ),
    "cifar10": (
        *(165, 792, 882, 1227, 1300, 1684, 1718, 1969, 2010, 2128, 2232, 2405, 2532),
        *(2592, 2804, 2840, 2940, 3113, 3168, 3183, 3192, 3490, 3600, 3753, 3977),
        *(4055, 4198, 4614, 4643, 4794, 4910, 4965, 5166, 5191, 5211, 5468, 5632),
        *(5690, 5882, 5960, 6522, 6792, 6877, 6966, 7311, 7657, 7846, 8058, 8296),
        *(8620, 9227, 9352, 9643, 9793),
    ),
}

# A network agrees with few of those wrong labels, since networks that disagreed with
# them were what found them. Two LeNet-5 that we trained for three epochs, 98.3 % right,
# agree with 3 and 5 of MNIST's 15. Labels that are copied and then spoilt at random, to
# 98.5 % on MNIST and to 93 % on CIFAR-10, nearly always keep at least these many.
SUSPICIOUS = {"mnist": 14, "cifar10": 44}


def reasons_to_look(dataset: str, predicted: Labels, truth: Labels) -> tuple[str, ...]:
    """Say what is odd about predictions; usually nothing is.

    Parameters
    ----------
    dataset : str
        Whose test set.
    predicted, truth : ndarray, shape (N,)
        The classes handed in, and the labels.
    """
    agrees = predicted == truth
    lines = []
    if agrees.mean() > BEYOND[dataset]:
        lines.append(
            f"{100 * agrees.mean():.4g} % right is more than such a network reaches "
            f"(up to {100 * BEYOND[dataset]:g} %)."
        )
    wrong = np.array(MISLABELLED[dataset])
    agreed = int(agrees[wrong].sum())
    if agreed >= SUSPICIOUS[dataset]:
        lines.append(
            f"On {agreed} of the {len(wrong)} test images whose label is known to be "
            "wrong, the predictions repeat the wrong label."
        )
    return tuple(lines)
