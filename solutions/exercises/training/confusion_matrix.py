"""ps7.confusion_matrix: which class was taken for which."""

from __future__ import annotations

import numpy as np
import torch

from convnets.training import confusion_matrix
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines


def drawn(rng: np.random.Generator, note: str, count: int, classes: int, *given: int):
    """Draw examples of all classes but the last; pairs occur more than once."""
    labels = rng.permutation(np.arange(count) % (classes - 1))
    predicted = np.where(rng.random(count) < 0.4, labels, (labels + 1) % (classes - 1))
    predicted[:3], labels[:3] = 0, 1  # one mistake, three times
    order = rng.permutation(count)
    return case(note, predicted[order], labels[order], *given)


def many(rng: np.random.Generator) -> Case:
    """Draw so many examples of one pair that a byte cannot count them."""
    labels = rng.permutation(np.array([0] * 290 + [1, 1, 2])).astype(np.int64)
    predicted = np.where(labels == 0, 2, 1).astype(np.int64)
    return case("290 of one pair", predicted, labels, 4)


def typed(rng: np.random.Generator) -> Case:
    """Ask for the type of the counts, in which every class has been taken for all."""
    labels = np.concatenate([rng.permutation(3) for _ in range(3)])
    predicted = np.repeat(np.arange(3), 3)
    return case("the type of the counts", predicted, labels, 3, look="dtype")


def counts(rng: np.random.Generator) -> list[Case]:
    few = np.array([0, 1, 1])
    return [
        drawn(rng, "3 classes, of which the last never occurs", 7, 3, 3),
        typed(rng),
        drawn(rng, "5 classes", 16, 5, 5),
        drawn(rng, "10 classes if nothing is said", 40, 10),
        many(rng),
        case("a class too many", few, np.array([0, 2, 1]), 2),
    ]


def transposed(predicted, labels, num_classes=10):
    return confusion_matrix(labels, predicted, num_classes)


def by_rows(predicted, labels, num_classes=10):
    table = confusion_matrix(predicted, labels, num_classes).double()
    return table / table.sum(dim=1, keepdim=True).clamp(min=1)


def by_columns(predicted, labels, num_classes=10):
    table = confusion_matrix(predicted, labels, num_classes).double()
    return table / table.sum(dim=0, keepdim=True).clamp(min=1)


def by_all(predicted, labels, num_classes=10):
    return confusion_matrix(predicted, labels, num_classes).double() / len(labels)


def as_many_as_occur(predicted, labels, num_classes=10):
    most = int(max(predicted.max(), labels.max())) + 1
    return confusion_matrix(predicted, labels, most)


def counted_once(predicted, labels, num_classes=10):
    table = torch.zeros(num_classes, num_classes, dtype=torch.int64)
    table[labels, predicted] += 1
    return table


def only_wrong(predicted, labels, num_classes=10):
    return confusion_matrix(predicted, labels, num_classes).fill_diagonal_(0)


def only_right(predicted, labels, num_classes=10):
    return confusion_matrix(predicted, labels, num_classes).diag().diag()


def always_ten(predicted, labels, num_classes=10):
    return confusion_matrix(predicted, labels, 10)


def in_bytes(predicted, labels, num_classes=10):
    return confusion_matrix(predicted, labels, num_classes).to(torch.uint8)


def both_ways(predicted, labels, num_classes=10):
    table = confusion_matrix(predicted, labels, num_classes)
    return table + table.T


def shares_of_nothing(predicted, labels, num_classes=10):
    table = confusion_matrix(predicted, labels, num_classes).double()
    return table / table.sum(dim=1, keepdim=True)


def one_row_repeated(predicted, labels, num_classes=10):
    counted = torch.bincount(predicted, minlength=num_classes)
    return counted.repeat(num_classes, 1)


def yes_or_no(predicted, labels, num_classes=10):
    return confusion_matrix(predicted, labels, num_classes) > 0


def by_columns_and_nothing(predicted, labels, num_classes=10):
    table = confusion_matrix(predicted, labels, num_classes).double()
    return table / table.sum(dim=0, keepdim=True)


def in_floats(predicted, labels, num_classes=10):
    return confusion_matrix(predicted, labels, num_classes).float()


