"""What was seen in an epoch, and ways to sum it up, right and wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch.nn import functional as F


@dataclass
class Totals:
    """For each batch: its number of examples, their losses and how many were right."""

    sizes: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    rights: list[float] = field(default_factory=list)
    axis: int = 1  # along which the largest logit is looked for

    @property
    def batches(self) -> int:
        """How many batches were seen."""
        return len(self.sizes)

    def add(self, logits: Any, labels: Any, loss: Any = None) -> None:
        """Take down a batch, with its own loss or the mean cross-entropy."""
        loss = F.cross_entropy(logits, labels) if loss is None else loss
        self.sizes.append(len(labels))
        self.losses.append(loss.item() * len(labels))
        self.rights.append((logits.argmax(dim=self.axis) == labels).sum().item())

    def recount(self, logits: Any, labels: Any) -> None:
        """Count again how many of the last batch are right."""
        self.rights[-1] = (logits.argmax(dim=self.axis) == labels).sum().item()

    def replace(self, logits: Any, labels: Any) -> None:
        """Take down the last batch again."""
        for items in (self.sizes, self.losses, self.rights):
            items.pop()
        self.add(logits, labels)


Summary = Callable[[Totals], float]


def over_examples(name: str, summed: bool = False) -> Summary:
    """Return a mean over all examples; the losses may have been sums, not means."""

    def summary(totals: Totals) -> float:
        items = getattr(totals, name)
        if summed:
            items = [item / n for item, n in zip(items, totals.sizes, strict=True)]
        return sum(items) / sum(totals.sizes)

    return summary


def mean_of_means(name: str) -> Summary:
    """Return a mean in which each batch counts as much."""

    def summary(totals: Totals) -> float:
        pairs = zip(getattr(totals, name), totals.sizes, strict=True)
        return sum(item / n for item, n in pairs) / totals.batches

    return summary


def last_batch(name: str) -> Summary:
    """Return the mean over the last batch."""
    return lambda totals: getattr(totals, name)[-1] / totals.sizes[-1]


def of_sized(measure: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that asks batches for their number, which some do not know."""

    def measured(network: Any, batches: Any, *others: Any) -> Any:
        found, _ = measure(network, batches, *others), len(batches)
        return found

    return measured


MEAN_LOSS, SHARE_RIGHT = over_examples("losses"), over_examples("rights")
