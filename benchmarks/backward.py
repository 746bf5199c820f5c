"""How much longer NumPy takes than PyTorch for layers forward and backward.

The rules are those of `convolution.py`: one process, one thread, the same arrays in
single precision, results that must agree, turns, and ratios alone. A convolution is
timed forward and backward together, with the gradients of images, filters and bias.
Pools and norms are timed forward and backward apart; PyTorch's backward pass is given
what its forward pass has kept, ours is not.

Give `--json src/coursekit/records/backward.json` to replace the record. For speed as
most people have it, unset `OPENBLAS_CORETYPE`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from convolution import (
    LAYERS,
    PEER,
    POOLS,
    Call,
    Row,
    compare,
    describe_machine,
    make_layer,
    report,
)
from methods.backward import METHODS, gradients, leaves
from recording import rounded
from threadpoolctl import threadpool_limits
from torch.nn import functional

from convnets.backprop import avg_pool2d_backward, max_pool2d_backward
from convnets.normalization import (
    batch_norm,
    batch_norm2d,
    batch_norm_backward,
    group_norm,
    group_norm_backward,
)
from convnets.pooling import avg_pool2d, max_pool2d

PASSES = {
    max_pool2d: max_pool2d_backward,
    avg_pool2d: avg_pool2d_backward,
    batch_norm: batch_norm_backward,
    group_norm: group_norm_backward,
}
# Shapes of x: what batch norm meets after the convolutions, and fully connected layers.
NORMS = {
    "LeNet, first layer": (64, 20, 28, 28),
    "ResNet-20, first stage": (32, 16, 32, 32),
    "ResNet-20, last stage": (32, 64, 8, 8),
    "LeNet, fully connected layer": (64, 500),
    "256 examples": (256, 512),
}
GROUPS = 4
OURS = "conv2d_backward"


def main() -> None:
    """Time everything, print the ratios and store them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to store the numbers")
    target = parser.parse_args().json
    torch.set_num_threads(1)
    with threadpool_limits(1):
        record = {**describe_machine(), "made_by": "benchmarks/backward.py"}
        del record["loops"]
        record["layers"] = {name: time_layer(name) for name in LAYERS}
        record["geometric_mean"] = geometric_mean(record["layers"])
        record["pools"] = {name: time_pool(name) for name in POOLS}
        record["norms"] = {name: time_norm(name) for name in NORMS}
    if target:
        target.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def time_layer(name: str) -> dict[str, Any]:
    """Compare all ways on one convolution, forward and backward together."""
    x, weight, bias, stride, padding = make_layer(name)
    out = torch.nn.functional.conv2d(*leaves(x, weight), None, stride, padding)
    arguments = (upstream(tuple(out.shape)), x, weight, bias, stride, padding)
    want = METHODS[PEER](*arguments)
    calls: dict[str, Call] = {}
    for method, step in METHODS.items():
        check_same(step(*arguments), want)
        calls[method] = lambda step=step: step(*arguments)
    row = compare(calls)
    report(f"{name}, forward and backward", row)
    options = {"stride": stride, "padding": padding}
    shapes = {"x": x.shape, "weight": weight.shape}
    return {**shapes, **options, "forward_and_backward": row}


def geometric_mean(layers: dict[str, Any]) -> float:
    """Average the reference's ratios over the layers, and print it."""
    rows = [layer["forward_and_backward"][OURS]["ratio"] for layer in layers.values()]
    mean = rounded(float(np.exp(np.mean(np.log(rows)))))
    print(f"\n{OURS}, with its forward pass: geometric mean {mean}")
    return mean


def time_pool(name: str) -> dict[str, Any]:
    """Compare pools with PyTorch's."""
    shape, *options = POOLS[name]
    x = normal(shape)
    (tensor,) = leaves(x)
    result: dict[str, Any] = {"x": shape}
    for pool in (max_pool2d, avg_pool2d):
        peer = getattr(functional, pool.__name__)
        out = peer(tensor, *options)
        grad_out, backward = upstream(tuple(out.shape)), PASSES[pool]
        result[pool.__name__] = two_rows(
            f"{name}, {pool.__name__}",
            (lambda pool=pool: pool(x, *options)),
            (lambda peer=peer: peer(tensor.detach(), *options).numpy()),
            (lambda g=grad_out, backward=backward: backward(g, x, *options)),
            gradients(out, [tensor], grad_out),
        )
    return result


def time_norm(name: str) -> dict[str, Any]:
    """Compare batch norm with PyTorch's, and group norm where there are images."""
    shape = NORMS[name]
    x, grad_out, channels = normal(shape), upstream(shape), shape[1]
    gamma, beta = normal((2, channels))
    tensors = leaves(x, gamma, beta)
    still = [tensor.detach() for tensor in tensors]
    zeros, ones = np.zeros(channels, np.float32), np.ones(channels, np.float32)
    running = [torch.from_numpy(array.copy()) for array in (zeros, ones)]
    norm = batch_norm if len(shape) == 2 else batch_norm2d
    result: dict[str, Any] = {"x": shape}
    result["batch_norm"] = two_rows(
        f"{name}, {norm.__name__}",
        lambda: norm(x, gamma, beta, zeros, ones, training=True)[0],
        lambda: functional.batch_norm(still[0], *running, *still[1:], True).numpy(),
        lambda: batch_norm_backward(grad_out, x, gamma),
        gradients(
            functional.batch_norm(tensors[0], None, None, *tensors[1:], True),
            tensors,
            grad_out,
        ),
        has_backward=len(shape) == 2,
    )
    if len(shape) == 4:
        result["group_norm"] = two_rows(
            f"{name}, group_norm",
            lambda: group_norm(x, GROUPS, gamma, beta),
            lambda: functional.group_norm(still[0], GROUPS, *still[1:]).numpy(),
            lambda: group_norm_backward(grad_out, x, GROUPS, gamma),
            gradients(
                functional.group_norm(tensors[0], GROUPS, *tensors[1:]),
                tensors,
                grad_out,
            ),
        )
    return result


def two_rows(
    title: str,
    ours: Call,
    peer: Call,
    our_backward: Call,
    peer_backward: Call,
    has_backward: bool = True,
) -> Row:
    """Compare forward, then backward, once the results agree."""
    pairs = {"forward": (ours, peer)}
    if has_backward:
        pairs["backward"] = (our_backward, peer_backward)
    rows: Row = {}
    for direction, (mine, theirs) in pairs.items():
        check_same(mine(), theirs())
        rows[direction] = compare({"convnets": mine, PEER: theirs})["convnets"]
    report(title, rows)
    return rows


def check_same(got: Any, want: Any) -> None:
    """Raise unless two results, arrays or tuples of them, are nearly the same."""
    if isinstance(got, np.ndarray):
        got, want = (got,), want if isinstance(want, tuple) else (want,)
    for mine, theirs in zip(got, want, strict=True):
        # A sum over a batch rounds: what counts is how large its numbers are.
        scale = float(np.abs(theirs).max())
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-4 * scale)


def normal(shape: tuple[int, ...]) -> np.ndarray:
    """Draw an array in single precision."""
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def upstream(shape: tuple[int, ...]) -> np.ndarray:
    """Draw an upstream gradient."""
    return np.random.default_rng(1).normal(size=shape).astype(np.float32)


if __name__ == "__main__":
    main()
