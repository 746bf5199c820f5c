"""How much longer seven ways to compute a convolutional layer take than PyTorch's.

All run in this process, on one thread and the same arrays in single precision, and must
agree before they are timed. They take turns, round after round, so that whatever else
the machine does slows down all of them, and time is what the processor spends on this
process, so that waiting does not count. Only ratios are printed: seconds belong to a
machine. Memory is the peak of what NumPy allocates during one call, the result
included, as `tracemalloc` counts it; it cannot see what PyTorch allocates.

Give `--json src/coursekit/records/convolution.json` to replace the record that the book
draws. For speed as most people have it, unset `OPENBLAS_CORETYPE`; the record says
which kernels NumPy's library of matrix products used.
"""

from __future__ import annotations

import argparse
import json
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from methods.convolution import METHODS, few_at_a_time
from recording import processor, rounded, versions
from threadpoolctl import threadpool_info, threadpool_limits

from convnets.pooling import avg_pool2d, max_pool2d

PEER = "PyTorch"
ROUNDS = 40
SLOW, SLOW_ROUNDS = 0.05, 8  # seconds a call takes, and the rounds it takes part in
LOOPS_SHARE = 16  # plain loops do one image in so many

# x, weight, stride, padding.
LAYERS: dict[str, tuple[tuple[int, ...], tuple[int, ...], int, int]] = {
    "100 colour images, stride 2": ((100, 3, 31, 31), (25, 3, 3, 3), 2, 1),
    "LeNet, first layer": ((64, 1, 28, 28), (20, 1, 5, 5), 1, 2),
    "LeNet, second layer": ((64, 20, 14, 14), (50, 20, 5, 5), 1, 2),
    "ResNet-20, first stage": ((32, 16, 32, 32), (16, 16, 3, 3), 1, 1),
    "ResNet-20, last stage": ((32, 64, 8, 8), (64, 64, 3, 3), 1, 1),
}
# x, window, stride.
POOLS = {
    "LeNet, first pool": ((64, 20, 28, 28), 2, 2),
    "LeNet, second pool": ((64, 50, 14, 14), 2, 2),
    "AlexNet, first pool": ((4, 64, 55, 55), 3, 2),
}
AT_A_TIME = [1, 2, 4, 8, 16, 32]  # images unfolded at once

Call = Callable[[], np.ndarray]
Row = dict[str, dict[str, float]]


