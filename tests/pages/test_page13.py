"""What the cells of the page "LeNet-5" show, and what it says of its network."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets import LeNet5, confusion_matrix, layer_table
from coursekit.batches import Batches
from coursekit.records import load_record

PAGE = Path(__file__).parents[2] / "book" / "lenet.md"


def numbers(text):
    return [float(word) for word in re.findall(r"\d+\.\d+", text)]


def right(page, network, images):
    with torch.no_grad():
        logits = network(page["data"].standardized(images))
    return float((logits.argmax(dim=1) == page["test_labels"]).float().mean())


def test_the_papers_layers_have_sixty_thousand_parameters(page, executed):
    assert page["paper"] == {
        "C1": 156,
        "S2": 12,
        "C3": 1516,
        "S4": 32,
        "C5": 48_120,
        "F6": 10_164,
    }
    assert executed.shows('print(paper, "together"').endswith("60,000")


def test_connections_of_c3_are_those_of_the_papers_table(page):
    connected = page["connected"]
    assert connected.sum(axis=0).tolist() == [3] * 6 + [4] * 9 + [6]
    assert (connected.sum(axis=1) == 10).all()
    assert np.flatnonzero(connected[0]).tolist() == [0, 4, 5, 6, 9, 10, 11, 12, 14, 15]
    assert len({tuple(column) for column in connected.T}) == 16


def test_ours_has_as_many_as_the_page_says(page, executed):
    assert executed.shows("more = 16") == "61,706 = 60,000 + 1,706"
    by_hand = {"original": 61_706, "classic": 61_706, "wide": 1_256_080}
    for name, count in by_hand.items():
        assert sum(p.numel() for p in LeNet5(name).parameters()) == count
    assert LeNet5().fc1.weight.numel() + 120 == 48_120
    assert LeNet5("wide").fc1.weight.numel() + 500 == 1_225_500


def test_plan_and_module_agree_for_all_variants(executed):
    lines = executed.shows("planned = ").splitlines()
    assert [line.split()[1] for line in lines] == ["True"] * 3


def test_the_wide_variant_is_the_table_of_the_curriculum(page):
    rows = layer_table(page["wide"], (1, 28, 28))
    assert [row[1] for row in rows] == [
        *[(20, 28, 28), (20, 28, 28), (20, 14, 14)],
        *[(50, 14, 14), (50, 14, 14), (50, 7, 7)],
        *[(2450,), (500,), (500,), (10,)],
    ]
    weights = [row[2] for row in rows if row[2]]
    assert weights == [(20, 1, 5, 5), (50, 20, 5, 5), (500, 2450), (10, 500)]


def test_only_a_frame_of_two_pixels_differs_from_the_larger_image(page, executed):
    frame = 28 * 28 - 24 * 24
    shown = executed.shows("by_zeros = ")
    assert shown.startswith(f"{frame} of 784 places differ, 0 of them farther in")
    assert page["images"].min() < -0.5


def test_scaled_tanh_maps_one_to_one(executed):
    assert executed.shows("1.7159 * np.tanh(2 / 3 * a)").count("1.0000") == 2


def test_the_layer_of_two_numbers_by_hand(page, executed):
    by_torch = re.findall(r"-?\d+", executed.shows("square().sum().backward()\nprint"))
    assert by_torch == ["-2", "-3", "-1", "-1", "1"]
    for name, want in (("weight", [[-2, -3]]), ("bias", [-1]), ("x", [[-1, 1]])):
        np.testing.assert_array_equal(page[f"grad_{name}"], want)


def test_layers_in_a_list_are_not_found(executed):
    assert executed.shows("nn.ModuleList") == (
        "list: 0 parameters\nModuleList: 13 parameters"
    )


def test_autograd_gives_the_gradients_of_ones_own_layers(executed):
    lines = executed.shows("numpy_lenet.loss_and_gradients").splitlines()
    assert len(lines) == 10
    assert max(float(line.split()[1]) for line in lines) < 1e-12


def test_each_forgotten_line_leaves_its_mark(executed):
    curves = executed.names["losses_of"]
    right, never, soon, softmax = (
        curves(executed.names[name], epochs=6)
        for name in ("step", "never_cleared", "step_too_soon", "softmax_first")
    )
    assert right[-1] < 0.5
    assert max(never) > 2.5
    np.testing.assert_allclose(soon, np.log(10), atol=0.02)
    np.testing.assert_allclose(softmax, np.log(10), atol=0.05)


def test_curves_of_the_steps_end_where_the_picture_shows_them(executed):
    curves = executed.names["losses_of"]
    ends = [curves(executed.names[name])[-1] for name in ("step", "never_cleared")]
    assert ends[0] < 0.1
    assert 7 < ends[1] < 14


def test_gradients_add_up(executed):
    shown = executed.shows("for _ in range(3):\n    layer(x)")
    assert re.findall(r"-\d+", shown) == ["-2", "-3", "-4", "-6", "-6", "-9"]


def test_floor_of_a_softmax_before_the_loss(executed):
    floor = np.log(1 + 9 / np.e)
    assert floor == pytest.approx(1.461, abs=5e-4)
    best, logits, shares = numbers(executed.shows("best = F.one_hot"))
    assert best == pytest.approx(floor, abs=5e-4)
    assert logits > 5 * shares
    any_shares = torch.rand(1000, 10).softmax(dim=1)
    labels = any_shares.argmax(dim=1)
    assert F.cross_entropy(any_shares, labels) > floor


def test_training_mode_is_a_matter_of_chance_and_worse(executed):
    first, second, third, fourth = numbers(executed.shows("with_dropout.train(mode)"))
    assert first != second
    assert third == fourth
    assert min(first, second) > third


def test_a_look_in_training_mode_changes_a_norm(executed):
    before, after = executed.shows("nn.BatchNorm2d(1)").splitlines()
    assert before.startswith("before: tensor([0.])")
    mean, variance = numbers(after)
    assert mean > 1
    assert variance > 100


def test_notes_are_taken_without_no_grad_alone(executed):
    assert executed.shows("grad_fn.name()") == ("notes of AddBackward0\nnotes of None")


def test_mean_of_means_is_not_the_mean(executed):
    assert numbers(executed.shows("np.split(losses")) == [3.0, 2.0, 2.0]


def test_one_index_is_what_batches_do(page):
    images, labels = page["images"], page["labels"]
    generator = torch.Generator().manual_seed(0)
    batches = Batches(images, labels, 32, shuffle=True, generator=generator)
    first, _ = next(iter(batches))
    torch.testing.assert_close(first, images[page["chosen"]])


def test_the_table_of_batches_is_the_record(page, executed):
    ratios = load_record("training/batches")["ratio"]
    source = next(code for code in executed.outputs if "training/batches" in code)
    names = dict(page)
    exec(source, names)
    assert names["lines"][2:] == [f"| {name} | {r:g} |" for name, r in ratios.items()]
    assert list(ratios)[-1] == max(ratios, key=ratios.get) == "DataLoader of pictures"


def test_batch_size_and_rate_belong_together(page):
    ends = page["ends"]
    assert list(ends) == [(32, 0.02), (8, 0.005), (128, 0.02), (128, 0.08)]
    assert max(ends[32, 0.02], ends[8, 0.005]) < 0.5
    assert ends[128, 0.02] > 1
    assert ends[128, 0.08] > 2


def test_a_schedule_that_steps_once_an_epoch_stays_at_the_foot(executed):
    middle, foot = numbers(executed.shows("a step each epoch"))
    assert middle > 0.04
    assert foot == pytest.approx(0.002)


def test_training_gets_where_the_record_is(page):
    assert page["history"].test_accuracy > 0.97
    assert page["history"].curve("train_loss")[0] == pytest.approx(2.3, abs=0.02)


def test_it_knows_its_training_digits_by_heart_and_a_gap_remains(page):
    last = page["history"].epochs[-1]
    assert last.train_accuracy > 0.999
    assert last.train_loss < 0.01 < last.test_loss


def test_the_loss_falls_steeply_between_the_second_and_the_fourth_epoch(page):
    losses = page["history"].curve("train_loss")
    assert losses[1] > 2
    assert losses[3] == pytest.approx(0.5, abs=0.1)
    assert page["history"].curve("test_loss")[3] == pytest.approx(0.3, abs=0.1)


def test_confusion_matrix_accuracy_and_evaluate_agree(page, executed):
    table, predicted = page["table"], page["predicted"]
    torch.testing.assert_close(table, confusion_matrix(predicted, page["test_labels"]))
    share = right(page, page["network"], page["data"].test_images)
    assert int(table.trace()) == round(500 * share)
    assert page["evaluated"][1] == pytest.approx(share)
    assert f"accuracy {share:.3f}, evaluate {share:.3f}" in executed.shows("diagonal:")


def test_the_mistakes_shown_are_all_mistakes(page):
    wrong = page["wrong"]
    predicted, labels = page["predicted"], page["test_labels"]
    assert (predicted[wrong] != labels[wrong]).all()
    assert len(wrong) == int((predicted != labels).sum()) < 12
    assert (page["certain"][wrong].diff() <= 0).all()


def test_filters_become_smoother(page):
    def roughness(filters):
        steps = [filters.diff(dim=axis).square().mean() for axis in (2, 3)]
        return float(sum(steps) / filters.var())

    assert roughness(page["trained"]) < 0.8 * roughness(page["untrained"])
    torch.manual_seed(0)
    assert torch.equal(page["untrained"], LeNet5("classic").conv1.weight)


def test_mistakes_are_among_the_least_certain(page):
    among = page["among"]
    assert among[int(0.9 * 500) - 1] == 0
    assert among[-1] > 0.5


def test_certainty_is_close_to_accuracy(page, executed):
    shown = executed.shows("mean certainty")
    mean, share = (float(part.split()[-1]) for part in shown.split(", "))
    assert abs(mean - share) < 0.02


def test_some_strange_images_are_answered_without_much_doubt(page):
    shares = page["shares"]
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(5))
    assert shares.max() > 0.8
    assert 3 not in shares.argmax(dim=1)[2:4].tolist()


def test_moved_digits_are_read_by_whoever_was_trained_on_them(page):
    plain, moved = page["curves"].values()
    assert plain[0] > 0.97
    assert moved[0] > 0.97
    assert all(a >= b for a, b in zip(moved[1:], plain[1:], strict=True))
    assert moved[3] - plain[3] > 0.2
    assert plain[1] > 0.9 > plain[3]


def test_moving_is_to_the_right(page):
    images = F.pad(page["data"].test_images, (3, 0, 0, 0))[..., :28]
    want = right(page, page["network"], images)
    assert page["accuracy_moved"](page["network"], 3) == pytest.approx(want)
    assert (images[..., :3] == 0).all()
