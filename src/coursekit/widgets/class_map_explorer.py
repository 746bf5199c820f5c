"""A class activation map, taken apart into the channels that it is the sum of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import traitlets

from coursekit.errors import ShapeError, check_axes
from coursekit.widgets import class_map_pictures, pictures
from coursekit.widgets.arguments import as_numbers, check_at_most
from coursekit.widgets.base import InteractiveFigure
from coursekit.widgets.packing import packed, unpacked

FloatArray = npt.NDArray[np.floating[Any]]

VIEWS = ("map", "difference")
MOST_PICTURES, MOST_PIXELS, MOST_PLACES = 8, 64, 16
MOST_CHANNELS, MOST_CLASSES = 64, 20
DECIMALS = 5  # of the weights


class ClassMapExplorer(InteractiveFigure):
    """Show where a network finds a class, and which channels say so.

    Parameters
    ----------
    pictures : sequence of array_like, each of shape (1 or 3, H_in, W_in)
        Pictures with values from 0 to 1, at most 8. They may differ in size, as a
        network with a global average pool takes any.
    features : sequence of array_like, each of shape (C, H, W)
        For each picture the feature maps that go into the global average pool, which
        are rounded to 32767ths of the largest number.
    weight : array_like, shape (K, C)
        Weights of the linear layer behind the pool.
    bias : array_like, shape (K,)
        Its bias.
    names : sequence of str, optional
        What the classes are called; if not given, by their numbers from 0.
    titles : sequence of str, optional
        What is in each picture, in a few words.

    Raises
    ------
    ShapeError
        If an array has other axes, is too large to show or does not fit the others, a
        picture has values outside 0 to 1, or there are not as many names as classes.

    Notes
    -----
    The classes that are shown first, k and l, are those with the two largest logits.
    """

    script: ClassVar[str] = "class_map_explorer"
    helpers: ClassVar[tuple[str, ...]] = ("drawings.js", "class_maps.js")
    settings: ClassVar[tuple[str, ...]] = (
        *("pictures", "features", "weight", "bias", "names", "titles"),
        *("chosen", "label", "other", "view", "off", "cell"),
    )

    pictures: traitlets.List[Any] = traitlets.List().tag(sync=True)
    features: traitlets.List[Any] = traitlets.List().tag(sync=True)
    weight: traitlets.List[Any] = traitlets.List().tag(sync=True)
    bias: traitlets.List[Any] = traitlets.List().tag(sync=True)
    names: traitlets.List[Any] = traitlets.List().tag(sync=True)
    titles: traitlets.List[Any] = traitlets.List().tag(sync=True)
    chosen = traitlets.Int(0, min=0).tag(sync=True)
    label = traitlets.Int(0, min=0).tag(sync=True)
    other = traitlets.Int(1, min=0).tag(sync=True)
    view = traitlets.Enum(VIEWS, "map").tag(sync=True)
    off: traitlets.List[Any] = traitlets.List().tag(sync=True)
    cell: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        pictures: Sequence[npt.ArrayLike],
        features: Sequence[npt.ArrayLike],
        weight: npt.ArrayLike,
        bias: npt.ArrayLike,
        names: Sequence[str] | None = None,
        titles: Sequence[str] | None = None,
    ) -> None:
        layer = _layer(weight, bias)
        shown = _shown(pictures, features, layer[0].shape[1])
        super().__init__(
            pictures=[packed(image, "u1", 1) for image, _ in shown],
            features=[packed(maps, "i2", np.abs(maps).max()) for _, maps in shown],
            weight=layer[0].round(DECIMALS).tolist(),
            bias=layer[1].round(DECIMALS).tolist(),
            names=_words("names", names, len(layer[0]), "class"),
            titles=_words("titles", titles, len(shown), "picture"),
        )
        self.label, self.other = map(int, np.argsort(-self._logits(), stable=True)[:2])

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        maps = self._maps()
        (K, C), (H, W) = np.shape(self.weight), maps[0].shape
        parts = [
            f"Map of class {self.names[k]}: its mean {pictures.show(round(mean, 2))} "
            f"and the bias {pictures.show(round(self.bias[k], 2))} make the logit "
            f"{pictures.show(round(mean + self.bias[k], 2))}."
            for k, mean in zip(self._asked(), (m.mean() for m in maps), strict=True)
        ]
        return (
            f"Two of {K} class activation maps over a picture "
            f"({self.titles[self.chosen]}), {H} by {W} cells, each the sum of {C} "
            f"weighted channels. {' '.join(parts)}"
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        words = [f"a {self.names[k]}?" for k in self._asked()]
        image = unpacked(self.pictures[self.chosen])
        return class_map_pictures.two_maps(image, self._maps(), words)

    def _asked(self) -> tuple[int, int]:
        """Return the two classes that are compared."""
        return self.label, self.other

    def _maps(self) -> list[FloatArray]:
        """Return the maps of both classes, each of shape (H, W)."""
        features, weight = self._features(), np.asarray(self.weight)
        return [np.tensordot(weight[k], features, axes=1) for k in self._asked()]

    def _features(self) -> FloatArray:
        """Return the feature maps of the picture, shape (C, H, W)."""
        return unpacked(self.features[self.chosen])

    def _logits(self) -> FloatArray:
        """Return the logits of the picture, shape (K,)."""
        pooled = self._features().mean(axis=(1, 2))
        logits: FloatArray = np.asarray(self.weight) @ pooled + np.asarray(self.bias)
        return logits


def _numbers(name: str, values: Any) -> FloatArray:
    """Make an array out of numbers, also out of a network's parameters."""
    return as_numbers(name, values.detach() if hasattr(values, "detach") else values)


