"""ps7.accuracy: the share of examples that are right."""

from __future__ import annotations

import numpy as np

from convnets.training import accuracy
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import FloatArray, after_given_lines

Labels = np.ndarray[tuple[int], np.dtype[np.int64]]


def logits_for(
    rng: np.random.Generator, labels: Labels, right: int, classes: int
) -> FloatArray:
    """Draw logits of which exactly so many are right; no two in a row are equal."""
    rows = [rng.permutation(classes) - classes // 2 for _ in labels]
    drawn = np.array(rows, dtype=float)
    hits = rng.permutation(len(labels)) < right
    for row, label, hit in zip(drawn, labels, hits, strict=True):
        best = int(row.argmax())
        goal = label if hit else (label + 1) % classes
        row[[best, goal]] = row[[goal, best]]
    return drawn


def labels_of(rng: np.random.Generator, count: int, classes: int) -> Labels:
    """Draw labels, more of them of class 0."""
    return rng.permutation(np.maximum(np.arange(count) % (classes + 1) - 1, 0))


def as_many_as_classes(rng: np.random.Generator) -> Case:
    """Draw as many examples as classes, of which another share is right by columns."""
    labels, by_columns = labels_of(rng, 4, 4), 1
    while by_columns == 1:
        logits = logits_for(rng, labels, 1, 4)
        by_columns = np.count_nonzero(logits.argmax(axis=0) == labels)
    return case("1 of 4, 4 classes", logits, labels)


def shares(rng: np.random.Generator) -> list[Case]:
    cases = []
    for count, classes, right in ((5, 3, 3), (8, 4, 5), (7, 6, 4)):
        labels = labels_of(rng, count, classes)
        logits = logits_for(rng, labels, right, classes)
        cases.append(case(f"{right} of {count}, {classes} classes", logits, labels))
    cases.insert(2, as_many_as_classes(rng))
    all_right, unsure = labels_of(rng, 3, 5), labels_of(rng, 20, 5)
    return [
        *cases,
        case("none is certain", logits_for(rng, unsure, 6, 5) / 8, unsure),
        case("all right", logits_for(rng, all_right, 3, 5), all_right),
        case("a label too few", np.zeros((3, 4)), np.zeros(2, dtype=np.int64)),
    ]


def over_classes(logits, labels):
    hit = logits.argmax(dim=1) == labels
    return float(sum(hit[labels == c].double().mean() for c in labels.unique())) / len(
        labels.unique()
    )


def wrong_axis(logits, labels):
    return float((logits.argmax(dim=0) == labels).double().mean())


def share(logits, labels):
    return float((logits.argmax(dim=1) == labels).double().mean())


def one_for_each(logits, labels):
    return (logits.argmax(dim=1) == labels).double()


def yes_or_no(logits, labels):
    return logits.argmax(dim=1) == labels


def among_two(logits, labels):
    best = logits.topk(2, dim=1).indices
    return float((best == labels[:, None]).any(dim=1).double().mean())


def above_one_half(logits, labels):
    return share((logits.softmax(dim=1) > 0.5).long(), labels)


def of_the_whole_table(logits, labels):
    return float((logits.argmax() == labels).double().mean())


def logits_as_classes(logits, labels):
    return float((logits.max(dim=1).values == labels).double().mean())


def each_with_each(logits, labels):
    best = logits.argmax(dim=1, keepdim=True)
    return float((best == labels).double().mean())


def mean_probability(logits, labels):
    return float(logits.softmax(dim=1)[range(len(labels)), labels].mean())


MISCONCEPTIONS = [
    Misconception(
        "largest over the batch",
        "You look for the largest logit in each column, over the examples. Each row is "
        "one example.",
        wrong_axis,
    ),
    Misconception(
        "one number for each example",
        "You return a 1 or a 0 for each example. What is their mean?",
        one_for_each,
    ),
    Misconception(
        "right or wrong for each example",
        "You return for each example whether it is right. Which share of them is?",
        yes_or_no,
    ),
    Misconception(
        "how many are right",
        "That is how many are right, and not which share of all.",
        lambda logits, labels: share(logits, labels) * len(labels),
    ),
    Misconception(
        "in percent",
        "That is a percentage. Wanted is a fraction from 0 to 1.",
        lambda logits, labels: 100 * share(logits, labels),
    ),
    Misconception(
        "the share that is wrong",
        "That is the share of examples that are *wrong*.",
        lambda logits, labels: 1 - share(logits, labels),
    ),
    Misconception(
        "divided by the number of classes",
        "You divide by the number of classes. It is a share of all examples.",
        lambda logits, labels: share(logits, labels) * len(labels) / logits.shape[1],
    ),
    Misconception(
        "the smallest logit",
        "You take the class with the smallest logit for the prediction.",
        lambda logits, labels: share(-logits, labels),
    ),
    Misconception(
        "right if among the best two",
        "You count an example as right if its label is among the two largest logits.",
        among_two,
    ),
    Misconception(
        "the mean over classes",
        "You take the share for each class, and then the mean, so that a rare class "
        "counts as much as a frequent one. Here every example counts as much.",
        over_classes,
    ),
    Misconception(
        "right only above one half",
        "You count an example as right only if its probability is above one half. The "
        "largest logit decides, however small it is.",
        above_one_half,
    ),
    Misconception(
        "the largest of the whole table",
        "You look for one largest logit in the whole table. Each example has its own.",
        of_the_whole_table,
    ),
    Misconception(
        "logits compared with labels",
        "You compare the largest *logit* with the label. Which class does it belong "
        "to?",
        logits_as_classes,
    ),
    Misconception(
        "each prediction with each label",
        "You compare every prediction with every label. Look at the shapes of the two: "
        "(N, 1) and (N,) give (N, N).",
        each_with_each,
    ),
    Misconception(
        "the mean probability",
        "You take the mean probability of the right class. An example counts as right "
        "or as wrong, and nothing between.",
        mean_probability,
    ),
    Misconception(
        "divided by the number of logits",
        "You divide by how many logits there are. It is a share of all examples.",
        lambda logits, labels: share(logits, labels) * len(labels) / logits.numel(),
    ),
    Misconception(
        "rounded down",
        "Your share is rounded down to a whole number.",
        lambda logits, labels: float(int(share(logits, labels))),
    ),
]

EXERCISE = Exercise(
    id="ps7.accuracy",
    title="The share that is right",
    reference=accuracy,
    difficulty=1,
    minutes=5,
    groups=[Group("Shares", 1, shares)],
    misconceptions=after_given_lines(accuracy, MISCONCEPTIONS),
    libraries=("torch",),
    prepare="tensors",
)
