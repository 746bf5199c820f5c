"""The page "Channels, filters, batches": its formulas and numbers, checked."""

import re
from pathlib import Path

import numpy as np
import torch
from sklearn.decomposition import PCA
from torch import nn
from torch.nn import functional as F

from convnets import conv2d_loops, correlate2d
from coursekit.data import photograph
from exercises.ps1 import PROBLEM_SET

PAGE = Path(__file__).parents[2] / "book" / "channels_and_batches.md"


def torch_conv2d(*arrays, **options):
    return F.conv2d(*(torch.from_numpy(a) for a in arrays), **options).numpy()


def test_two_channels_worked_by_hand():
    x = np.array([[[1.0, 2, 0], [0, 1, 3]], [[2, 0, 1], [1, 1, 0]]])
    sheets = np.array([[[1.0, 0], [0, 1]], [[0, 1], [1, 0]]])
    np.testing.assert_array_equal(correlate2d(x[0], sheets[0]), [[2, 5]])
    np.testing.assert_array_equal(correlate2d(x[1], sheets[1]), [[1, 2]])
    out = torch_conv2d(x[np.newaxis], sheets[np.newaxis], np.array([1.0]))
    np.testing.assert_array_equal(out, [[[[4, 8]]]])


def test_only_both_channels_together_find_the_pair(page):
    lights, sheets = page["lights"], page["sheets"]
    maps = [correlate2d(lights[c], sheets[c]) for c in (0, 1)]
    assert [int(single.sum()) for single in maps] == [5, 5]
    assert np.argwhere(maps[0] + maps[1] == 2).tolist() == [[1, 2]]
    assert np.argwhere(page["response"][0, 0] > 0).tolist() == [[1, 2]]


def test_formula_of_the_layer(rng):
    x, weight = rng.normal(size=(2, 3, 6, 5)), rng.normal(size=(4, 3, 3, 2))
    bias = rng.normal(size=4)
    got = np.empty((2, 4, 4, 4))
    for n, o, i, j in np.ndindex(got.shape):
        terms = (
            x[n, c, i + k, j + l] * weight[o, c, k, l]
            for c, k, l in np.ndindex(3, 3, 2)
        )
        got[n, o, i, j] = bias[o] + sum(terms)
    np.testing.assert_allclose(got, torch_conv2d(x, weight, bias))


def test_weights_and_parameters_are_those_of_torch():
    layer = nn.Conv2d(3, 4, kernel_size=(5, 2))
    assert tuple(layer.weight.shape) == (4, 3, 5, 2)
    assert sum(p.numel() for p in layer.parameters()) == 4 * (3 * 5 * 2 + 1) == 124


def test_number_of_input_channels_is_not_in_the_output_shape():
    for C_in in (1, 3, 8):
        out = torch_conv2d(np.zeros((2, C_in, 9, 8)), np.zeros((4, C_in, 5, 2)))
        assert out.shape == (2, 4, 5, 7)


def test_grey_is_a_one_by_one_convolution(page):
    want = photograph("china", grey=True)[::4, ::4]
    np.testing.assert_allclose(page["grey"][0], want)


def test_one_by_one_convolution_is_a_linear_layer_per_pixel(rng):
    x, matrix = rng.normal(size=(1, 3, 4, 5)), rng.normal(size=(6, 3))
    linear = np.einsum("oc,ncij->noij", matrix, x)
    conv = torch_conv2d(x, matrix.reshape(6, 3, 1, 1))
    np.testing.assert_allclose(conv, linear)


def test_principal_components_are_those_of_scikit_learn(page):
    pca = PCA().fit(page["pixels"])
    components, scores = page["components"], page["scores"]
    np.testing.assert_allclose(np.abs(components), np.abs(pca.components_))
    want = np.abs(pca.transform(page["pixels"]))
    np.testing.assert_allclose(np.abs(scores.reshape(3, -1).T), want, atol=1e-10)


def test_what_the_page_says_of_the_components(page):
    brightness, contrast, _ = page["components"]
    assert brightness.max() < 1.3 * brightness.min()
    assert contrast[0] < -0.5
    assert contrast[2] > 0.5
    shares = page["variances"][::-1] / page["variances"].sum()
    assert shares[0] > 0.95
    assert shares[2] < 0.01


def test_component_maps_are_uncorrelated_and_colours_are_not(page):
    between = np.corrcoef(page["scores"].reshape(3, -1))
    np.testing.assert_allclose(between, np.eye(3), atol=1e-10)
    assert np.corrcoef(page["pixels"].T).min() > 0.9


