"""Mixed precision wrapped around a plain training loop.

The loop calls the network, takes the gradient of the loss and steps the optimizer, and
need not know in which precision: the wrapped network returns logits in float32, and the
wrapped optimizer undoes the scaling of the gradients.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from coursekit.runs.devices import PRECISIONS


class ScaledGradient(torch.autograd.Function):
    """Change nothing on the way forward, and scale the gradient on the way back.

    Scaling here what comes from the loss is the same as scaling the loss.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, scaler: Any) -> Tensor:
        """Keep what scales, and return the logits.

        Parameters
        ----------
        ctx : object
            Where PyTorch keeps things for the way back.
        logits : Tensor, shape (N, num_classes)
            What the network gave.
        scaler : GradScaler
            What scales gradients.

        Returns
        -------
        Tensor, shape (N, num_classes)
            The same numbers.
        """
        ctx.scaler = scaler
        return logits.view_as(logits)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple[Tensor, None]:
        """Scale the gradient.

        Returns
        -------
        Tensor, shape (N, num_classes)
            The scaled gradient; and None for the scaler, which has none.
        """
        return ctx.scaler.scale(grads[0]), None


class WrappedNetwork(nn.Module):
    """A network that takes and returns float32 whatever it computes in.

    Parameters
    ----------
    network : torch.nn.Module
        The network; its weights stay its own.
    device : torch.device
        Where it computes.
    precision : str, default "float32"
        ``"float32"``, ``"bfloat16"`` or ``"float16"``.
    is_channels_last : bool, default False
        Whether images are brought to that order in memory.
    scaler : GradScaler, optional
        What scales gradients, so that small ones survive float16.

    Attributes
    ----------
    last_logits : Tensor or None, shape (N, num_classes)
        What came out last, for a progress bar.

    References
    ----------
    .. [1] Micikevicius et al. (2018), Mixed Precision Training, arXiv:1710.03740,
       section 3.
    """

    def __init__(
        self,
        network: nn.Module,
        device: torch.device,
        precision: str = "float32",
        is_channels_last: bool = False,
        scaler: Any = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.device_type = device.type
        self.precision = PRECISIONS[precision]
        self.is_channels_last = is_channels_last
        self.scaler = scaler
        self.last_logits: Tensor | None = None

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits in float32.

        Parameters
        ----------
        images : Tensor, shape (N, C, H, W)
            Pictures in float32.

        Returns
        -------
        Tensor, shape (N, num_classes)
            The logits.
        """
        if self.is_channels_last:
            images = images.to(memory_format=torch.channels_last)
        if self.precision is torch.float32:
            logits = self.network(images)
        else:
            with torch.autocast(self.device_type, self.precision):
                logits = self.network(images)
        logits = logits.float()
        if self.scaler is not None and torch.is_grad_enabled():
            logits = ScaledGradient.apply(logits, self.scaler)
        self.last_logits = logits.detach()
        return logits  # type: ignore[no-any-return]


class ScaledOptimizer:
    """An optimizer whose step takes the scale out of the gradients first.

    A step whose gradients are not all finite is left out, and the scale is lowered.
    Everything else is the optimizer's own.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        The optimizer.
    scaler : GradScaler
        What scaled the gradients.
    """

    def __init__(self, optimizer: torch.optim.Optimizer, scaler: Any) -> None:
        self.optimizer = optimizer
        self.scaler = scaler

    def __getattr__(self, name: str) -> Any:
        return getattr(self.optimizer, name)

    def step(self) -> None:
        """Update the weights, unless the gradients overflowed."""
        self.scaler.step(self.optimizer)
        self.scaler.update()


def make_scaler(device: torch.device, precision: str) -> Any:
    """Return what scales gradients in float16, or None where that is not needed."""
    if precision != "float16":
        return None
    if hasattr(torch.amp, "GradScaler"):
        return torch.amp.GradScaler(device.type)
    return torch.cuda.amp.GradScaler()  # PyTorch 2.2