def _layer(weight: npt.ArrayLike, bias: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Check the linear layer and return its weights and its bias."""
    weights, biases = _numbers("weight", weight), _numbers("bias", bias)
    check_axes("weight", weights, ["K", "C"])
    check_axes("bias", biases, ["K"])
    K, C = weights.shape
    if not (2 <= K <= MOST_CLASSES and 1 <= C <= MOST_CHANNELS):
        msg = (
            f"`weight` must have 2 to {MOST_CLASSES} classes and 1 to {MOST_CHANNELS} "
            f"channels to fit the figure, but its shape is {weights.shape}. Leave "
            "classes or channels out."
        )
        raise ShapeError(msg)
    if len(biases) != K:
        msg = (
            f"`bias` must have one number for each of the {K} classes, but it has "
            f"{len(biases)}. Take it from the same layer as `weight`."
        )
        raise ShapeError(msg)
    return weights, biases


def _shown(
    images: Sequence[npt.ArrayLike], features: Sequence[npt.ArrayLike], channels: int
) -> list[tuple[FloatArray, FloatArray]]:
    """Check the pictures and their features and return them in pairs."""
    if not 1 <= len(images) <= MOST_PICTURES:
        msg = (
            f"`pictures` must hold 1 to {MOST_PICTURES} pictures to fit the figure, "
            f"but it holds {len(images)}."
        )
        raise ShapeError(msg)
    if len(features) != len(images):
        msg = (
            f"`features` must hold the maps of each of the {len(images)} pictures, "
            f"but it holds those of {len(features)}."
        )
        raise ShapeError(msg)
    return [
        (_image(f"pictures[{n}]", image), _maps(f"features[{n}]", maps, channels))
        for n, (image, maps) in enumerate(zip(images, features, strict=True))
    ]


def _image(name: str, values: npt.ArrayLike) -> FloatArray:
    """Check that the figure can show a picture."""
    image = _numbers(name, values)
    check_axes(name, image, ["C_in", "H_in", "W_in"])
    check_at_most(name, image.shape, MOST_PIXELS)
    if len(image) not in (1, 3):
        msg = (
            f"`{name}` must have 1 channel, grey, or 3, red, green and blue, but it "
            f"has {len(image)}."
        )
        raise ShapeError(msg)
    if image.min() < 0 or image.max() > 1:
        msg = (
            f"`{name}` must have values from 0 to 1, but they go from {image.min():g} "
            f"to {image.max():g}. Undo the normalisation."
        )
        raise ShapeError(msg)
    return image


def _maps(name: str, values: npt.ArrayLike, channels: int) -> FloatArray:
    """Check that the figure can show the feature maps of one picture."""
    maps = _numbers(name, values)
    check_axes(name, maps, ["C", "H", "W"])
    check_at_most(name, maps.shape[1:], MOST_PLACES)
    if len(maps) != channels:
        msg = (
            f"`{name}` must have the {channels} channels that `weight` weighs, but it "
            f"has {len(maps)}. Take what goes into the average pool."
        )
        raise ShapeError(msg)
    return maps


def _words(name: str, words: Sequence[str] | None, count: int, noun: str) -> list[str]:
    """Check that there is a word for each class or picture, or number them."""
    if words is None:
        return [str(n) if noun == "class" else f"{noun} {n}" for n in range(count)]
    if len(words) != count or len(set(words)) != count:
        msg = (
            f"`{name}` must give each {noun} a name of its own, {count} in all, but it "
            f"is {list(words)}."
        )
        raise ShapeError(msg)
    return [str(word) for word in words]