def test_three_channels_rebuild_the_photograph_and_fewer_lose_more(page):
    photo, rebuilt = page["photo"], page["compressed"]
    losses = [np.mean((rebuilt(count) - photo) ** 2) for count in (1, 2, 3)]
    assert losses[0] > losses[1] > losses[2]
    assert losses[2] < 1e-20


def test_reshape_scrambles_what_transpose_moves(page):
    np.testing.assert_array_equal(page["right"], page["photo"])
    assert page["wrong"].shape == page["photo"].shape
    assert not np.allclose(page["wrong"], page["photo"])


def test_images_of_a_batch_do_not_look_at_each_other(rng):
    x, weight = rng.normal(size=(4, 2, 5, 6)), rng.normal(size=(3, 2, 2, 3))
    order = [2, 0, 3, 1]
    shuffled = conv2d_loops(x[order], weight)
    np.testing.assert_array_equal(shuffled, conv2d_loops(x, weight)[order])


def test_one_dimension_by_value():
    sound = torch.tensor([[[1.0, 2, 3, 4, 5], [5, 3, 1, 3, 5]]])
    weight = torch.tensor([[[1.0, 0, -1], [0, 1, 0]]])
    by_hand = [-2.0 + 3, -2 + 1, -2 + 3]
    assert F.conv1d(sound, weight)[0, 0].tolist() == by_hand == [1, -1, 1]


def test_three_dimensions_subtract_frames(page):
    film = page["film"]
    out = F.conv3d(film, page["change"])
    assert torch.equal(out[0, 0], film[0, 0, 1:] - film[0, 0, :-1])


def test_three_dimensions_are_equivariant_in_time(page):
    longer = F.pad(page["film"], (0, 0, 0, 0, 2, 0))  # two dark frames before
    out, later = (F.conv3d(x, page["change"]) for x in (page["film"], longer))
    assert torch.equal(later[:, :, 2:], out)


def test_patches_have_mean_zero_and_nearly_the_same_contrast(page):
    patches = page["patches"]
    assert patches.shape == (40_000, 3 * 9 * 9)
    np.testing.assert_allclose(patches.mean(axis=1), 0, atol=1e-12)
    assert patches.std(axis=1).max() < 1


def test_filters_measure_how_far_a_patch_reaches_towards_a_centre(page):
    patches, pca = page["patches"][:50], page["pca"]
    centred = patches - pca.mean_
    want = pca.transform(patches) @ page["centres"].T
    np.testing.assert_allclose(centred @ page["filters"].T, want, atol=1e-9)


def test_filters_hold_edges_and_colours(page):
    weight = page["filters"].reshape(24, 3, 9, 9)
    is_plain = np.abs(weight.mean(axis=(2, 3))).max(axis=1) > 0.5 * np.abs(weight).max(
        axis=(1, 2, 3)
    )
    colourless = np.ptp(weight, axis=1).mean(axis=(1, 2)) < 0.5 * weight.std(
        axis=(1, 2, 3)
    )
    assert is_plain.any()
    assert colourless.sum() >= 4


def test_answer_1_counts_as_torch_does():
    layer = nn.Conv2d(32, 64, kernel_size=(3, 5))
    assert tuple(layer.weight.shape) == (64, 32, 3, 5)
    assert sum(p.numel() for p in layer.parameters()) == 30_784


def test_answer_2_has_ten_maps_of_28():
    out = torch_conv2d(np.zeros((1, 3, 32, 32)), np.zeros((10, 3, 5, 5)))
    assert out.shape == (1, 10, 28, 28)


def test_answer_3_swaps_red_and_blue(rng):
    x = rng.normal(size=(1, 3, 4, 5))
    for matrix, want in [(np.eye(3), x), (np.eye(3)[::-1].copy(), x[:, ::-1])]:
        np.testing.assert_array_equal(torch_conv2d(x, matrix.reshape(3, 3, 1, 1)), want)


def test_answer_5_channels_and_sheets_belong_together(rng):
    x, weight = rng.normal(size=(1, 3, 5, 6)), rng.normal(size=(2, 3, 2, 3))
    order, out = [2, 0, 1], torch_conv2d(x, weight)
    assert not np.allclose(torch_conv2d(x[:, order], weight), out)
    np.testing.assert_allclose(torch_conv2d(x[:, order], weight[:, order]), out)


def test_difficulty_and_minutes_are_those_of_the_declarations():
    levels = {"easy": 1, "medium": 2, "hard": 3}
    pattern = r"\*\*`(ps1\.\w+)`\*\* · (\w+) · about (\d+) minutes"
    found = re.findall(pattern, PAGE.read_text(encoding="utf-8"))
    assert len(found) == 1
    for exercise_id, level, minutes in found:
        exercise = PROBLEM_SET.find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)