def main() -> None:
    """Time everything, print the ratios and store them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to store the numbers")
    target = parser.parse_args().json
    torch.set_num_threads(1)
    with threadpool_limits(1):
        record = {"made_by": "benchmarks/convolution.py", **describe_machine()}
        record["layers"] = {name: time_layer(name) for name in LAYERS}
        record["images_at_a_time"] = {name: time_blocks(name) for name in LAYERS}
        record["pools"] = {name: time_pool(name) for name in POOLS}
    if target:
        target.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def describe_machine() -> dict[str, Any]:
    """Say what the ratios were measured with."""
    blas = [item for item in threadpool_info() if item["user_api"] == "blas"]
    return {
        "processor": processor(),
        "caches": caches(),
        "threads": 1,
        "number_type": "float32",
        "matrix_products": f"{blas[0]['internal_api']} {blas[0]['version']}, kernels "
        f"for {blas[0].get('architecture', 'an unknown processor')}",
        "peer_kernels": torch.backends.cpu.get_cpu_capability(),
        "versions": versions(np, torch),
        "memory": "peak of NumPy's allocations in one call, in bytes, by tracemalloc",
        "time": "processor time of this process",
        "ratio": f"fastest call of all rounds, divided by the fastest of {PEER}",
        "paired_ratio": "median over the rounds of the same, within a round",
        "loops": f"timed on one image in {LOOPS_SHARE} and multiplied",
    }


def caches() -> dict[str, str]:
    """Say how much each cache for data holds, where the system tells."""
    found = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = (
            (folder / part).read_text(encoding="utf-8").strip()
            for part in ("level", "type", "size")
        )
        if kind != "Instruction":
            found[f"L{level}"] = size.replace("K", " KiB")
    return found


def time_layer(name: str) -> dict[str, Any]:
    """Compare all ways on one layer, forward."""
    arguments = make_layer(name)
    x = arguments[0]
    want = METHODS[PEER](*arguments)
    calls: dict[str, Call] = {}
    for method, layer in METHODS.items():
        if method == "loops":
            continue
        np.testing.assert_allclose(layer(*arguments), want, rtol=1e-3, atol=1e-3)
        calls[method] = lambda layer=layer: layer(*arguments)
    part = [x[: max(1, len(x) // LOOPS_SHARE)], *arguments[1:]]
    calls["loops"] = lambda: METHODS["loops"](*part)
    np.testing.assert_allclose(calls["loops"](), want[: len(part[0])], 1e-3, 1e-3)
    forward = compare(calls, scale={"loops": len(x) / len(part[0])})
    forward["loops"]["peak"] *= len(x) / len(part[0])
    report(name, {method: forward[method] for method in METHODS})
    shapes = {"x": x.shape, "weight": arguments[1].shape}
    options = {"stride": arguments[3], "padding": arguments[4]}
    return {**shapes, **options, "forward": forward}


def make_layer(name: str) -> list[Any]:
    """Draw the arrays of one layer."""
    rng = np.random.default_rng(0)
    x_shape, weight_shape, stride, padding = LAYERS[name]
    shapes = (x_shape, weight_shape, weight_shape[:1])
    return [*(rng.normal(size=s).astype(np.float32) for s in shapes), stride, padding]


def time_blocks(name: str) -> dict[str, Row]:
    """Compare how many images to unfold at once, in both orders of memory."""
    arguments = make_layer(name)
    calls: dict[str, Call] = {PEER: lambda: METHODS[PEER](*arguments)}
    for order in ("channels first", "channels last"):
        for images in AT_A_TIME:
            layer = few_at_a_time(images, order == "channels last")
            calls[f"{order}, {images}"] = lambda layer=layer: layer(*arguments)
            np.testing.assert_allclose(layer(*arguments), calls[PEER](), 1e-3, 1e-3)
    row = compare(calls)
    report(f"{name}, images at a time", row)
    return row


def time_pool(name: str) -> dict[str, Any]:
    """Compare pools with PyTorch's."""
    shape, window, stride = POOLS[name]
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    tensor, functional = torch.from_numpy(x), torch.nn.functional
    result: dict[str, Any] = {"x": shape, "kernel_size": window, "stride": stride}
    for pool in (max_pool2d, avg_pool2d):
        peer = getattr(functional, pool.__name__)
        calls: dict[str, Call] = {
            pool.__name__: lambda pool=pool: pool(x, window, stride),
            PEER: lambda peer=peer: peer(tensor, window, stride).numpy(),
        }
        np.testing.assert_allclose(calls[pool.__name__](), calls[PEER](), 1e-5, 1e-5)
        row = compare(calls)
        report(name, {pool.__name__: row[pool.__name__]})
        result[pool.__name__] = row[pool.__name__]
    return result


def compare(calls: dict[str, Call], scale: dict[str, float] | None = None) -> Row:
    """Let all take turns; return the ratios to the peer and the peak of memory."""
    scale = scale or {}
    first = {name: seconds(call) for name, call in calls.items()}
    rounds: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(ROUNDS):
        for name, call in calls.items():
            if first[name] < SLOW or number < SLOW_ROUNDS:
                rounds[name].append(seconds(call) * scale.get(name, 1))
    fastest = min(rounds[PEER])
    row: Row = {}
    for name, call in calls.items():
        pairs = zip(rounds[name], rounds[PEER], strict=False)
        row[name] = {
            "ratio": rounded(min(rounds[name]) / fastest),
            "paired_ratio": rounded(float(np.median([ours / p for ours, p in pairs]))),
        }
        if name != PEER:
            row[name]["peak"] = peak(call)
    return row


def seconds(call: Call) -> float:
    """Return how long the processor works on one call."""
    begin = time.process_time()
    call()
    return time.process_time() - begin


def peak(call: Call) -> int:
    """Count the bytes that are allocated at the worst moment of a call."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def report(title: str, row: Row) -> None:
    """Print one line per way."""
    print(f"\n{title}; time against {PEER}'s, fastest call (median of pairs)")
    for name, numbers in row.items():
        memory = f"{numbers['peak'] / 2**20:.2f} MiB" if "peak" in numbers else ""
        ratio, paired = numbers["ratio"], numbers["paired_ratio"]
        note = " (from a part)" if name == "loops" else ""
        print(f"  {name:20}{ratio:10.4g} ({paired:.4g}){memory:>16}{note}")


if __name__ == "__main__":
    main()
