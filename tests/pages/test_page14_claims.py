"""What "Residual networks" says of measurements and recipe is what they show."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets.schedule import one_cycle
from coursekit.records import load_record
from coursekit.runs import PRESETS, find_preset, measured

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "resnet.md"
HOUR = "resnet-cpu-hour"


def final(page, kind, depth):
    return page["losses"][kind, depth][:, -1]


def test_the_record_is_what_the_page_says(page):
    record = page["record"]
    assert "digits" in record["data"]
    assert {(run["kind"], run["depth"]) for run in record["runs"]} == {
        (kind, depth) for kind in ("plain", "residual") for depth in (8, 20, 44)
    }
    counts = [len(runs) for runs in page["losses"].values()]
    assert min(counts) == max(counts) >= 3


def test_deeper_plain_networks_have_a_higher_training_loss(page):
    means = [final(page, "plain", depth).mean() for depth in (8, 20, 44)]
    assert means[0] < means[1] < means[2]
    assert final(page, "plain", 44).min() > final(page, "plain", 8).max()


def test_residual_networks_stay_near_zero_at_every_depth(page):
    for depth in (8, 20, 44):
        assert final(page, "residual", depth).max() < 0.15
    for depth in (20, 44):
        assert final(page, "residual", depth).max() < final(page, "plain", depth).min()


def test_it_is_the_same_on_cifar(page, executed):
    losses = {}
    for run in page["larger"]["runs"]:
        ends = losses.setdefault((run["kind"], run["depth"]), [])
        ends.append(run["epochs"][-1]["train_loss"])
    assert {len(ends) for ends in losses.values()} == {3}
    assert page["larger"]["preset"]["epochs"] == 12
    assert max(losses["plain", 8]) < min(losses["plain", 20])
    assert max(losses["plain", 20]) < min(losses["plain", 44])
    assert min(losses["residual", 8]) > max(losses["residual", 20])
    assert max(losses["residual", 44]) < min(losses["residual", 8])
    shown = next(code for code in executed.outputs if "larger = load" in code)
    names = dict(page)
    exec(shown, names)
    assert f"| 44 | plain | {np.mean(losses['plain', 44]):.2f} |" in names["lines"][6]


def test_every_pair_of_seeds_sees_the_large_difference_and_not_the_small(page):
    assert page["share_ahead"](("residual", 44), ("plain", 44)) == 1
    assert 0.1 < page["share_ahead"](("residual", 8), ("residual", 20)) < 0.9


def test_signals_fade_with_pytorchs_weights_alone(page):
    ends = {name: curve[-1] for name, curve in page["sizes"].items()}
    assert ends["PyTorch's weights"] < -19
    assert all(abs(end) < 3.5 for name, end in ends.items() if "PyTorch" not in name)
    assert np.ptp(page["sizes"]["with batch norm"][1:]) < 0.1


def test_padding_costs_he_s_weights_a_power_of_ten(page):
    """Over many draws of wide layers, and in most single draws of narrow ones more."""
    m = page["mean_square"].double()[0, 0]
    assert m.mean().sqrt().log10().item() == pytest.approx(-0.94, abs=0.005)
    edge = torch.ones(8, 8).tril(1).triu(-1).double() / 3  # window of 3, zeros outside
    rows = torch.linalg.matrix_power(edge, 50).sum(dim=1)
    torch.testing.assert_close(m, torch.outer(rows, rows), rtol=1e-4, atol=0)
    torch.manual_seed(1)
    h = torch.randn(200, 4, 16, 8, 8)  # draws, examples, channels, height, width
    for _ in range(50):
        weight = torch.randn(200 * 16, 16, 3, 3) * math.sqrt(2 / (9 * 16))
        flat = h.transpose(0, 1).flatten(1, 2)
        h = F.conv2d(flat, weight, padding=1, groups=200).relu()
        h = h.unflatten(1, (200, 16)).transpose(0, 1)
    ends = h.square().mean(dim=(1, 2, 3, 4))
    assert ends.mean().sqrt().log10().item() == pytest.approx(-0.94, abs=0.5)
    assert (ends < m.mean()).double().mean() > 0.8
    assert page["sizes"]["He's weights"][-1] < -0.94


def test_curves_of_resnet_cpu_are_as_described(page):
    training, test = page["accuracies"].values()
    assert (training[0], training[-1]) == pytest.approx((0.46, 0.87), abs=0.005)
    assert test[0] == pytest.approx(training[0], abs=0.02)
    assert all(0.6 < share < 0.7 for share in test[1:4])
    assert test[-1] == pytest.approx(0.86, abs=0.005)
    records = [load_record(f"training/{name}") for name in ("resnet-cpu", HOUR)]
    assert all(record["summary"]["machine_was_shared"] for record in records)
    cifar = [name for name, one in PRESETS.items() if one.dataset == "cifar10"]
    known = [name for name in cifar if measured(name) != "not measured"]
    assert known == ["resnet-cpu", HOUR]


def test_gradients_grow_with_batch_norm_and_less_with_shortcuts(page):
    slopes = page["slopes"]
    assert slopes["PyTorch's weights"][0] < -19
    assert slopes["with batch norm"][0] > 3
    assert slopes["with shortcuts too"][0] < slopes["with batch norm"][0] - 1.5
    assert all(abs(curve[50]) < 0.05 for curve in slopes.values())


def test_gradients_lose_their_direction_without_shortcuts(page):
    found = page["agreements"]
    assert found["with batch norm"][0] > 0.9
    assert max(map(abs, found["with batch norm"][-2:])) < 0.1  # 32 and 48 layers
    assert found["with shortcuts too"][-1] > 0.6
    assert found["He's weights"][-2] > 0.6


def test_orders_of_the_parts_go_wrong_as_told(page):
    levels = {name: 10 ** curve[-1] for name, curve in page["levels"].items()}
    assert 2 < levels["as in the paper"] < 6
    assert levels["ReLU, then plus"] > 8
    assert levels["plus, then norm"] < 1
    assert levels["no norms"] > 1000


def test_relu_before_the_plus_only_adds(page):
    for order, signals in page["stacks"].items():
        is_smaller = bool((signals[-1] < signals[-2]).any())
        assert is_smaller == (order != "ReLU, then plus")


def test_a_norm_after_the_plus_forgets_what_was_there(page):
    def kept(order):
        signals = page["stacks"][order]
        return np.corrcoef(signals[9].flatten(), signals[-1].flatten())[0, 1]

    assert kept("plus, then norm") < 0.6 * kept("as in the paper")
    assert kept("as in the paper") > 0.3


def test_variances_double_or_grow_by_one():
    torch.manual_seed(0)
    doubled, added = [torch.randn(20_000, 64) for _ in range(2)]
    for _ in range(4):
        weight = torch.randn(64, 64) / 8
        doubled = doubled + doubled @ weight
        f = added @ weight
        added = added + f / f.std()
    assert doubled.var().item() == pytest.approx(2**4, rel=0.2)
    assert added.var().item() == pytest.approx(1 + 4, rel=0.2)


def test_a_stride_on_one_tap_skips_three_quarters(page):
    one, nine = page["grids"]
    assert (one == 0).mean() == 0.75
    assert nine.min() == 1
    assert set(np.unique(nine)) == {1, 2, 4}


@pytest.mark.parametrize("total", [100, 390])
def test_formulas_of_one_cycle(total):
    top, low = 0.2, 0.2 / 25
    s = 0.3 * total - 1
    for t in range(total):
        if t <= s:
            want = low + (top - low) * (1 - math.cos(math.pi * t / s)) / 2
        else:
            share = (t - s) / (total - 1 - s)
            want = top - (top - low / 1e4) * (1 - math.cos(math.pi * share)) / 2
        assert one_cycle(t, total, top) == pytest.approx(want)


def test_one_cycle_is_pytorchs(page):
    np.testing.assert_allclose(page["rates"], page["theirs"], rtol=1e-12)
    assert max(page["rates"]) == page["rates"][29] == pytest.approx(0.2)


def test_changed_patches_have_the_size_and_differ(page):
    changed = page["changed"]
    assert changed.shape == (7, 3, 32, 32)
    assert len({tuple(image.flatten().tolist()) for image in changed}) == 7
    assert find_preset("resnet-digits").changes == "shift"


def test_weight_decay_is_that_of_sgd(executed):
    got, want = map(float, executed.shows("weight_decay=5e-4").split())
    assert got == pytest.approx(want)
    assert math.isclose(0.2 * 5e-4, 1e-4)


def test_gradients_in_float16_vanish_or_lose_digits(page):
    grad = page["grad"]
    lost = [((grad * scale).half() == 0).float().mean() for scale in (1, 2**16)]
    assert 0 < lost[0] < 0.05
    assert lost[1] == 0
    least = torch.finfo(torch.float16).smallest_normal
    assert (grad.abs() < least).float().mean() > 0.95
    assert (grad.abs() * 2**16 < least).float().mean() < 0.05


def test_the_scaler_of_pytorch_is_as_described():
    scaler = torch.amp.GradScaler("cpu")
    assert scaler.get_scale() == 2**16
    assert scaler.get_growth_interval() == 2000
    assert (scaler.get_growth_factor(), scaler.get_backoff_factor()) == (2, 0.5)


def test_small_steps_are_rounded_away():
    for kind, step in ((torch.float16, 4e-4), (torch.bfloat16, 3e-3)):
        assert torch.ones(1, dtype=kind) + step == 1
        assert step < torch.finfo(kind).eps / 2


def test_what_autocast_brings_to_16_bits(executed):
    shown = executed.shows("torch.autocast").splitlines()
    assert shown[0] == "output torch.bfloat16"
    assert shown[1].count("torch.float32") == 2


def test_channels_last_changes_the_order_in_memory_alone(page):
    assert page["nhwc"].shape == (2, 3, 4, 5)
    assert (page["images"].stride()[1], page["nhwc"].stride()[1]) == (20, 1)


def test_the_cut_run_ends_as_the_uncut_one(page):
    assert len(page["kept"]["epochs"]) == 2
    assert len(page["history"].epochs) == 4
    uncut, resumed = page["uncut"].state_dict(), page["resumed"].state_dict()
    assert all(torch.equal(uncut[name], resumed[name]) for name in uncut)
    torch.manual_seed(0)
    fresh = page["ResNet"]((1, 1, 1), (4, 8, 16)).state_dict()
    assert not torch.equal(fresh["fc.weight"], resumed["fc.weight"])


def test_spread_of_a_share():
    # Exact: the mean of 4 coins with p = 0.3, over all outcomes.
    p, N = 0.3, 4
    outcomes = np.array(np.meshgrid(*[[0, 1]] * N)).reshape(N, -1)
    chance = np.prod(np.where(outcomes == 1, p, 1 - p), axis=0)
    mean = outcomes.mean(axis=0)
    spread = np.sqrt(np.sum(chance * (mean - p) ** 2))
    assert spread == pytest.approx(math.sqrt(p * (1 - p) / N))


def test_cosine_is_that_of_pytorch(rng):
    g, h = torch.from_numpy(rng.normal(size=(2, 5)))
    want = F.cosine_similarity(g, h, dim=0)
    assert (g @ h / (g.norm() * h.norm())).item() == pytest.approx(want.item())
