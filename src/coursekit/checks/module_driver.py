"""Build a network of a student's, give it weights, run it, and report plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coursekit.checks.module_shapes import telling_shapes
from coursekit.checks.module_weights import Weights, drawn_like, weight_arrays

if TYPE_CHECKING:
    from torch import Tensor, nn

FloatArray = npt.NDArray[np.floating[Any]]
SUMS = 3  # weighted sums that stand for a gradient
ROW = 997  # a prime: gradients are laid out in such rows to be summed up
REPEATS = 3  # of a network that draws numbers, to see whether they matter
COUNTERS = "num_batches_tracked"  # ends the names of what batch norms count


class NetworkError(ValueError):
    """A network does not have the layers, or give the output, that it should."""


def run_module(
    build: Callable[..., Any],
    *args: Any,
    look: str,
    weights: Weights | None = None,
    images: FloatArray | None = None,
    mode: str = "eval",
    method: str = "",
    stages: Sequence[str] = (),
    **kwargs: Any,
) -> Any:
    """Build a network and report one thing about it.

    This is what ``prepare="module"`` stands for. A case holds the arguments of the
    class, or of the function that builds a network, and beside them, by name, those
    described here::

        case("stride 2", 3, 5, 2, look="output", images=x, weights=w, mode="train")

    It all happens in double precision.

    Parameters
    ----------
    build : callable
        A subclass of `torch.nn.Module`, or a function that returns a module.
    args, kwargs
        Its arguments.
    look : str
        What is reported:

        - ``"parameters"``: the shape of each array in the network's state, by name,
          without weights and images;
        - ``"count"``: how many numbers are trained, without weights and images;
        - ``"output"``: what comes out, as an array;
        - ``"gradients"``: for each parameter and for the images, as ``"input"``, a few
          weighted sums over the gradient of a weighted sum over the output;
        - ``"state"``: what the network remembers beside its parameters, such as running
          averages, after the images have gone through, by name;
        - ``"stages"``: the shape of what comes out of each of `stages`, whether it is
          called as a whole or layer by layer.
    weights : dict, optional
        For every name in the network's state an array, or a recipe that
        `module_weights.recipe` writes, for networks too large for a key. Counters of
        batches are left out.
    images : ndarray, shape (N, C, H, W), optional
        What goes in. It shares its memory with the tensor, so that it counts as a
        changed argument if the network writes into it.
    mode : {"eval", "train"}, default "eval"
        The mode it is run in.
    method : str, default ""
        Which method is called with the images; nothing for the network itself.
    stages : sequence of str
        Names of layers or attributes, such as ``"layer1"``.

    Raises
    ------
    NetworkError
        If there is no network, its layers have other names or shapes than `weights`, no
        tensor comes out, another one each time, or none that has a gradient.
    """
    network = _network(build(*args, **kwargs))
    if look == "parameters":
        return {name: tuple(item.shape) for name, item in _state(network).items()}
    if look == "count":
        return sum(item.numel() for item in network.parameters() if item.requires_grad)
    if weights is not None:
        load(network, weights)
    network.train(mode == "train")
    if look == "gradients":
        return _gradients(network, images, method)
    seen: dict[str, tuple[int, ...]] = {}
    for name in stages:
        for part in _ends(_part(network, name)):
            part.register_forward_hook(_noting(name, seen))
    output = _run(network, _tensor(images), method).detach().cpu().numpy()
    if look == "stages":
        return {name: seen.get(name, "not used") for name in stages}
    if look == "state":
        return {
            name: item.detach().cpu().numpy() for name, item in _memory(network).items()
        }
    return output


def load(network: nn.Module, weights: Weights) -> None:
    """Give a network weights, after a look at names and shapes.

    Raises
    ------
    NetworkError
        If its state has other names, or other shapes.
    """
    import torch

    arrays, state = weight_arrays(weights), _state(network)
    for name, array in arrays.items():
        if name not in state:
            has = ", ".join(f"`{item}`" for item in state) or "none at all"
            msg = f"Your network has no parameter `{name}`. It has {has}."
            raise NetworkError(msg)
        if tuple(state[name].shape) != array.shape:
            msg = (
                f"The shape of `{name}` should be {array.shape}, but in your network "
                f"it is {tuple(state[name].shape)}."
            )
            raise NetworkError(msg)
    more = [f"`{name}`" for name in state if name not in arrays]
    if more:
        msg = f"Your network has parameters that it should not have: {', '.join(more)}."
        raise NetworkError(msg)
    tensors = {name: torch.tensor(array) for name, array in arrays.items()}
    network.load_state_dict(tensors, strict=False)  # counters of batches stay


def _network(built: Any) -> nn.Module:
    """Return a network in double precision, or say what else was built."""
    from torch import nn

    if not isinstance(built, nn.Module):
        msg = f"It should give a `torch.nn.Module`, but it gave {_said(built)}."
        raise NetworkError(msg)
    return built.double()


def _state(network: nn.Module) -> Mapping[str, Tensor]:
    """Return parameters and buffers by name, without counters."""
    state: Mapping[str, Tensor] = network.state_dict()
    return {name: item for name, item in state.items() if not name.endswith(COUNTERS)}


def _memory(network: nn.Module) -> Mapping[str, Tensor]:
    """Return what is in the state and no parameter."""
    parameters = dict(network.named_parameters())
    state = _state(network).items()
    return {name: item for name, item in state if name not in parameters}


def _part(network: nn.Module, name: str) -> nn.Module:
    """Find a layer by name."""
    try:
        return network.get_submodule(name)
    except AttributeError as err:
        msg = f"Your network has no layer `{name}`."
        raise NetworkError(msg) from err


def _ends(stage: nn.Module) -> list[nn.Module]:
    """Return what gives a stage's output: its last layer, and it itself if called."""
    return [*list(stage.children())[-1:], stage]


