"""Right answers to problem set 7, written in other ways, get full marks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convnets.lenet import LeNet5

SIZES = {
    "original": (6, 16, 0, 400, (120, 84)),
    "classic": (6, 16, 0, 400, (120, 84)),
    "wide": (20, 50, 2, 2450, (500,)),
}


class Functional(LeNet5):
    """Layers by hand, and the rest as functions."""

    def __init__(self, variant="classic", in_channels=1, num_classes=10):
        LeNet5(variant, in_channels, num_classes)  # refuses, as the given lines do
        nn.Module.__init__(self)
        first, second, padding, flat, widths = SIZES[variant]
        self.is_old = variant == "original"
        self.conv1 = nn.Conv2d(in_channels, first, 5, padding="same")
        self.conv2 = nn.Conv2d(first, second, 5, padding=padding)
        for number, size in enumerate((*widths, num_classes), start=1):
            setattr(self, f"fc{number}", nn.Linear(flat, size))
            flat = size
        self.depth = len(widths) + 1

    def forward(self, x):
        act = torch.tanh if self.is_old else F.relu
        pool = F.avg_pool2d if self.is_old else F.max_pool2d
        for conv in (self.conv1, self.conv2):
            x = act(pool(conv(x), 2)) if not self.is_old else pool(act(conv(x)), 2)
        x = x.view(len(x), -1)
        for number in range(1, self.depth):
            x = act(getattr(self, f"fc{number}")(x))
        return getattr(self, f"fc{self.depth}")(x)


class ByProducts(Functional):
    """Linear layers as matrix products, pools as means and maxima of blocks."""

    def forward(self, x):
        for conv in (self.conv1, self.conv2):
            x = F.conv2d(x, conv.weight, conv.bias, padding=conv.padding)
            x = x.tanh() if self.is_old else x.clamp(min=0)
            N, C, H, W = x.shape
            blocks = x.reshape(N, C, H // 2, 2, W // 2, 2)
            x = blocks.mean(dim=(3, 5)) if self.is_old else blocks.amax(dim=(3, 5))
        x = torch.flatten(x, start_dim=1)
        for number in range(1, self.depth + 1):
            layer = getattr(self, f"fc{number}")
            x = torch.einsum("ni,oi->no", x, layer.weight) + layer.bias
            if number < self.depth:
                x = x.tanh() if self.is_old else x.relu()
        return x


class Chained(LeNet5):
    """Modules in a chain that the network does not list under a second name."""

    def forward(self, x):
        linear = [layer for name, layer in self.named_children() if "fc" in name]
        chain = nn.Sequential(
            *(self.conv1, self.activation, self.pool),
            *(self.conv2, self.activation, self.pool, nn.Flatten()),
            *(part for layer in linear[:-1] for part in (layer, self.activation)),
            linear[-1],
        )
        return chain(x)


def with_losses(network, batches, optimizer, scheduler=None):
    network.train()
    losses, hits = [], []
    for x, y in batches:
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad = None
        out = network(x)
        each = F.cross_entropy(out, y, reduction="none")
        each.mean().backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
        losses += each.tolist()
        hits += (out.argmax(1) == y).tolist()
    return np.mean(losses), np.mean(hits)


def with_log_softmax(network, batches, optimizer, scheduler=None):
    network.train(True)
    loss, right, seen = 0.0, 0.0, 0
    optimizer.zero_grad()
    for x, y in batches:
        logs = torch.log_softmax(network(x), dim=-1)
        mean = F.nll_loss(logs, y)
        mean.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        scheduler and scheduler.step()
        seen += y.numel()
        loss += mean.item() * y.numel()
        right += (logs.max(dim=1).indices == y).float().sum().item()
    return loss / seen, right / seen


def with_module(network, batches, optimizer, scheduler=None):
    criterion, totals = nn.CrossEntropyLoss(), torch.zeros(3, dtype=torch.float64)
    network.train()
    for x, y in batches:
        optimizer.zero_grad()
        out = network(x)
        loss = criterion(out, y)
        loss.backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        right = (out.detach().argmax(1) == y).sum()
        totals += torch.stack([loss.detach() * len(y), right, torch.tensor(len(y))])
    return tuple((totals[:2] / totals[2]).tolist())


def measured_at_once(network, batches):
    before = network.training
    network.eval()
    with torch.inference_mode():
        outs, labels = zip(*((network(x), y) for x, y in batches), strict=True)
    network.train(mode=before)
    out, y = torch.cat(outs), torch.cat(labels)
    return F.cross_entropy(out, y), (out.argmax(1) == y).double().mean()


@torch.no_grad()
def measured_by_sums(network, batches):
    mode = network.training
    network.eval()
    loss = right = seen = 0
    for x, y in batches:
        out = network(x)
        loss += F.cross_entropy(out, y, reduction="sum").item()
        right += int(torch.sum(torch.argmax(out, dim=1) == y))
        seen += x.shape[0]
    if mode:
        network.train()
    return loss / seen, right / seen


@torch.no_grad()
def measured_by_logs(network, batches):
    mode = network.training
    try:
        network.train(False)
        pairs = [(network(x).log_softmax(1), y) for x, y in batches]
    finally:
        network.train(mode)
    losses = [-logs[range(len(y)), y] for logs, y in pairs]
    hits = [logs.argmax(1) == y for logs, y in pairs]
    return float(torch.cat(losses).mean()), float(torch.cat(hits).double().mean())


ACCURACIES = {
    "mean": lambda z, y: (z.argmax(1) == y).float().mean(),
    "loop": lambda z, y: (
        sum(int(z[i].argmax() == y[i]) for i in range(len(y))) / len(y)
    ),
    "numpy": lambda z, y: float(np.mean(z.numpy().argmax(axis=1) == y.numpy())),
}


def counted_in_a_loop(predicted, labels, num_classes=10):
    table = torch.zeros(num_classes, num_classes, dtype=torch.long)
    for true, guess in zip(labels.tolist(), predicted.tolist(), strict=True):
        table[true, guess] += 1
    return table


def counted_as_product(predicted, labels, num_classes=10):
    rows, columns = (F.one_hot(item, num_classes) for item in (labels, predicted))
    return rows.T @ columns


def counted_by_add_at(predicted, labels, num_classes=10):
    table = np.zeros((num_classes, num_classes), dtype=int)
    np.add.at(table, (labels.numpy(), predicted.numpy()), 1)
    return torch.from_numpy(table)


STYLES = [
    *(("LeNet5", style) for style in (Functional, ByProducts, Chained)),
    *(("train_one_epoch", s) for s in (with_losses, with_log_softmax, with_module)),
    ("evaluate", measured_at_once),
    ("evaluate", measured_by_sums),
    ("evaluate", measured_by_logs),
    *(("accuracy", style) for style in ACCURACIES.values()),
    ("confusion_matrix", counted_in_a_loop),
    ("confusion_matrix", counted_as_product),
    ("confusion_matrix", counted_by_add_at),
]


@pytest.mark.parametrize(("exercise", "style"), STYLES)
def test_another_right_answer_gets_full_marks(results, declared, exercise, style):
    name = f"ps7.{exercise}"

    def student(*args, **kwargs):
        if exercise in ("accuracy", "confusion_matrix"):
            declared[name].reference(*args, **kwargs)  # refuses, as given lines do
        return style(*args, **kwargs)

    marked = results(name, student)
    assert {result.earned / result.points for result in marked} == {1.0}
