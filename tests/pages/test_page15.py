"""The page "What the network sees": what its cells show, and what its text claims."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets.receptive_field import input_interval

PAGE = Path(__file__).parents[2] / "book" / "what_the_network_sees.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.fixture
def names(executed):
    return executed.names


def numbers(text):
    """Return all numbers of a text."""
    return [float(n) for n in re.findall(r"[-+]?\d+(?:\.\d+)?", text)]


def test_the_networks_have_learnt_the_digits(names):
    images, labels = names["test_images"], names["test_labels"]
    for network in [*names["networks"], names["usual"]]:
        assert not network.training
        with torch.no_grad():
            right = network(images).argmax(dim=1) == labels
        assert right.double().mean() > 0.96


def test_untrained_copies_are_where_training_began(names):
    first = names["untrained"][0].features[0].weight
    again = names["new_network"](0).features[0].weight
    torch.testing.assert_close(first, again)
    usual = names["new_network"](0, scale=1.0).features[0].weight
    torch.testing.assert_close(usual / 10, first)


def test_usual_first_filters_hardly_change_shape(names):
    first = names["untrained"][0].features[0].weight.flatten(1)
    network, usual = (
        F.cosine_similarity(names[name].features[0].weight.flatten(1), first).mean()
        for name in ("network", "usual")
    )
    assert usual > 0.7
    assert network < 0.6


def test_shapes_of_the_maps(names):
    shapes = [each.shape for each in names["maps_of"](names["network"], names["five"])]
    assert shapes == [(8, 28, 28), (16, 14, 14), (32, 7, 7)]
    assert int(names["test_labels"][(names["test_labels"] == 5).nonzero()[0, 0]]) == 5


def test_zeros_beside_empty_paper_make_the_frames(names):
    empty = torch.zeros(1, 28, 28)
    first, second, _ = names["maps_of"](names["network"], empty)
    for maps, is_framed in ((first, False), (second, True)):
        inner = maps[:, 3:-3, 3:-3]
        assert np.allclose(inner, inner[:, :1, :1], atol=1e-5)
        assert np.allclose(maps, inner[:, :1, :1], atol=1e-5) != is_framed
    assert first.max() > 0


def test_channels_and_the_bars_they_prefer(names):
    angles, tuning = names["angles"], names["tuning"]
    assert tuning.shape == (8, 8)
    assert angles[tuning[:, 6].argmax()] == 45
    assert tuning[2, 6] > 1.5 * tuning[6, 6]
    assert angles[tuning[:, 7].argmax()] == 0
    assert tuning[:, 2].max() < 1.3 * tuning[:, 2].min()


def test_untrained_networks_prefer_angles_as_much(names):
    preference = names["preference"]
    gains = [
        preference(after) - preference(before)
        for before, after in zip(names["untrained"], names["networks"], strict=True)
    ]
    assert sum(gain > 0 for gain in gains) == 2
    assert max(map(abs, gains)) < 0.1


def test_pieces_are_what_the_unit_depends_on(names):
    """Ink outside the cut piece does not change the answer; inside it does."""
    channel = names["favourites"][0]
    patches, found = names["exciting"](channel, count=3)
    assert {patch.shape for patch in patches} == {(22, 22)}
    answer = names["network"].features(names["images"])[:, channel].detach()
    best = answer.flatten(1).max(dim=1)
    for patch, n in zip(patches, best.values.argsort(descending=True), strict=False):
        row, column = divmod(int(best.indices[n]), 7)
        (top, bottom), (left, right) = (
            input_interval(names["chain"], unit) for unit in (row, column)
        )
        image = names["images"][n : n + 1].clone().requires_grad_()
        names["network"].features(image)[0, channel, row, column].backward()
        seen = image.grad[0, 0].nonzero()
        assert (seen.min(dim=0).values >= torch.tensor([top, left])).all()
        assert (seen.max(dim=0).values <= torch.tensor([bottom, right])).all()
        inside = image.detach()[
            0, 0, max(top, 0) : bottom + 1, max(left, 0) : right + 1
        ]
        assert patch.sum() == pytest.approx(float(inside.sum()), rel=1e-5)
    assert len(found) == 3


def test_the_pieces_are_sevens_and_a_four(names):
    found = [label for _, row in names["found_pieces"] for label in row]
    assert sorted(found) == [4] + [7] * 23
    share = (names["labels"] == 7).double().mean()
    assert 2 <= 24 * share <= 3


def test_fields_of_the_last_layer(executed):
    assert executed.shows("size, jump, start:").splitlines() == [
        "size, jump, start: (22, 4, 1.5)",
        "pixels of units 0, 3 and 6: (-9, 12) (3, 24) (15, 36)",
    ]


def test_effective_fields_lie_inside_and_widen(names):
    outside = np.ones((28, 28), bool)
    outside[3:25, 3:25] = False
    for before, after in names["fields"]:
        widths = [np.mean(names["spread"](each)) for each in (before, after)]
        assert 1.02 < widths[1] / widths[0] < 1.3
        assert 17 < 4 * widths[1] < 20.5
        for each in (before, after):
            assert each.sum() == pytest.approx(1, rel=1e-4)
            assert each[outside].max() == 0


def test_the_first_picture_shows_maps_that_answer_to_the_question(names):
    for label, half in ((4, slice(0, 7)), (2, slice(7, 14))):
        map_ = names["speaks"][label]
        want = names["cam"](names["network"], names["couple"], label)
        np.testing.assert_allclose(map_, want, atol=1e-4)
        _, column = np.unravel_index(map_.argmax(), map_.shape)
        assert half.start <= column < half.stop
        other = map_[:, 7 - half.start : 14 - half.start]
        assert map_[:, half].mean() > 0 > other.mean()


def test_means_of_maps_are_logits_less_biases(names):
    for label in range(10):
        mean = names["cam"](names["network"], names["picture"], label).mean()
        assert mean == pytest.approx(
            names["logits"][label] - names["bias"][label], abs=1e-4
        )


def test_maps_light_up_in_the_half_that_is_asked_for(executed):
    lines = executed.shows("right half in").splitlines()
    assert len(lines) == 3
    assert all(numbers(line)[-1] > 98 for line in lines)
    assert len(executed.names["pairs"]) == 200


@pytest.fixture
def explored(names):
    """Return a function that takes a picture of the figure apart."""

    def explored(n, label):
        features, weight = names["last_maps"][n].numpy(), names["network"].fc.weight
        return weight[label].detach().numpy()[:, None, None] * features

    return explored


def test_the_figure_shows_pairs_and_two_digits_read_wrong(names, executed):
    assert names["titles"][:3] == ["3 and 7", "9 and 4", "8 and 3"]
    torch.testing.assert_close(names["to_show"][0], names["picture"])
    wrong = (names["read"] != names["test_labels"]).nonzero()[:, 0].tolist()
    for n, at in ((3, wrong[0]), (4, wrong[-1])):
        label, read = int(names["test_labels"][at]), int(names["read"][at])
        assert names["titles"][n] == f"a {label}, read as {read}"
        with torch.no_grad():
            logits = names["network"](names["to_show"][n][None])[0]
        assert int(logits.argmax()) == read != label
    assert "ClassMapExplorer object" in executed.shows("titles=titles")


def test_the_sum_climbs_far_above_the_logit_and_comes_down_again(explored, names):
    adds = explored(0, 7).mean(axis=(1, 2))
    climb = np.sort(adds)[::-1].cumsum() + names["bias"][7]
    assert climb[-1] == pytest.approx(names["logits"][7], abs=1e-4)
    assert names["logits"].argmax() == 7
    assert climb.max() > 1.5 * climb[-1]
    assert 10 < climb.argmax() < 20


def test_an_8_and_a_3_make_a_9(explored, names):
    with torch.no_grad():
        assert int(names["network"](names["to_show"][2][None])[0].argmax()) == 9
    maps = {k: explored(2, k).sum(axis=0) for k in (8, 3, 9)}
    halves = {k: (m[:, :7].mean(), m[:, 7:].mean()) for k, m in maps.items()}
    assert halves[8][0] > 2 > -2 > halves[8][1]
    assert halves[3][1] > 2 > -2 > halves[3][0]
    assert 0.5 < min(halves[9]) < max(halves[9]) < 2


def test_what_a_5_has_of_a_9(explored, names):
    assert names["titles"][3] == "a 5, read as 9"
    difference = (explored(3, 9) - explored(3, 5)).sum(axis=0)
    assert difference[1:3, 4:].max() < 0
    assert difference.argmin() == 7 + 4
    middle = difference[2:5, 2:4]
    assert middle.min() > 3
    bias = names["bias"][9] - names["bias"][5]
    assert 0 < difference.mean() + bias < 0.5


def test_twins_say_the_same_and_their_maps_differ(names):
    with torch.no_grad():
        probabilities = [
            F.softmax(names[name](names["test_images"][:50]), dim=1)
            for name in ("network", "twin")
        ]
    torch.testing.assert_close(*probabilities, atol=1e-5, rtol=0)
    maps = [
        names["cam"](names[name], names["picture"], 0) for name in ("network", "twin")
    ]
    assert maps[0].mean() < -3
    assert maps[1].mean() > 3
    assert np.abs(names["difference"]).max() < 1e-3


def test_covering_computes_the_drop(names):
    network, picture = names["network"], names["picture"]
    drop = names["drops"](network, picture, 3)
    changed = picture.clone()
    changed[:, 6:14, 10:18] = 0  # the place in row 2, column 3
    with torch.no_grad():
        both = network(torch.stack([picture, changed]))[:, 3]
    assert drop[2, 3] == pytest.approx(float(both[0] - both[1]), abs=1e-4)
    assert drop.shape == (7, 14)


def test_where_covering_and_the_map_agree_and_where_not(names):
    assert 0.55 < np.mean(names["both"]) < 0.75
    three, seven, zero = names["covered"]
    assert three[:, :7].sum() > 0 > three[2:, 8:].sum()
    assert seven[:, 7:].sum() > 5 * abs(seven[:, :7].sum())
    assert zero[:, :7].sum() > 0
    assert names["cam"](names["network"], names["picture"], 0)[:, :7].sum() < 0


def test_random_weights_lose_the_map_and_keep_the_ink(executed):
    rows = [line.split() for line in executed.shows("def compare").splitlines()[1:]]
    likeness = {" ".join(row[:-2]): (float(row[-2]), float(row[-1])) for row in rows}
    assert likeness["trained"][0] == 1
    assert abs(likeness["fc at random"][0]) < 0.25
    assert abs(likeness["never trained"][0]) < 0.25
    assert likeness["another seed"][0] > 0.7
    assert likeness["never trained"][1] > likeness["trained"][1]


def test_the_courses_network_equals_torchvisions(executed):
    shown = executed.shows("theirs = torchvision")
    assert shown.startswith("<All keys matched successfully>")
    assert float(shown.split()[-1]) < 1e-5


def test_what_learns_and_what_moves(executed):
    assert executed.shows("the last one alone") == (
        "all layers learn: 11,179,077\nthe last one alone: 2,565"
    )
    assert 11_689_512 - 513 * 1000 + 513 * 5 == 11_179_077
    assert executed.shows("running mean moved").splitlines() == [
        "training mode: True, running mean moved: True",
        "training mode: False, running mean moved: False",
    ]


def test_the_miniature_learns_from_two_of_each(names):
    few, labels = names["few"], names["target"][1]
    assert labels[few].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert set((names["source"][1]).tolist()) == set(range(5))
    assert 0.6 < names["accuracy"](names["scratch"], *names["target_test"]) < 0.95


def test_threads_are_put_back(names):
    assert torch.get_num_threads() == names["threads"]
