"""Describe one step of a traced network as a layer.

A step is a node of a graph of `torch.fx` that knows the shape of its output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from coursekit.errors import ShapeError

if TYPE_CHECKING:
    from torch import fx, nn

Layer = dict[str, Any]
Shape = tuple[int, ...]

WINDOW = ("kernel_size", "stride", "padding", "dilation")
ARGUMENTS = {  # what a layer's dictionary says, by its type
    "Conv2d": ("out_channels", *WINDOW, "groups"),
    "ConvTranspose2d": ("out_channels", *WINDOW, "groups", "output_padding"),
    "MaxPool2d": WINDOW,
    "AvgPool2d": WINDOW[:3],
    "Linear": ("out_features",),
    "Flatten": (),
}
POINTWISE = (
    *("ReLU", "ReLU6", "LeakyReLU", "ELU", "GELU", "SiLU", "Sigmoid", "Tanh"),
    "BatchNorm2d",
)
NOTHING = ("Dropout", "Dropout2d", "Identity")
FUNCTIONS = {  # names of functions and methods, by the layer that does the same
    "relu": "ReLU",
    "relu_": "ReLU",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "dropout": "Dropout",
    "flatten": "Flatten",
}
JOINS = {"add": "add", "iadd": "add", "add_": "add", "cat": "cat", "concat": "cat"}


def describe(model: nn.Module, node: fx.Node) -> list[Layer]:
    """Describe one step as a list of one layer, or of none if it does nothing."""
    if node.op == "output":
        return []
    if node.op != "call_module":
        kind = FUNCTIONS.get(function_name(node), "")
        if not kind:
            refuse(node, "it calls")
        return [] if kind in NOTHING else [{"type": kind}]
    module = model.get_submodule(str(node.target))
    kind = type(module).__name__
    if kind == "AdaptiveAvgPool2d":
        return _adaptive_pool(node)
    if kind in NOTHING:
        return []
    if kind in POINTWISE:
        return [{"type": kind}]
    if kind not in ARGUMENTS:
        refuse(node, f"no layer is like {kind},")
    layer: Layer = {"type": kind}
    layer |= {name: _one_number(node, module, name) for name in ARGUMENTS[kind]}
    if hasattr(module, "weight"):
        layer["bias"] = module.bias is not None
    if getattr(module, "ceil_mode", False):
        layer["ceil_mode"] = True
    return [layer]


def _adaptive_pool(node: fx.Node) -> list[Layer]:
    """Describe a pool with a given output size by the windows it has on this input."""
    before, after = output_shape(node.all_input_nodes[0])[1:], output_shape(node)[1:]
    if before == after:
        return []
    kernels = {size / count for size, count in zip(before, after, strict=True)}
    kernel = kernels.pop()
    if kernels or kernel % 1:
        refuse(node, f"from {before} to {after}, windows are not equal squares in")
    size = {"kernel_size": int(kernel), "stride": int(kernel)}
    return [{"type": "AvgPool2d", **size, "padding": 0}]


def _one_number(node: fx.Node, module: nn.Module, name: str) -> int:
    """Return an argument that has one value for both axes."""
    value = getattr(module, name)
    number, *others = set(value) if isinstance(value, tuple) else {value}
    if others or not isinstance(number, int):
        refuse(node, f"`{name}` is not one number in")
    return number


def function_name(node: fx.Node) -> str:
    """Name the function or method that a step calls."""
    return str(getattr(node.target, "__name__", node.target))


def homes(node: fx.Node) -> list[str]:
    """Name the modules that a step belongs to."""
    return [name for name, _ in node.meta.get("nn_module_stack", {}).values()]


def output_shape(node: fx.Node) -> Shape:
    """Return the shape of a step's output, without the batch."""
    return tuple(node.meta["tensor_meta"].shape[1:])


def refuse(node: fx.Node, why: str) -> NoReturn:
    """Raise because a step has no description."""
    place = (homes(node) or ["the network"])[-1]
    what = function_name(node) if node.op == "call_function" else str(node.target)
    msg = (
        "A list of layers must be made of the layers in `convnets.layers`, but in "
        f"{place}, {why} {what}. Set `end` to a module before it."
    )
    raise ShapeError(msg)