def _noting(name: str, seen: dict[str, tuple[int, ...]]) -> Callable[..., None]:
    """Make a hook that notes the shape of what comes out of a layer."""

    def note(module: Any, inputs: Any, output: Any) -> None:
        seen[name] = tuple(output.shape)

    return note


def _tensor(images: FloatArray | None) -> Tensor:
    """Turn images into a tensor on the same memory."""
    import torch

    assert images is not None
    return torch.from_numpy(images)


def _run(network: nn.Module, x: Tensor, method: str) -> Tensor:
    """Run the network, or one of its methods, and look at what came out."""
    import torch

    before = torch.get_rng_state()
    with telling_shapes(network):
        output = getattr(network, method)(x) if method else network(x)
    if not isinstance(output, torch.Tensor):
        name = method or "forward"
        msg = f"`{name}` should return a tensor, but it returned {_said(output)}."
        raise NetworkError(msg)
    has_drawn = not torch.equal(before, torch.get_rng_state())
    if has_drawn and _is_left_to_chance(network, x, method, output):
        msg = (
            "Your network is left to chance: the same images give another output each "
            "time. Nothing here draws numbers. Is there a dropout, or a layer that is "
            "built anew in `forward`?"
        )
        raise NetworkError(msg)
    return output


def _is_left_to_chance(
    network: nn.Module, x: Tensor, method: str, output: Tensor
) -> bool:
    """Run a network again, and see whether the same comes out."""
    import torch

    state = {name: item.clone() for name, item in network.state_dict().items()}
    run = getattr(network, method) if method else network
    with torch.no_grad():
        again = [run(x) for _ in range(REPEATS)]
    network.load_state_dict(state)
    return not all(torch.equal(item, output) for item in again)


def _gradients(
    network: nn.Module, images: FloatArray | None, method: str
) -> dict[str, Any]:
    """Sum up the gradients of a weighted sum over the output."""
    import torch

    x = _tensor(images).requires_grad_()
    output = _run(network, x, method)
    if not output.requires_grad:
        msg = (
            "No gradient can go back: the output knows nothing of the parameters. Is "
            "it detached, inside `torch.no_grad`, or made of whole numbers?"
        )
        raise NetworkError(msg)
    upstream = torch.from_numpy(drawn_like(tuple(output.shape), "output"))
    torch.autograd.backward((output * upstream).sum())
    sources = {**dict(network.named_parameters()), "input": x}
    return {name: _summed(name, item) for name, item in sources.items()}


def _summed(name: str, source: Tensor) -> FloatArray | str:
    """Return a few weighted sums over a gradient, or say that there is none."""
    if source.grad is None:
        return "no gradient"
    gradient = source.grad.detach().cpu().numpy().ravel()
    rows = -(-gradient.size // ROW)
    table = np.zeros((rows, ROW))
    table.flat[: gradient.size] = gradient
    down, across = drawn_like((SUMS, rows), name), drawn_like((SUMS, ROW), f"{name}-")
    sums: FloatArray = np.sum((down @ table) * across, axis=1)
    return sums


def _said(value: Any) -> str:
    """Name the type of what came in the place of something else."""
    if value is None:
        return "None (is the `return` missing?)"
    return f"something of type `{type(value).__name__}`"
