"""Count whole networks, branches and all, with the functions that students write.

A network is a dictionary: the name of each stage, and its layers as `convnets.layers`
describes them. Besides, a layer may be ``{"type": "BatchNorm2d"}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from coursekit.errors import ShapeError

if TYPE_CHECKING:
    from torch import nn

Layer = dict[str, Any]
Shape = tuple[int, ...]
Row = tuple[str, Shape, Shape | None, int, int]
Field = tuple[int, int | float, float]
LayerTable = Callable[[list[Layer], tuple[int, int, int]], list[Row]]
ReceptiveField = Callable[[list[Layer]], Field]


class Stage(NamedTuple):
    """What one part of a network costs, and what comes out of it.

    `depth` counts layers with weights on the longest way through the part; a depthwise
    convolution and the 1 x 1 convolution after it are one. `field` is None after
    Flatten. The last three are numbers of one image: parameters, and multiply-adds of
    convolutions and linear layers.
    """

    name: str
    depth: int
    shape: Shape
    field: Field | None
    parameters: int
    macs: int


class _Item(NamedTuple):
    """One layer, or all branches that meet: its rows, and the shape that goes on."""

    layer: Layer
    rows: list[Row]
    shape: Shape


def network_rows(
    layers: Sequence[Layer], input_shape: tuple[int, int, int], layer_table: LayerTable
) -> list[Row]:
    """List what `layer_table` lists, for a network with branches.

    Parameters
    ----------
    layers : sequence of dict
        The layers in order. What comes after Flatten has no branches.
    input_shape : (C, H, W)
        Channels, height and width of one image.
    layer_table : callable
        It turns layers without branches and a shape into rows.

    Returns
    -------
    list of (type, output_shape, weight_shape, parameters, macs)
        The rows of each branch, one after the other, and then a row "Branches" with the
        shape of what they give together. Batch normalization has two parameters for
        each channel, and no multiply-adds.

    Raises
    ------
    ShapeError
        If branches that meet differ in shape, or `layer_table` refuses a layer.
    """
    items = _items(layers, input_shape, layer_table)
    return [row for item in items for row in item.rows]


def network_stages(
    network: Mapping[str, Sequence[Layer]],
    input_shape: tuple[int, int, int],
    layer_table: LayerTable,
    receptive_field: ReceptiveField,
) -> list[Stage]:
    """Add up shapes and costs of a network, stage by stage.

    Parameters
    ----------
    network : mapping of str to sequence of dict
        The layers of each stage. Flatten and all after it are in one stage.
    input_shape, layer_table
        As in `network_rows`.
    receptive_field : callable
        It turns layers, branches included, into (size, jump, start).

    Returns
    -------
    list of Stage
        One for each stage, with the receptive field at its end.
    """
    found: list[Stage] = []
    before: list[Layer] = []
    shape: Any = input_shape
    for name, layers in network.items():
        before += layers
        rows = network_rows(layers, shape, layer_table)
        is_flat = any(layer["type"] == "Flatten" for layer in layers)
        field = None if is_flat else receptive_field(before)
        shape = rows[-1][1]
        found.append(Stage(name, depth(layers), shape, field, *_totals(rows)))
    return found


def network_steps(
    network: Mapping[str, Sequence[Layer]],
    input_shape: tuple[int, int, int],
    layer_table: LayerTable,
) -> list[Stage]:
    """Add up a network layer by layer; branches that meet are one step.

    Parameters
    ----------
    network, input_shape, layer_table
        As in `network_stages`.

    Returns
    -------
    list of Stage
        One for each layer with weights, and for each block of branches. What batch
        normalization learns is counted with the layer before it. There are no fields.
    """
    layers = [layer for stage in network.values() for layer in stage]
    steps: list[Stage] = []
    for layer, rows, shape in _items(layers, input_shape, layer_table):
        parameters, macs = _totals(rows)
        if macs:
            count = depth([layer])
            steps.append(Stage(layer["type"], count, shape, None, parameters, macs))
        elif parameters:
            steps[-1] = steps[-1]._replace(parameters=steps[-1].parameters + parameters)
    return steps


def depth(layers: Sequence[Layer]) -> int:
    """Count layers with weights on the longest way, as `Stage` does."""
    total = 0
    for layer in layers:
        if layer["type"] == "Branches":
            total += max(depth(branch) for branch in layer["branches"])
        elif layer["type"] in ("Conv2d", "ConvTranspose2d", "Linear"):
            is_depthwise = 1 < layer.get("groups", 1) == layer["out_channels"]
            total += 0 if is_depthwise else 1
    return total


def meta_network(
    layers: Sequence[Layer], input_shape: tuple[int, int, int]
) -> nn.Module:
    """Build a network of PyTorch's layers, with shapes but without any numbers.

    Parameters
    ----------
    layers : sequence of dict
        The layers in order, branches included.
    input_shape : (C, H, W)
        Channels, height and width of one image.

    Returns
    -------
    Module
        The network, on PyTorch's device "meta": its parameters can be counted and an
        image on the same device sent through, but nothing is computed, and no memory
        is taken.
    """
    import torch

    with torch.device("meta"), torch.no_grad():
        return _build(layers, torch.empty(2, *input_shape))[0]


def _items(
    layers: Sequence[Layer], shape: Any, layer_table: LayerTable
) -> Iterator[_Item]:
    """Go through the layers in order; all that follows Flatten is counted at once."""
    for index, layer in enumerate(layers):
        if layer["type"] == "Flatten":
            tail = list(layers[index:])
            for each, row in zip(tail, layer_table(tail, shape), strict=True):
                yield _Item(each, [row], row[1])
            return
        if layer["type"] == "Branches":
            rows = _branches(layer, shape, layer_table)
        elif layer["type"] == "BatchNorm2d":
            rows = [("BatchNorm2d", shape, None, 2 * shape[0], 0)]
        else:
            rows = layer_table([layer], shape)
        shape = rows[-1][1]
        yield _Item(layer, rows, shape)


def _branches(layer: Layer, shape: Any, layer_table: LayerTable) -> list[Row]:
    """List the rows of branches, and last of all what they give together."""
    rows, ends = [], []
    for branch in layer["branches"]:
        part = network_rows(branch, shape, layer_table)
        rows += part
        ends.append(part[-1][1] if part else tuple(shape))
    is_sum = layer["join"] == "add"
    if len({end if is_sum else end[1:] for end in ends}) > 1:
        what = "shapes" if is_sum else "sizes"
        msg = f"Branches that meet must have equal {what}, but they have {ends}."
        raise ShapeError(msg)
    channels = ends[0][0] if is_sum else sum(end[0] for end in ends)
    return [*rows, ("Branches", (channels, *ends[0][1:]), None, 0, 0)]


def _totals(rows: Sequence[Row]) -> tuple[int, int]:
    """Add up parameters and multiply-adds."""
    return sum(row[3] for row in rows), sum(row[4] for row in rows)


def _build(layers: Sequence[Layer], x: Any) -> tuple[nn.Module, Any]:
    """Build modules for an input, and return them with their output."""
    from torch import nn

    network = nn.Sequential()
    for layer in layers:
        if layer["type"] == "Branches":
            parts = [_build(branch, x)[0] for branch in layer["branches"]]
            module: nn.Module = _join(parts, layer["join"])
        else:
            module = _module(layer, x.shape[1])
        network.append(module)
        x = module(x)
    return network, x


def _module(layer: Layer, channels: int) -> nn.Module:
    """Build PyTorch's layer for so many channels, or features, that come in."""
    from torch import nn

    options = {name: value for name, value in layer.items() if name != "type"}
    kind = layer["type"]
    if "Conv" in kind:
        options["in_channels"] = channels
    elif kind == "Linear":
        options["in_features"] = channels
    elif kind == "BatchNorm2d":
        options["num_features"] = channels
    module: nn.Module = getattr(nn, kind)(**options)
    return module


def _join(parts: Sequence[nn.Module], how: str) -> nn.Module:
    """Build a module that sends its input through all parts, and joins what comes."""
    import torch
    from torch import nn

    class Join(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = nn.ModuleList(parts)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            outputs = [part(x) for part in self.parts]
            if how == "add":
                return torch.stack(outputs).sum(dim=0)
            return torch.cat(outputs, dim=1)

    return Join()
