"""A trained LeNet-5 in 8 bits a weight, small enough to travel with a page.

Every row of a weight, which is what makes one output channel, is divided by its own
scale and rounded to a whole number from -127 to 127. Biases stay as they are: there are
few of them. `tools/train_digit_drawer.py` trains the network and writes the file.
"""

from __future__ import annotations

import base64
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

FILE = Path(__file__).with_name("digit_network.json")
GREATEST = 127  # of a whole number in 8 bits, the same on both sides of 0
DIGITS = 8  # significant ones of a bias or a scale: single precision has no more


def quantize(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Round a weight to whole numbers, row by row.

    Parameters
    ----------
    weight : Tensor, shape (C_out, ...)
        The weight of a convolution or of a linear layer.

    Returns
    -------
    whole : Tensor, shape (C_out, ...)
        Whole numbers from -127 to 127, as int8.
    scale : Tensor, shape (C_out,)
        What each row is to be multiplied with; the error is at most half of it.

    References
    ----------
    .. [1] Krishnamoorthi (2018), arXiv:1806.08342: one scale for each channel, and none
       of the weights' zeros moved.
    """
    import torch

    largest = weight.detach().flatten(1).abs().amax(dim=1)
    scale = torch.where(largest > 0, largest, 1.0) / GREATEST
    rows = scale.view(-1, *[1] * (weight.ndim - 1))
    whole = (weight.detach() / rows).round().clamp(-GREATEST, GREATEST)
    return whole.to(torch.int8), scale


def pack(network: nn.Module, mean: float, std: float) -> dict[str, Any]:
    """Write a network's weights as what JSON can hold.

    Parameters
    ----------
    network : LeNet5
        A trained network.
    mean, std : float
        What the network's pixels, from 0 to 1, are shifted and divided by.

    Returns
    -------
    dict
        `mean`, `std`, and under `layers` the shape of each weight, its whole numbers in
        base64, its scales and the bias.
    """
    state, layers = network.state_dict(), {}
    for name in [key.removesuffix(".weight") for key in state if ".weight" in key]:
        whole, scale = quantize(state[f"{name}.weight"])
        layers[name] = {
            "shape": list(whole.shape),
            "weight": base64.b64encode(whole.numpy().tobytes()).decode(),
            "scale": _short(scale),
            "bias": _short(state[f"{name}.bias"]),
        }
    return {"mean": mean, "std": std, "layers": layers}


def unpack(packed: dict[str, Any]) -> dict[str, Tensor]:
    """Multiply the whole numbers with their scales.

    Parameters
    ----------
    packed : dict
        What `pack` has returned.

    Returns
    -------
    dict of str to Tensor, shape (C_out, ...)
        Weights and biases as `LeNet5` loads them, in single precision.
    """
    import torch

    state = {}
    for name, layer in packed["layers"].items():
        data = bytearray(base64.b64decode(layer["weight"]))
        whole = torch.frombuffer(data, dtype=torch.int8).view(layer["shape"])
        scale = torch.tensor(layer["scale"]).view(-1, *[1] * (whole.ndim - 1))
        state[f"{name}.weight"] = whole * scale
        state[f"{name}.bias"] = torch.tensor(layer["bias"])
    return state


def write(packed: dict[str, Any], path: Path = FILE) -> None:
    """Write the weights into a file.

    Parameters
    ----------
    packed : dict
        What `pack` has returned.
    path : Path, optional
        Another file than the one of the course.
    """
    path.write_text(json.dumps(packed, indent=1) + "\n", encoding="utf-8")
    read.cache_clear()


@functools.cache
def read(path: Path = FILE) -> dict[str, Any]:
    """Read the weights of the course's network.

    Parameters
    ----------
    path : Path, optional
        Another file than the one of the course.

    Returns
    -------
    dict
        What `pack` has returned.
    """
    packed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return packed


def network() -> nn.Module:
    """Make a LeNet-5 of the stored weights, in evaluation mode.

    Returns
    -------
    LeNet5
        It computes what the figure's script computes.
    """
    from convnets import lenet

    made: nn.Module = lenet.LeNet5("classic")
    made.load_state_dict(unpack(read()))
    return made.eval()


def standardized(pixels: Tensor) -> Tensor:
    """Shift and scale pixels as the network was trained to get them.

    Parameters
    ----------
    pixels : Tensor, shape (N, 1, 28, 28)
        Ink, from 0 for none to 1.

    Returns
    -------
    Tensor, shape (N, 1, 28, 28)
        The same pictures in single precision.
    """
    packed = read()
    out: Tensor = (pixels.float() - packed["mean"]) / packed["std"]
    return out


def _short(values: Tensor) -> list[float]:
    """Write numbers with as many digits as single precision has."""
    return [float(f"{value:.{DIGITS}g}") for value in values.detach().tolist()]
