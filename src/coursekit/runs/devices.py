"""Where a run computes, and in which precision."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import torch

from coursekit.errors import CourseError

PRECISIONS = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
TENSOR_CORES = (7, 0)  # compute capability from which float16 is faster
NATIVE_BFLOAT16 = (8, 0)  # and from which bfloat16 is; a T4 has 7.5
CPU_FLAGS = Path("/proc/cpuinfo")


def choose_device(name: str | torch.device | None = None) -> torch.device:
    """Return the device that is asked for, or else the fastest one that works.

    Parameters
    ----------
    name : str or torch.device, optional
        Such as ``"cpu"``; if not given, a GPU of NVIDIA, then one of Apple, then the
        CPU.

    Raises
    ------
    CourseError
        If the device that is asked for does not work here.
    """
    if name is not None:
        device = torch.device(name)
        if not _works(device):
            msg = (
                f"The device {str(device)!r} does not work here. Leave `device` out, "
                "and the fastest one that works is taken."
            )
            raise CourseError(msg)
        return device
    if torch.cuda.is_available():
        return torch.device("cuda")
    apple = torch.device("mps")
    if torch.backends.mps.is_available() and _works(apple):
        return apple
    return torch.device("cpu")


def choose_precision(device: torch.device, is_mixed: bool = True) -> str:
    """Return the fastest precision that trains well on a device.

    Parameters
    ----------
    device : torch.device
        Where the run computes.
    is_mixed : bool, default True
        Whether half precision is wanted at all.

    Returns
    -------
    str
        ``"bfloat16"`` on GPUs with compute capability 8.0 or more, and on processors
        with AMX, where we measured that it helps; ``"float16"`` on GPUs from 7.0 on,
        such as a T4; ``"float32"`` elsewhere.
    """
    if is_mixed and device.type == "cuda":
        capability = torch.cuda.get_device_capability(device)
        if capability >= NATIVE_BFLOAT16:
            return "bfloat16"
        return "float16" if capability >= TENSOR_CORES else "float32"
    if is_mixed and device.type == "cpu" and _has_amx():
        return "bfloat16"
    return "float32"


def describe_device(device: torch.device) -> str:
    """Name the hardware behind a device, such as ``"Tesla T4"``."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return f"Apple GPU ({platform.machine()})"
    if CPU_FLAGS.is_file():
        for line in CPU_FLAGS.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def describe_machine(device: str | None = "cpu") -> dict[str, Any]:
    """Say what a run was made with, for a record.

    Parameters
    ----------
    device : str or None, default "cpu"
        Where it computed; None for the fastest device that works.

    Returns
    -------
    dict
        The hardware, how much of it was used, and the versions.
    """
    import torchvision

    return {
        "device": describe_device(choose_device(device)),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
    }


def _works(device: torch.device) -> bool:
    """Whether a small convolution can be trained on the device."""
    try:
        # No layer, since its weights would be drawn from PyTorch's generator.
        weight = torch.ones(3, 2, 3, 3, device=device, requires_grad=True)
        images = torch.ones(1, 2, 5, 4, device=device)
        out = torch.nn.functional.conv2d(images, weight)
        torch.autograd.backward(out.sum())
    except (RuntimeError, AssertionError, NotImplementedError):
        return False
    return True


def _has_amx() -> bool:
    """Whether the processor multiplies matrices of bfloat16 in hardware."""
    if not CPU_FLAGS.is_file():
        return False
    return "amx_bf16" in CPU_FLAGS.read_text(encoding="utf-8")
