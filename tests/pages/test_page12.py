"""The page "Architectures": its cells, against PyTorch and the papers' numbers."""

import itertools
import re
from pathlib import Path

import pytest
import torch
import torchvision

from convnets import layers
from convnets.lenet import LeNet5
from convnets.receptive_field import receptive_field
from convnets.resnet import BasicBlock
from convnets.shapes import conv_macs, layer_table
from coursekit.architectures import network_rows

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "architectures.md"
TEXT = PAGE.read_text(encoding="utf-8")

# What the papers and torchvision's documentation say.
TORCHVISION = {
    "alexnet": 61_100_840,
    "vgg16": 138_357_544,
    "resnet18": 11_689_512,
    "resnet50": 25_557_032,
}
PUBLISHED = {  # top-5 errors of single networks, ten crops, validation images of 2012
    **{"AlexNet": 18.2, "VGG-16": 9.33, "GoogLeNet": 9.15, "ResNet-34": 7.46},
    **{"ResNet-50": 6.71, "ResNet-101": 6.05, "ResNet-152": 5.71},
}


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.fixture(scope="module")
def names(executed):
    return executed.names


@pytest.fixture(scope="module")
def totals(names):
    """Return parameters, multiply-adds and stages of every network of the page."""
    found = {}
    resnet18 = {"ResNet-18": (names["resnet18"], 224)}
    for name, each in {**names["networks"], **names["made"], **resnet18}.items():
        stages = names["stages_of"](*each)
        sums = sum(s.parameters for s in stages), sum(s.macs for s in stages)
        found[name] = (*sums, stages)
    return found


def test_lenet_is_that_of_problem_set_7(executed):
    lenet, network = executed.names["lenet"], LeNet5("classic")
    rows = layer_table(lenet, (1, 28, 28))
    assert sum(row[3] for row in rows) == count(network) == 61_706
    mine = [row[3] for row in rows if row[3]]
    theirs = [count(part) for _, part in network.named_children() if count(part)]
    assert mine == theirs == [156, 2416, 48_120, 10_164, 850]
    macs = [row[4] for row in rows if row[4]]
    assert macs == [117_600, 240_000, 48_000, 10_080, 840]
    shown = executed.shows("first two convolutions")
    assert "4% of the parameters, 86% of the multiply-adds" in shown


def test_lenet_sees_the_whole_picture(names):
    size, jump, start = receptive_field(names["maps"])
    assert size == 32
    assert start - (size - 1) / 2 == -2
    assert jump == 4


@pytest.mark.parametrize("name", TORCHVISION)
def test_every_layer_and_all_parameters_are_torchvisions(executed, name):
    shown = "\n".join(
        output for code, output in executed.outputs.items() if f'"{name}"' in code
    )
    number = f"{TORCHVISION[name]:,}"
    assert f"parameters: {number}, ours {number}" in shown
    assert "False" not in shown
    with torch.device("meta"):
        assert count(torchvision.models.get_model(name)) == TORCHVISION[name]


def test_googlenet_differs_by_one_parameter_for_each_filter(executed):
    shown = executed.shows('"googlenet"')
    assert "58 layers, shapes and multiply-adds equal: True" in shown
    assert "parameters: 6,624,904, ours 6,617,624" in shown
    assert "filters of all convolutions: 7,280" in shown
    assert 6_624_904 - 6_617_624 == 7_280 == executed.names["filters"]


def test_compare_sees_a_difference(names, capsys):
    other = names["make_alexnet"](64, 192, 384, 256, 255, padding=2)
    names["compare"](other, "alexnet")
    assert "equal: False" in capsys.readouterr().out


def test_networks_outside_torchvision_have_the_published_counts(executed, totals):
    built = "\n".join(executed.outputs.values())
    for name, number in [("NiN", 7_595_176), ("Xception", 22_855_952)]:
        assert totals[name][0] == number
        assert f"{number:,} parameters; ours {number:,}" in built
    assert totals["AlexNet"][0] == 60_965_224


def test_layers_are_as_many_as_the_names_say(totals):
    depths = {name: sum(s.depth for s in each[2]) for name, each in totals.items()}
    for name, depth in depths.items():
        if "-" in name:
            assert depth == int(name.split("-")[1])
    assert (depths["AlexNet"], depths["GoogLeNet"]) == (8, 22)
    assert depths["Xception"] == 36 + 1  # the paper counts convolutions alone


