"""Batches cut out of tensors in memory, and random changes to the pictures in them.

A `DataLoader` fetches one example after the other and stacks them; where all pictures
fit into memory, one index into one tensor does the same in a fraction of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn.functional import pad

from coursekit.errors import ShapeError, check_at_least, check_axes

Augment = Callable[[Tensor, torch.Generator | None], Tensor]


class Batches:
    """All examples once, in batches; go through it once an epoch.

    Parameters
    ----------
    images : Tensor, shape (N, C, H, W)
        Pictures as the network takes them, on its device.
    labels : Tensor, shape (N,)
        Their classes, on the same device.
    batch_size : int
        Examples in a batch; the last one may hold fewer.
    shuffle : bool, default False
        Whether to draw a new order at each pass.
    generator : torch.Generator, optional
        Where order and changes are drawn from, on the CPU; else PyTorch's own.
    augment : callable, optional
        What to do to the pictures of each batch: it takes them and the generator, and
        returns them changed, such as `crop_and_mirror`.

    Raises
    ------
    ShapeError
        If the axes are others, if there are not as many labels as images, or if
        `batch_size` is below 1.
    """

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        batch_size: int,
        shuffle: bool = False,
        generator: torch.Generator | None = None,
        augment: Augment | None = None,
    ) -> None:
        check_axes("images", images, ("N", "C", "H", "W"))
        check_axes("labels", labels, ("N",))
        check_at_least("batch_size", batch_size, 1)
        if len(images) != len(labels):
            msg = (
                "`images` and `labels` must have the same length, but there are "
                f"{len(images)} images and {len(labels)} labels."
            )
            raise ShapeError(msg)
        self.images = images
        self.labels = labels
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.generator = generator
        self.augment = augment

    def __len__(self) -> int:
        return -(-len(self.images) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for chosen in self._choices():
            images = self.images[chosen]
            if self.augment is not None:
                images = self.augment(images, self.generator)
            yield images, self.labels[chosen]

    def _choices(self) -> Iterator[Tensor | slice]:
        """Yield what picks the examples of each batch."""
        if self.shuffle:
            order = torch.randperm(len(self.images), generator=self.generator)
            yield from torch.split(order.to(self.images.device), self.batch_size)
        else:
            for start in range(0, len(self.images), self.batch_size):
                yield slice(start, start + self.batch_size)


def crop(
    images: Tensor, generator: torch.Generator | None = None, padding: int = 4
) -> Tensor:
    """Shift each picture at random, by a crop out of the padded one.

    Parameters
    ----------
    images : Tensor, shape (N, C, H, W)
        Pictures; the padding is zeros, which is the mean once they are standardised.
    generator : torch.Generator, optional
        Where the places are drawn from, on the CPU; else PyTorch's own.
    padding : int, default 4
        Zeros on *each* side, in pixels; also the farthest shift.

    Returns
    -------
    Tensor, shape (N, C, H, W)
        One crop of each picture.

    References
    ----------
    .. [1] He, Zhang, Ren and Sun (2016), arXiv:1512.03385, section 4.2.
    """
    count, _, height, width = images.shape
    places = torch.randint(2 * padding + 1, (2, count), generator=generator)
    rows, columns = places.to(images.device)
    padded = pad(images, (padding,) * 4)
    # (N, C, 2 * padding + 1, 2 * padding + 1, H, W), without a copy
    windows = padded.unfold(2, height, 1).unfold(3, width, 1)
    return windows[torch.arange(count, device=images.device), :, rows, columns]


def mirror(images: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Swap left and right in half of the pictures, at random.

    Parameters
    ----------
    images : Tensor, shape (N, C, H, W)
        Pictures.
    generator : torch.Generator, optional
        Where the choice is drawn from, on the CPU; else PyTorch's own.

    Returns
    -------
    Tensor, shape (N, C, H, W)
        The pictures, some of them mirrored.
    """
    coins = torch.rand(len(images), 1, 1, 1, generator=generator) < 0.5
    return torch.where(coins.to(images.device), images.flip(3), images)


def crop_and_mirror(
    images: Tensor, generator: torch.Generator | None = None, padding: int = 4
) -> Tensor:
    """Shift each picture at random and mirror half of them, as for CIFAR-10.

    Parameters
    ----------
    images : Tensor, shape (N, C, H, W)
        Standardised pictures.
    generator : torch.Generator, optional
        Where both are drawn from, on the CPU; else PyTorch's own.
    padding : int, default 4
        Zeros on *each* side, in pixels; also the farthest shift.

    Returns
    -------
    Tensor, shape (N, C, H, W)
        Changed pictures; the given ones stay as they are.
    """
    return mirror(crop(images, generator, padding), generator)
