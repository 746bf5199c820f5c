"""In mixed precision the loop stays plain, and gets what it would get without."""

import dataclasses

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convnets.training import train_one_epoch
from coursekit.runs import choose_device, choose_precision, devices, fit
from coursekit.runs.precision import ScaledOptimizer, WrappedNetwork, make_scaler

from .conftest import small_network

CPU = torch.device("cpu")
LABELS = torch.tensor([0, 2, 1, 2])


@pytest.fixture
def images():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(4, 2, 8, 9, generator=generator)


class Recorder(nn.Module):
    """Notes in which precision and order of memory it computes."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3)
        self.seen = []

    def forward(self, images):
        out = self.conv(images)
        is_last = images.is_contiguous(memory_format=torch.channels_last)
        self.seen.append((out.dtype, is_last))
        return out.mean(dim=(2, 3))


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("is_last", [False, True])
def test_logits_are_float32_whatever_is_computed_in(images, precision, is_last):
    recorder = Recorder()
    wrapped = WrappedNetwork(recorder, CPU, precision, is_last)
    assert wrapped(images).dtype == torch.float32
    assert recorder.seen == [(getattr(torch, precision), is_last)]


def test_bfloat16_gives_nearly_the_same_and_weights_stay_float32(images):
    network = small_network().eval()
    exact = network(images)
    rounded = WrappedNetwork(network, CPU, "bfloat16")(images)
    assert not torch.equal(rounded, exact)
    torch.testing.assert_close(rounded, exact, rtol=0.05, atol=0.05)
    F.cross_entropy(rounded, LABELS).backward()
    assert {p.grad.dtype for p in network.parameters()} == {torch.float32}


def test_modes_and_weights_are_those_of_the_network_inside(network):
    wrapped = WrappedNetwork(network, CPU)
    wrapped.eval()
    assert not network[1].training
    assert list(wrapped.parameters()) == list(network.parameters())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_run_learns_in_either_precision(dataset, preset, precision):
    network = small_network()
    history = fit(
        network,
        dataset,
        dataclasses.replace(preset, epochs=20, is_channels_last=True),
        device="cpu",
        precision=precision,
        is_shown=False,
    )
    assert history.precision == precision
    assert history.test_accuracy > 0.8


def scaled_pair(network, scale):
    scaler = torch.amp.GradScaler("cpu", init_scale=scale)
    optimizer = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9)
    wrapped = WrappedNetwork(network, CPU, scaler=scaler)
    return wrapped, ScaledOptimizer(optimizer, scaler), scaler


def test_gradients_are_scaled_on_the_way_back_and_logits_are_not(images):
    plain, inside = small_network().eval(), small_network().eval()
    wrapped, _, _ = scaled_pair(inside, scale=64.0)
    torch.testing.assert_close(wrapped(images), plain(images))
    F.cross_entropy(plain(images), LABELS).backward()
    F.cross_entropy(wrapped(images), LABELS).backward()
    for mine, theirs in zip(inside.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, 64 * theirs.grad)


def test_a_scaled_step_is_the_step_without_scaling(images, weights):
    plain, inside = small_network(), small_network()
    wrapped, optimizer, _ = scaled_pair(inside, scale=1024.0)
    batches = [(images, LABELS), (images.flip(0), LABELS.flip(0))]
    sgd = torch.optim.SGD(plain.parameters(), 0.1, momentum=0.9)
    for network, steps in ((plain, sgd), (wrapped, optimizer)):
        torch.manual_seed(0)  # dropout
        train_one_epoch(network, batches, steps)
    torch.testing.assert_close(weights(inside), weights(plain))


def test_a_step_that_overflows_is_left_out_and_the_scale_is_lowered(images, weights):
    inside = small_network().eval()
    before = weights(inside)
    wrapped, optimizer, scaler = scaled_pair(inside, scale=1024.0)
    wrapped(images)
    (wrapped(images) * 1e38).sum().backward()
    optimizer.step()
    assert torch.equal(weights(inside), before)
    assert scaler.get_scale() == 512.0


def test_the_rest_of_a_scaled_optimizer_is_the_optimizer(network, images):
    wrapped, optimizer, _ = scaled_pair(network, scale=2.0)
    assert optimizer.param_groups[0]["lr"] == 0.1
    wrapped(images).sum().backward()
    optimizer.zero_grad()
    assert all(p.grad is None for p in network.parameters())


def test_a_whole_run_is_scaled_and_resumed_with_its_scale(
    dataset, preset, weights, tmp_path, monkeypatch
):
    def scaler(device, precision):
        return torch.amp.GradScaler("cpu", init_scale=2.0**126, growth_interval=3)

    monkeypatch.setattr("coursekit.runs.run.make_scaler", scaler)
    whole, cut, path = small_network(), small_network(), tmp_path / "run.pt"
    options = {"device": "cpu", "precision": "float32", "is_shown": False}
    fit(whole, dataset, preset, **options)
    calls = []

    def loop(*args):
        calls.append(0)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return train_one_epoch(*args)

    with pytest.raises(KeyboardInterrupt):
        fit(cut, dataset, preset, checkpoint=path, train_one_epoch=loop, **options)
    fit(cut, dataset, preset, checkpoint=path, **options)
    assert torch.equal(weights(cut), weights(whole))


def test_only_float16_is_scaled():
    assert make_scaler(CPU, "float32") is None
    assert make_scaler(CPU, "bfloat16") is None


@pytest.mark.parametrize(
    ("capability", "want"),
    [
        ((6, 1), "float32"),
        ((7, 0), "float16"),
        ((7, 5), "float16"),  # a T4
        ((8, 0), "bfloat16"),
        ((9, 0), "bfloat16"),
    ],
)
def test_a_gpu_computes_in_what_it_has(monkeypatch, capability, want):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    assert choose_precision(torch.device("cuda")) == want
    assert choose_precision(torch.device("cuda"), is_mixed=False) == "float32"


@pytest.mark.parametrize(
    ("flags", "want"),
    [("flags : fpu avx2", "float32"), ("flags : fpu amx_bf16", "bfloat16")],
)
def test_a_processor_computes_in_what_it_has(monkeypatch, tmp_path, flags, want):
    monkeypatch.setattr(devices, "CPU_FLAGS", tmp_path / "cpuinfo")
    assert choose_precision(CPU) == "float32"  # no such file on other systems
    (tmp_path / "cpuinfo").write_text(f"model name : Fast One\n{flags}\n")
    assert choose_precision(CPU) == want
    assert devices.describe_device(CPU) == "Fast One"


def test_the_fastest_device_that_works_is_taken(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device().type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(devices, "_works", lambda device: True)
    assert choose_device().type == "mps"
    monkeypatch.setattr(devices, "_works", lambda device: False)
    assert choose_device().type == "cpu"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_a_gpu_trains_in_each_precision(dataset, preset, precision):
    longer = dataclasses.replace(preset, epochs=20)
    history = fit(
        small_network(),
        dataset,
        longer,
        device="cuda",
        precision=precision,
        is_shown=False,
    )
    assert history.test_accuracy > 0.8