def test_alternative_texts_of_the_tables_say_their_sums(totals):
    for name, (parameters, macs, stages) in totals.items():
        label = {"NiN": "Network in Network"}.get(name, name)
        found = re.search(rf"The stages of {label}, .*?alt: >-\n(.*?)---", TEXT, re.S)
        if found is None:
            assert name in ("ResNet-34", "ResNet-101", "ResNet-152")
            continue
        alt = " ".join(found[1].split())
        words = {4: "four", 5: "five", 6: "six"}[len(stages)]
        depth = sum(stage.depth for stage in stages)
        assert f"{words} stages, {depth} layers, {parameters:,} parameters" in alt
        assert f"and {macs:,} multiply-adds" in alt


def test_receptive_fields_are_those_of_page_5(totals, names):
    def ends(name):
        return [stage.field[0] for stage in totals[name][2] if stage.field]

    assert ends("AlexNet") == [19, 67, 195]
    assert ends("NiN")[:2] == [19, 67]
    assert ends("VGG-16") == [6, 16, 44, 100, 212]
    assert ends("ResNet-50")[1:] == [35, 99, 291, 483]
    assert names["stages_of"](names["moved"])[-2].field == (427, 32, 0.0)
    for name in ("GoogLeNet", "ResNet-50", "Xception"):
        assert ends(name)[-1] > 299


def test_parameters_and_work_lie_where_the_page_says(executed, totals):
    shown = executed.shows("of the parameters in the head")
    assert "AlexNet: 96% of the parameters in the head, 92% of the multi" in shown
    assert "VGG-16: 89% of the parameters in the head, 99% of the multi" in shown
    steps = executed.names["steps_of"](executed.names["alexnet"], 227)
    shares = [step.macs / totals["AlexNet"][1] for step in steps]
    assert max(shares) == shares[1] == pytest.approx(0.3, abs=0.02)


def test_average_pooling_saves_nine_tenths_of_vgg(executed):
    shown = executed.shows('("averaged", averaged)')
    assert "as it is: head 123,642,856, network 138,357,544" in shown
    assert "averaged: head 513,000, network 15,227,688" in shown
    assert pytest.approx(0.9, abs=0.02) == 1 - 15_227_688 / 138_357_544


def test_three_quarters_of_vgg_are_between_its_maps_and_the_first_layer(names):
    rows = layer_table(names["vgg16"]["head"], (512, 7, 7))
    first, second, _ = (row[3] for row in rows if row[3])
    assert first / 138_357_544 == pytest.approx(0.75, abs=0.01)
    rest = (138_357_544 - 15_227_688) - first
    assert second / rest > 0.8


def test_sizes_and_channels_of_all_networks(names):
    firsts, lasts = {}, []
    for name, (network, side) in names["networks"].items():
        first = network["stage 1"][:1]
        (row,) = network_rows(first, (3, side, side), layer_table)
        firsts[name] = row[1]
        lasts.append(names["stages_of"](network, side)[-2].shape)
    assert {maps[0] for maps in firsts.values()} == {32, 64, 96}
    assert (min(lasts)[0], max(lasts)[0]) == (256, 2048)
    assert max(maps[1] for maps in lasts) == 10
    assert [name for name, maps in firsts.items() if maps[1] > 200] == ["VGG-16"]


def test_no_step_has_half_of_the_parameters_since_average_pooling(names):
    most = {}
    for name, each in names["networks"].items():
        counts = [step.parameters for step in names["steps_of"](*each)]
        most[name] = max(counts) / sum(counts)
    assert min(most["AlexNet"], most["VGG-16"]) > 0.6
    assert 0.45 < most["NiN"] < 0.5
    assert max(most[name] for name in ("GoogLeNet", "ResNet-50", "Xception")) < 0.25


def test_comparisons_of_whole_networks(totals):
    def ratio(one, other):
        return [totals[one][n] / totals[other][n] for n in (0, 1)]

    assert ratio("NiN", "AlexNet")[0] == pytest.approx(1 / 8, abs=0.01)
    assert ratio("VGG-16", "AlexNet")[1] > 20
    assert ratio("GoogLeNet", "AlexNet") == pytest.approx([1 / 9, 2.2], rel=0.05)
    assert ratio("GoogLeNet", "VGG-16") == pytest.approx([1 / 20, 1 / 10], rel=0.05)
    assert totals["ResNet-152"][1] < totals["VGG-16"][1]
    smallest = min(PUBLISHED, key=lambda name: totals[name][0])
    largest = max(PUBLISHED, key=lambda name: totals[name][0])
    assert (smallest, largest) == ("GoogLeNet", "VGG-16")
    assert max(PUBLISHED.values()) > PUBLISHED["GoogLeNet"]
    assert min(PUBLISHED.values()) < PUBLISHED["VGG-16"]


