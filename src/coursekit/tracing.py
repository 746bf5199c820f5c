"""Read a network of PyTorch as a list of layers, for tables and receptive fields.

The layers are plain dictionaries, as `convnets.layers` describes them: residual and
inception blocks become branches, batch normalization and activations keep their name
only, and what does nothing in evaluation (dropout, identities) is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from coursekit.errors import ShapeError
from coursekit.traced_steps import (
    JOINS,
    Layer,
    Shape,
    describe,
    function_name,
    homes,
    output_shape,
    refuse,
)

if TYPE_CHECKING:
    from torch import fx, nn

Field = tuple[int, int | float, float]


class ModuleRow(NamedTuple):
    """What one module of a network does to one image.

    `macs` are multiply-adds of convolutions and linear layers; in evaluation, those of
    batch normalization can be saved.
    """

    name: str
    type: str
    output_shape: Shape
    weight_shape: Shape | None
    parameters: int
    macs: int
    field: Field | None


def layers_of(
    model: nn.Module, input_shape: tuple[int, int, int], end: str = ""
) -> list[Layer]:
    """Describe a network as a list of layers.

    Parameters
    ----------
    model : torch.nn.Module
        The network. It is read in evaluation mode, and left as it was.
    input_shape : (C, H, W)
        Shape of one image. It matters to pools with a given output size only.
    end : str, default ""
        Name of the last module to describe, such as ``"layer4"``; by default, all.

    Returns
    -------
    list of dict
        The layers in order. Pools that round sizes up have ``"ceil_mode": True``.

    Raises
    ------
    ShapeError
        If there is no module of that name, a kernel is not square, or the network does
        what no layer of `convnets.layers` does.
    """
    graph = _trace(model, input_shape)
    nodes = [node for node in graph.nodes if not end or end in homes(node)]
    if not nodes:
        names = ", ".join(name for name, _ in model.named_children())
        msg = f"`end` must name a module, but it is {end!r}. The outer ones: {names}."
        raise ShapeError(msg)
    return _layers_before(model, graph, nodes[-1])


def network_table(
    model: nn.Module,
    input_shape: tuple[int, int, int],
    receptive_field: Callable[[list[Layer]], Field] | None = None,
) -> list[ModuleRow]:
    """List shapes, parameters and multiply-adds of a network, module by module.

    Parameters
    ----------
    model : torch.nn.Module
        The network, of convolutions, pools and linear layers. It is read in evaluation
        mode, and left as it was.
    input_shape : (C, H, W)
        Shape of one image.
    receptive_field : callable, optional
        It turns a list of layers into (size, jump, start); without it, and after
        Flatten, the rows have no field.

    Returns
    -------
    list of ModuleRow
        One for each call of a module, in order. A module called twice has parameters
        in its first row only, and one that only training needs has no row.
    """
    graph = _trace(model, input_shape)
    rows: list[ModuleRow] = []
    for node in graph.nodes:
        if node.op != "call_module":
            continue
        module, name = model.get_submodule(str(node.target)), str(node.target)
        is_new = all(row.name != name for row in rows)
        shape, weight = output_shape(node), getattr(module, "weight", None)
        field = None
        if receptive_field is not None and len(shape) == 3:
            field = receptive_field(_layers_before(model, graph, node))
        rows.append(
            ModuleRow(
                name,
                type(module).__name__,
                shape,
                None if weight is None else tuple(weight.shape),
                sum(p.numel() for p in module.parameters()) if is_new else 0,
                _macs(module, node),
                field,
            )
        )
    return rows


def _trace(model: nn.Module, input_shape: tuple[int, int, int]) -> fx.Graph:
    """Follow an image through the network; each step knows its output's shape."""
    import torch
    from torch import fx
    from torch.fx.passes.shape_prop import ShapeProp

    like = next(model.parameters(), torch.empty(0))
    image = torch.empty(1, *input_shape, dtype=like.dtype, device=like.device)
    with _evaluation(model), torch.no_grad():
        traced = fx.symbolic_trace(model)
        ShapeProp(traced).propagate(image)
    graph: fx.Graph = traced.graph
    return graph


@contextmanager
def _evaluation(model: nn.Module) -> Iterator[None]:
    """Put every part of a network into evaluation mode, and back."""
    modes = {part: part.training for part in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for part, mode in modes.items():
            part.training = mode


def _layers_before(model: nn.Module, graph: fx.Graph, last: fx.Node) -> list[Layer]:
    """Describe all steps from the image to the last one."""
    image = next(node for node in graph.nodes if node.op == "placeholder")
    gates = _gates(graph)
    described = set()

    def path(node: fx.Node, begin: fx.Node) -> list[Layer]:
        found: list[Layer] = []
        while node is not begin:
            inputs = node.all_input_nodes
            if node in described:
                refuse(node, "branches meet before they end, at")
            described.add(node)
            if len(inputs) > 1:
                gate = gates[node]
                branches = [path(other, gate) for other in inputs]
                join = JOINS.get(function_name(node), "")
                if not join:
                    refuse(node, "branches meet in")
                found.append({"type": "Branches", "branches": branches, "join": join})
                node = gate
            else:
                found += describe(model, node)
                node = inputs[0]
        return found[::-1]

    return path(last, image)


def _gates(graph: fx.Graph) -> dict[fx.Node, fx.Node]:
    """Find for each step the last one before it that every way to it goes through."""
    gates: dict[fx.Node, fx.Node] = {}
    depth: dict[fx.Node, int] = {}
    for node in graph.nodes:
        if node.op == "get_attr":
            refuse(node, "it reads the parameter")
        gate, *others = node.all_input_nodes or [node]
        for other in others:
            while gate is not other:
                if depth[gate] >= depth[other]:
                    gate = gates[gate]
                else:
                    other = gates[other]
        gates[node], depth[node] = gate, depth.get(gate, -1) + 1
    return gates


def _macs(module: nn.Module, node: fx.Node) -> int:
    """Count the uses of a weight, on one image."""
    kind = type(module).__name__
    if kind not in ("Conv2d", "ConvTranspose2d", "Linear"):
        return 0
    is_transposed = kind == "ConvTranspose2d"
    places = output_shape(node.all_input_nodes[0] if is_transposed else node)
    weights: int = module.weight.numel()  # type: ignore[operator]
    return weights * math.prod(places[1:])
