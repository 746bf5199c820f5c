"""Hand a student's training function a small network, and report plain values."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coursekit.checks.module_driver import NetworkError

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

LayerSpec = Mapping[str, Any]
OWN = ("Thinning", "Echo")  # types of layers that PyTorch does not have
RETURNED = ("loss", "accuracy")  # in this order


def run_training(
    function: Callable[..., Any],
    layers: Sequence[LayerSpec],
    batches: Sequence[tuple[Any, Any]],
    optimizer: Mapping[str, Any] | None = None,
    scheduler: Mapping[str, Any] | None = None,
    *,
    look: str,
    mode: str = "train",
    once: bool = False,
    stale: bool = False,
) -> Any:
    """Call a function that trains or measures a network, and report one thing.

    This is what ``prepare="training"`` stands for. A case holds the function's own
    arguments as plain values, and by name what is described from `look` on::

        case("momentum", layers, batches, {"lr": 0.5, "momentum": 0.9}, look="state")

    It all happens in double precision, and nothing is drawn.

    Parameters
    ----------
    function : callable
        Takes a network and batches and, where there is an optimizer, that and a
        scheduler, and returns a mean loss and an accuracy.
    layers : sequence of dict
        The chain that `chain` builds.
    batches : sequence of (ndarray, ndarray)
        Images and labels.
    optimizer : dict, optional
        Arguments of `torch.optim.SGD`, such as ``{"lr": 0.5, "momentum": 0.9}``.
    scheduler : dict, optional
        ``"type"`` is the name of a class in `torch.optim.lr_scheduler`, the other
        entries are its arguments.
    look : str
        What is reported:

        - ``"loss"``, ``"accuracy"``: the numbers returned;
        - ``"state"``: parameters and running averages after the call, by name;
        - ``"rate"``: the learning rate after the call;
        - ``"recording"``: 1 if PyTorch records gradients after the call, and 1 if all
          parameters still take them, and otherwise 0;
        - ``"modes"``: for the network and each of its layers, 1 if it is in training
          mode after the call, and 0 if it is in evaluation mode.
    mode : {"train", "eval"}, default "train"
        The mode that the network is in before the call.
    once : bool, default False
        Whether batches come from a generator: no length, and a single pass.
    stale : bool, default False
        Whether the parameters have gradients of 1 before the call.

    Raises
    ------
    NetworkError
        If something else than two numbers comes back.
    """
    import torch

    network = chain(layers).train(mode == "train")
    if stale:
        for parameter in network.parameters():
            parameter.grad = torch.ones_like(parameter)
    arguments: list[Any] = [network, _batches(batches, once)]
    rule = None
    if optimizer is not None:
        rule = torch.optim.SGD(network.parameters(), **optimizer)
        arguments.append(rule)
    if scheduler is not None:
        arguments.append(_scheduler(rule, scheduler))
    returned = _two_numbers(function(*arguments))
    if look in RETURNED:
        return returned[RETURNED.index(look)]
    if look == "rate":
        assert rule is not None
        return float(rule.param_groups[0]["lr"])
    if look == "recording":
        learns = all(item.requires_grad for item in network.parameters())
        return [int(torch.is_grad_enabled()), int(learns)]
    if look == "modes":
        return [int(module.training) for module in network.modules()]
    state = network.state_dict().items()
    return {
        name: item.detach().cpu().numpy()
        for name, item in state
        if item.is_floating_point()
    }


def chain(layers: Sequence[LayerSpec]) -> nn.Sequential:
    """Build a chain of layers in double precision.

    Parameters
    ----------
    layers : sequence of dict
        ``"type"`` is the name of a class in `torch.nn`, or one of ours; ``"args"`` are
        its arguments, and ``"arrays"`` its weights and averages, by name. Ours are

        - ``"Thinning"``, a dropout that is not left to chance: in training mode every
          second feature is set to 0 and the others are doubled;
        - ``"Echo"``, which shows whether gradients are recorded: if they are, its
          output is its input times 1.5, and if not, its input.
    """
    from torch import nn

    return nn.Sequential(*(_layer(layer) for layer in layers)).double()


def _layer(layer: LayerSpec) -> nn.Module:
    """Build one layer."""
    import torch
    from torch import nn

    kind = layer["type"]
    if kind in OWN:
        return _own(kind)
    module: nn.Module = getattr(nn, kind)(*layer.get("args", ()))
    arrays = layer.get("arrays", {})
    tensors = {name: torch.tensor(array) for name, array in arrays.items()}
    module.load_state_dict(tensors, strict=False)
    return module


def _own(kind: str) -> nn.Module:
    """Build a layer that PyTorch does not have."""
    import torch
    from torch import nn

    class Thinning(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            if not self.training:
                return x
            kept = torch.arange(x.shape[1]) % 2 == 0
            return 2.0 * x * kept

    class Echo(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return 1.5 * x if torch.is_grad_enabled() else x

    return Thinning() if kind == "Thinning" else Echo()


def _batches(
    batches: Sequence[tuple[Any, Any]], once: bool
) -> Sequence[tuple[Tensor, Tensor]] | Iterator[tuple[Tensor, Tensor]]:
    """Turn batches of arrays into batches of tensors."""
    import torch

    tensors = [(torch.tensor(x), torch.tensor(labels)) for x, labels in batches]
    return (pair for pair in tensors) if once else tensors


def _scheduler(rule: torch.optim.Optimizer | None, described: Mapping[str, Any]) -> Any:
    """Build a scheduler for an optimizer."""
    from torch.optim import lr_scheduler

    arguments = {name: value for name, value in described.items() if name != "type"}
    return getattr(lr_scheduler, described["type"])(rule, **arguments)


def _two_numbers(returned: Any) -> tuple[float, float]:
    """Return a loss and an accuracy as plain numbers, or say what came instead."""
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        came = f"something of type `{type(returned).__name__}`"
        if returned is None:
            came = "None (is the `return` missing?)"
        elif isinstance(returned, tuple | list):
            came = f"a {type(returned).__name__} of {len(returned)}"
        msg = (
            f"It should return the mean loss and the accuracy, but it returned {came}."
        )
        raise NetworkError(msg)
    loss, share = returned
    return _number("loss", loss), _number("accuracy", share)


def _number(name: str, value: Any) -> float:
    """Return a number; a tensor may hold it if it holds nothing else."""
    import torch

    if isinstance(value, torch.Tensor) and value.numel() == 1:
        value = value.detach().item()
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        msg = f"The {name} should be a number, but it is a `{type(value).__name__}`."
        raise NetworkError(msg)
    return float(value)