def in_32_bits(predicted, labels, num_classes=10):
    return confusion_matrix(predicted, labels, num_classes).int()


def in_numpy(predicted, labels, num_classes=10):
    return confusion_matrix(predicted, labels, num_classes).numpy()


def only_the_first(predicted, labels, num_classes=10):
    return confusion_matrix(predicted[:1], labels[:1], num_classes)


def only_the_last(predicted, labels, num_classes=10):
    return confusion_matrix(predicted[-1:], labels[-1:], num_classes)


def flat(predicted, labels, num_classes=10):
    return confusion_matrix(predicted, labels, num_classes).flatten()


MISCONCEPTIONS = [
    Misconception(
        "rows and columns swapped",
        "Your rows are the predicted classes. Rows are the true ones.",
        transposed,
    ),
    Misconception(
        "each row divided by its sum",
        "Your rows are shares of each true class. Wanted are counts.",
        by_rows,
    ),
    Misconception(
        "each column divided by its sum",
        "Your columns are shares of each predicted class. Wanted are counts.",
        by_columns,
    ),
    Misconception(
        "divided by the number of examples",
        "Your table holds shares of all examples. Wanted are counts.",
        by_all,
    ),
    Misconception(
        "only the classes that occur",
        "Your table has a row for each class up to the largest that occurs. It has "
        "`num_classes` rows, some of which may be empty.",
        as_many_as_occur,
    ),
    Misconception(
        "the same mistake counted once",
        "A pair that occurs several times counts once. With a list of positions, "
        "`table[rows, columns] += 1` adds to each place no more than once.",
        counted_once,
    ),
    Misconception(
        "only what is wrong",
        "Your diagonal is empty. What is right is counted there.",
        only_wrong,
    ),
    Misconception(
        "only what is right",
        "Your table is empty beside its diagonal: mistakes are counted there.",
        only_right,
    ),
    Misconception(
        "always ten classes",
        "Your table has ten rows, whatever `num_classes` is.",
        always_ten,
    ),
    Misconception(
        "counted in bytes",
        "Your counts begin at 0 again after 255. Wanted are whole numbers of 64 bits.",
        in_bytes,
    ),
    Misconception(
        "counts that are floats",
        "Your counts are right, and are floating-point numbers: `torch.zeros` gives "
        "those unless told otherwise. The docstring says which type is wanted.",
        in_floats,
    ),
    Misconception(
        "counts of 32 bits",
        "Your counts are right, and have 32 bits. The docstring says which type is "
        "wanted.",
        in_32_bits,
    ),
    Misconception(
        "an array of NumPy's",
        "Your counts are right, and stand in an array of NumPy's. Wanted is a tensor.",
        in_numpy,
    ),
    Misconception(
        "only the first example",
        "Your table counts one example, the first. Is the `return` inside the loop?",
        only_the_first,
    ),
    Misconception(
        "only the last example",
        "Your table counts one example, the last. Is it made anew for each of them?",
        only_the_last,
    ),
    Misconception(
        "shares of each predicted class, and of none",
        "Your columns are shares, and a class that is never predicted has none. Wanted "
        "are counts.",
        by_columns_and_nothing,
    ),
    Misconception(
        "counted both ways",
        "Your table is the same if rows and columns are swapped: each example is "
        "counted in both places.",
        both_ways,
    ),
    Misconception(
        "shares of each true class, and of none",
        "Your rows are shares, and a class that does not occur has none. Wanted are "
        "counts.",
        shares_of_nothing,
    ),
    Misconception(
        "the same row everywhere",
        "All rows of your table are alike. Are they one and the same list?",
        one_row_repeated,
    ),
    Misconception(
        "yes or no",
        "Your table says whether a pair occurs. Wanted is how often.",
        yes_or_no,
    ),
    Misconception(
        "a flat list",
        "Your counts stand in one row. Give them two axes: true and predicted class.",
        flat,
    ),
]

EXERCISE = Exercise(
    id="ps7.confusion_matrix",
    title="Which is taken for which",
    reference=confusion_matrix,
    difficulty=1,
    minutes=15,
    groups=[Group("Counts", 1, counts)],
    misconceptions=after_given_lines(confusion_matrix, MISCONCEPTIONS),
    libraries=("torch",),
    prepare="tensors",
)
