"""LeNets with one mistake each, made from the right one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from convnets.lenet import LeNet5

Change = Callable[[LeNet5, str, int, int], None]
Forward = Callable[[LeNet5, Tensor], Tensor]


def network(
    forward: Forward = LeNet5.forward, change: Change | None = None
) -> type[LeNet5]:
    """Make a class of networks that differ in how they run, or how they are built.

    Parameters
    ----------
    forward : callable
        Takes the place of the method.
    change : callable, optional
        Called with a right network and what it was built from, to change it.
    """

    class Network(LeNet5):
        def __init__(self, variant="classic", in_channels=1, num_classes=10):
            super().__init__(variant, in_channels, num_classes)
            self.variant = variant
            if change is not None:
                change(self, variant, in_channels, num_classes)

        def forward(self, x):
            return forward(self, x)

    return Network


def linears(self: LeNet5) -> list[str]:
    """Name the linear layers."""
    return [name for name in ("fc1", "fc2", "fc3") if hasattr(self, name)]


def runs(
    without: tuple[str, ...] = (),
    flatten: Callable[[Tensor], Tensor] = lambda out: out.flatten(1),
    pooled: tuple[str, ...] = ("conv1", "conv2"),
    first: Callable[[Tensor], Tensor] = lambda x: x,
    last: Callable[[LeNet5, Tensor], Tensor] = lambda self, logits: logits,
) -> Forward:
    """Run a network, with activations or pools left out, or something put in.

    Parameters
    ----------
    without : tuple of str
        Layers that no activation comes after.
    flatten, first, last : callable
        Flatten feature maps, change the images, and the logits.
    pooled : tuple of str
        Layers that a pool comes after.
    """

    def forward(self: LeNet5, x: Tensor) -> Tensor:
        out = first(x)
        for name in ("conv1", "conv2"):
            out = getattr(self, name)(out)
            out = out if name in without else self.activation(out)
            out = self.pool(out) if name in pooled else out
        out = flatten(out)
        *inner, final = linears(self)
        for name in inner:
            out = getattr(self, name)(out)
            out = out if name in without else self.activation(out)
        return last(self, getattr(self, final)(out))

    return forward


def parts(only: str = "", **modules: Callable[[], nn.Module]) -> Change:
    """Give all variants, or only one, another activation or pool."""

    def change(self, variant, *others):
        for name, build in modules.items():
            if only in ("", variant):
                setattr(self, name, build())

    return change


def sized(
    only: str = "",
    padding: tuple[int | None, int | None] = (None, None),
    maps: tuple[int, int] | None = None,
    kernel_size: int = 5,
    widths: tuple[int, ...] | None = None,
    bias: bool = True,
) -> Change:
    """Rebuild a network, or only one variant, with other sizes that fit together."""

    def change(self, variant, in_channels, num_classes):
        if only not in ("", variant):
            return
        right = (2, 2 if variant == "wide" else 0)
        both = [p if q is None else q for p, q in zip(right, padding, strict=True)]
        first, second = maps or (self.conv1.out_channels, self.conv2.out_channels)
        options: dict[str, Any] = {"bias": bias}
        self.conv1 = nn.Conv2d(
            in_channels, first, kernel_size, padding=both[0], **options
        )
        self.conv2 = nn.Conv2d(first, second, kernel_size, padding=both[1], **options)
        size = (28 + 2 * both[0] - kernel_size + 1) // 2
        size = (size + 2 * both[1] - kernel_size + 1) // 2
        inner = [getattr(self, name).out_features for name in linears(self)[:-1]]
        ends = [second * size**2, *(widths or inner), num_classes]
        for number, pair in enumerate(itertools.pairwise(ends), start=1):
            setattr(self, f"fc{number}", nn.Linear(*pair, **options))

    return change


def all_but_wide(**options: Any) -> Change:
    """Rebuild the original and the classic variant."""

    def change(self, variant, *sizes):
        if variant != "wide":
            sized(**options)(self, variant, *sizes)

    return change


def with_relu_after(*layers: str) -> Forward:
    """Run a network; in the original variant, a ReLU comes after some layers."""

    def forward(self, x):
        out = x
        for name in ("conv1", "conv2", *linears(self)[:-1]):
            out = out if out.ndim == 2 or "fc" not in name else out.flatten(1)
            out = getattr(self, name)(out)
            is_other = self.variant == "original" and name in layers
            out = out.relu() if is_other else self.activation(out)
            out = self.pool(out) if "conv" in name else out
        return getattr(self, linears(self)[-1])(out)

    return forward


def pools_swapped(self, variant, *sizes):
    self.pool = nn.MaxPool2d(2) if variant == "original" else nn.AvgPool2d(2)


def wide_windows(self, variant, *sizes):
    if variant != "original":
        self.pool = nn.MaxPool2d(3, 2, padding=1)


def spare_layer(self, variant, in_channels, num_classes):
    if variant == "wide":
        self.fc3 = nn.Linear(84, num_classes)


def unbiased(self, *sizes):
    self.conv1.bias = self.conv2.bias = None


def unless_said(variant: str) -> type[LeNet5]:
    """Build networks of another variant by default."""

    class Network(LeNet5):
        def __init__(self, variant=variant, in_channels=1, num_classes=10):
            super().__init__(variant, in_channels, num_classes)

    return Network


def without_second_pool(self, variant, in_channels, num_classes):
    side = 14 if variant == "wide" else 10
    self.fc1 = nn.Linear(self.conv2.out_channels * side**2, self.fc1.out_features)


def always(variant=None, in_channels=None, num_classes=None):
    """Build networks for which some of the arguments are of no account."""

    class Network(LeNet5):
        def __init__(self, *arguments, **named):
            LeNet5.__init__(self, *arguments, **named)  # refuses what is none
            names = ("variant", "in_channels", "num_classes")
            asked = {**dict(zip(names, arguments, strict=False)), **named}
            fixed = zip(names, (variant, in_channels, num_classes), strict=True)
            asked |= {name: value for name, value in fixed if value is not None}
            for name in linears(self):
                delattr(self, name)
            LeNet5.__init__(self, **asked)

    return Network


def ten_classes(*variants: str) -> type[LeNet5]:
    """Build networks of which some variants have ten logits, whatever is asked for."""

    def change(self, variant, *sizes):
        if variant in variants:
            last = linears(self)[-1]
            setattr(self, last, nn.Linear(getattr(self, last).in_features, 10))

    return network(change=change)


def channels_last(out: Tensor) -> Tensor:
    return out.permute(0, 2, 3, 1).flatten(1)


def columns_first(out: Tensor) -> Tensor:
    return out.transpose(2, 3).flatten(1)


def pooled_first(self: LeNet5, x: Tensor) -> Tensor:
    out = self.activation(self.pool(self.conv1(x)))
    out = self.activation(self.pool(self.conv2(out))).flatten(1)
    *inner, final = linears(self)
    for name in inner:
        out = self.activation(getattr(self, name)(out))
    return getattr(self, final)(out)


def overwrites(self: LeNet5, x: Tensor) -> Tensor:
    with_gradient = x.requires_grad
    return LeNet5.forward(self, x * 1 if with_gradient else x.sub_(x.mean()))