def test_errors_are_the_published_ones(names):
    assert names["errors"] == PUBLISHED
    assert {name: point[2] for name, point in names["points"].items()} == PUBLISHED


def test_a_full_layer_of_vgg_costs_the_same_in_four_stages():
    plan = [(64, 224), (128, 112), (256, 56), (512, 28), (512, 14)]
    costs = [conv_macs(C, C, 3, (side, side)) for C, side in plan]
    assert set(costs[:4]) == {4 * costs[4]}
    assert costs[0] == pytest.approx(1.85e9, rel=0.003)


def test_naive_and_reduced_modules(executed):
    shown = executed.shows('("naive", naive)')
    assert "naive: 416 channels come out, 303,464,448" in shown
    assert "reduced: 256 channels come out, 128,049,152" in shown
    assert 64 + 128 + 32 + 192 == 416


def test_blocks_have_the_weights_of_problem_set_8(executed):
    shown = executed.shows('("bottleneck", bottleneck, 256)')
    assert "basic, 64 channels: 73,728 weights" in shown
    assert "bottleneck, 256 channels: 69,632 weights" in shown
    block = executed.names["basic"](64, 128, 2)
    rows = network_rows(block, (64, 56, 56), layer_table)
    assert sum(row[3] for row in rows) == count(BasicBlock(64, 128, 2))


@pytest.mark.parametrize(("name", "wider"), [("basic", 1), ("bottleneck", 4)])
def test_blocks_cost_the_same_in_every_stage(names, name, wider):
    costs = []
    for width, side in [(64, 56), (128, 28), (256, 14), (512, 7)]:
        channels = wider * width
        chain = names[name](channels, width)
        rows = network_rows(chain, (channels, side, side), layer_table)
        costs.append((sum(row[4] for row in rows), sum(row[3] for row in rows)))
    assert len({macs for macs, _ in costs}) == 1
    for (_, before), (_, after) in itertools.pairwise(costs):
        assert after / before == pytest.approx(4, rel=0.01)


def test_moving_the_stride_costs_work_and_no_parameters(executed, names):
    shown = executed.shows("billion multiply-adds")
    assert "paper: 3.86 billion" in shown
    assert "torchvision: 4.09 billion" in shown
    stages = (names["stages_of"](names[name]) for name in ("resnet50", "moved"))
    pairs = zip(*stages, strict=True)
    dearer = [after.macs > before.macs for before, after in pairs]
    assert dearer == [False, False, True, True, True, False]


def test_what_is_claimed_of_the_interactive_figure(names):
    three, pool = layers.conv2d(8, 3, padding=1), layers.max_pool2d(2)
    one, five = layers.conv2d(8, 1), layers.conv2d(8, 5, padding=2)

    def size(*chain):
        return receptive_field(list(chain))[0]

    start = size(three, three, pool, three, three)
    assert size(five, pool, three, three) == start
    assert size(three, three, pool, five) == start
    assert size(one, three, pool, three, three) == start - 2
    assert size(three, three, pool, three, one) == start - 4
    assert size(three, pool, three, three, three) > start


def test_difficulty_and_minutes_are_those_of_the_declarations():
    from exercises import ps7, ps8

    levels = {"easy": 1, "medium": 2, "hard": 3}
    sets = {"ps7": ps7.PROBLEM_SET, "ps8": ps8.PROBLEM_SET}
    pattern = r"\*\*`((ps\d)\.\w+)`\*\* · (\w+) · about (\d+) minutes"
    found = re.findall(pattern, TEXT)
    assert len(found) == 5
    for exercise_id, problem_set, level, minutes in found:
        exercise = sets[problem_set].find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)


def test_every_figure_is_there_and_has_a_name_of_its_own():
    found = re.findall(r"^    name: (fig-arch-[\w-]+)$", TEXT, re.M)
    assert len(found) == len(set(found)) == 15
    for name in re.findall(r"\{numref\}`([\w-]+)`", TEXT):
        assert name in found
