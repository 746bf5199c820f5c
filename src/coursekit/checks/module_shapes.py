"""Say which shapes were there when a network stopped in the middle."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

MOST_LAYERS = 4  # of which the outputs are told
Note = tuple[str, str, tuple[int, ...]]


@contextlib.contextmanager
def telling_shapes(network: nn.Module) -> Iterator[None]:
    """Add to PyTorch's errors what the layers before had given.

    "mat1 and mat2 shapes cannot be multiplied" names no layer, and the cause lies some
    layers before it.

    Parameters
    ----------
    network : Module
        It is run inside the context. Layers with weights are watched.
    """
    notes: list[Note] = []
    handles = []
    for name, module in network.named_modules():
        if name and list(module.parameters(recurse=False)):
            handles.append(module.register_forward_pre_hook(_noting(name, notes)))
            handles.append(module.register_forward_hook(_noting(name, notes)))
    try:
        yield
    except (RuntimeError, ValueError) as err:
        if not notes or type(err) not in (RuntimeError, ValueError):
            raise
        text = f"{str(err).rstrip('.')}. {_told(notes)}"
        raise type(err)(text).with_traceback(err.__traceback__) from None
    finally:
        for handle in handles:
            handle.remove()


def _noting(name: str, notes: list[Note]) -> Callable[..., None]:
    """Make a hook that notes the shape of what a layer gets, or gives."""

    def note(module: Any, inputs: Any, *output: Any) -> None:
        item = output[0] if output else next(iter(inputs), None)
        verb = "gave" if output else "got"
        notes.append((name, verb, tuple(getattr(item, "shape", ()))))

    return note


def _told(notes: list[Note]) -> str:
    """Put what was noted into a sentence: outputs, and the input of the last layer."""
    given = [note for note in notes if note[1] == "gave"][-MOST_LAYERS:]
    last = [note for note in notes[-1:] if note[1] == "got"]
    parts = [f"`{name}` {verb} {shape}" for name, verb, shape in (*given, *last)]
    return f"Until then: {', '.join(parts)}."
