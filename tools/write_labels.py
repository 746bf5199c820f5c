"""Write the labels of the test sets, which grading compares predictions with.

Run it from the top of the course; the data sets are downloaded if need be:

    PYTHONPATH=src python tools/write_labels.py

The labels are torchvision's, in its order. They are public; they are here so that an
instructor can grade without the data sets.
"""

from __future__ import annotations

from pathlib import Path

from coursekit.checks.testsets import TEST_SETS, labels_text
from coursekit.datasets import load_dataset

FOLDER = Path(__file__).resolve().parents[1] / "solutions" / "labels"


def main() -> None:
    """Write one file for each test set."""
    FOLDER.mkdir(exist_ok=True)
    for name in TEST_SETS:
        labels = load_dataset(name).test_labels.numpy()
        text = labels_text(name, labels)
        (FOLDER / f"{name}.txt").write_text(text, encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
