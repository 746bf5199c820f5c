"""Wrong class activation maps, and the hints that lead to each mistake."""

from __future__ import annotations

import numpy as np

from coursekit.checks.declare import Misconception


def right(features, weight, label):
    return np.einsum("c,chw->hw", weight[label], features)


def weightless(features, weight, label):
    return features.sum(axis=0)


def mean_feature(features, weight, label):
    return features.mean(axis=0)


def mean_over_channels(features, weight, label):
    return right(features, weight, label) / len(features)


def cut_off(features, weight, label):
    return np.maximum(right(features, weight, label), 0)


def positive_weights(features, weight, label):
    return right(features, np.maximum(weight, 0), label)


def sizes_of_weights(features, weight, label):
    return right(features, np.abs(weight), label)


def positive_features(features, weight, label):
    return right(np.maximum(features, 0), weight, label)


def stretched(features, weight, label):
    found = right(features, weight, label)
    return (found - found.min()) / (np.ptp(found) or 1.0)


def divided_by_the_largest(features, weight, label):
    found = right(features, weight, label)
    return found / (found.max() or 1.0)


def column_of_the_label(features, weight, label):
    column = weight[:, label % weight.shape[1]]
    return right(features, np.resize(column, (1, len(features))), 0)


def next_class(features, weight, label):
    return right(features, weight, (label + 1) % len(weight))


def class_before(features, weight, label):
    return right(features, weight, label - 1)


def likeliest_class(features, weight, label):
    return right(features, weight, int(np.argmax(weight @ features.mean(axis=(1, 2)))))


def all_classes(features, weight, label):
    return right(features, weight.sum(axis=0, keepdims=True), 0)


def against_the_others(features, weight, label):
    return right(features, weight - weight.mean(axis=0), label)


def every_class_a_map(features, weight, label):
    return np.tensordot(weight, features, axes=1)


def every_channel_a_map(features, weight, label):
    return weight[label][:, np.newaxis, np.newaxis] * features


def over_the_width(features, weight, label):
    C, H, W = features.shape
    return right(features.reshape(H, W, C).transpose(2, 0, 1), weight, label)


def turned(features, weight, label):
    return right(features, weight, label).T


def a_number(features, weight, label):
    return float(right(features, weight, label).mean())


def strongest_channel(features, weight, label):
    channel = int(np.argmax(weight[label]))
    return weight[label, channel] * features[channel]


def share_of_the_mean(features, weight, label):
    _, H, W = features.shape
    return right(features, weight, label) / (H * W)


def by_the_mean_features(features, weight, label):
    scores = weight[label] * features.mean(axis=(1, 2))
    return np.tensordot(scores, features, axes=1)


def softmax_of_weights(features, weight, label):
    shares = np.exp(weight[label] - weight[label].max())
    return np.tensordot(shares / shares.sum(), features, axes=1)


def first_class(features, weight, label):
    return right(features, weight, 0)


def whole_numbers(features, weight, label):
    return right(features, weight, label).astype(int)


def sizes_of_the_map(features, weight, label):
    return np.abs(right(features, weight, label))


def sign_turned(features, weight, label):
    return -right(features, weight, label)


def centred(features, weight, label):
    found = right(features, weight, label)
    return found - found.mean()


def from_zero(features, weight, label):
    found = right(features, weight, label)
    return found - found.min()


def sigmoid(features, weight, label):
    return 1 / (1 + np.exp(-right(features, weight, label)))


def softmax_of_places(features, weight, label):
    found = np.exp(right(features, weight, label))
    return found / found.sum()


def cut_off_and_divided(features, weight, label):
    found = cut_off(features, weight, label)
    return found / (found.max() or 1.0)


def largest_channel(features, weight, label):
    return every_channel_a_map(features, weight, label).max(axis=0)


def last_channel(features, weight, label):
    return weight[label, -1] * features[-1]


def without_the_last(features, weight, label):
    return right(features[:-1], weight[:, :-1], label)


def in_one_row(features, weight, label):
    return right(features, weight, label).ravel()


MISCONCEPTIONS = [
    Misconception(
        "the first class",
        "Your map belongs to class 0, whatever class is asked about.",
        first_class,
    ),
    Misconception(
        "whole numbers",
        "Your map has whole numbers only. Was it made for whole numbers?",
        whole_numbers,
    ),
    Misconception(
        "the sizes of the map",
        "Your map has lost its signs. A place may also speak against a class.",
        sizes_of_the_map,
    ),
    Misconception(
        "the sign turned",
        "Your map has the wrong sign: where it should be high it is low.",
        sign_turned,
    ),
    Misconception(
        "centred",
        "The mean of your map is 0. It should be the logit without the bias.",
        centred,
    ),
    Misconception(
        "its smallest number taken away",
        "The smallest number of your map is 0. It is neither moved nor scaled.",
        from_zero,
    ),
    Misconception(
        "through a sigmoid",
        "Your map went through a sigmoid. It is not scaled: its mean is a logit.",
        sigmoid,
    ),
    Misconception(
        "softmax over the places",
        "Your map adds up to 1, as after a softmax. It is not scaled: its mean is a "
        "logit.",
        softmax_of_places,
    ),
    Misconception(
        "cut off and scaled",
        "Your map is cut off at 0 and then divided by its largest number, as for a "
        "picture. Neither is wanted here.",
        cut_off_and_divided,
    ),
    Misconception(
        "the largest channel of each place",
        "At each place you take the channel that adds most. All channels add to the "
        "logit.",
        largest_channel,
    ),
    Misconception(
        "the last channel alone",
        "Your map shows the last channel alone. Does each channel take the place of "
        "the one before, or is it added?",
        last_channel,
    ),
    Misconception(
        "without the last channel",
        "The last channel is missing from your map.",
        without_the_last,
    ),
    Misconception(
        "places in one row",
        "Your map has its places in one row. It has the axes (H, W).",
        in_one_row,
    ),
    Misconception(
        "no weights of the class",
        "Your map is the sum of the feature maps, the same for every class. How much "
        "does each channel count for the class that is asked about?",
        weightless,
    ),
    Misconception(
        "the mean feature map",
        "Your map is the mean of the feature maps, the same for every class. How much "
        "does each channel count for the class that is asked about?",
        mean_feature,
    ),
    Misconception(
        "mean in place of the sum",
        "With several channels your numbers are too small: you divide by how many "
        "channels there are. What they add to the logit is a sum.",
        mean_over_channels,
    ),
    Misconception(
        "cut off at 0",
        "Your map has no negative numbers. A place may also speak against a class; "
        "Grad-CAM cuts that off, a class activation map does not.",
        cut_off,
    ),
    Misconception(
        "positive weights alone",
        "Channels with a negative weight are missing from your map. What they see "
        "speaks against the class.",
        positive_weights,
    ),
    Misconception(
        "sizes of the weights",
        "Your weights have lost their signs. A negative one speaks against the class.",
        sizes_of_weights,
    ),
    Misconception(
        "positive features alone",
        "Negative features are missing from your map. Not every network has a "
        "ReLU there.",
        positive_features,
    ),
    Misconception(
        "stretched from 0 to 1",
        "Your map is stretched so that it goes from 0 to 1. That is for whoever draws "
        "it: its mean should be a logit.",
        stretched,
    ),
    Misconception(
        "divided by its largest number",
        "Your map is divided by its largest number. Its mean should be a logit.",
        divided_by_the_largest,
    ),
    Misconception(
        "a column of the weights",
        "You take a column of `weight`, which belongs to a channel. What do its rows "
        "belong to?",
        column_of_the_label,
    ),
    Misconception(
        "the class after it",
        "Your map belongs to the class after the one asked about. Classes are counted "
        "from 0.",
        next_class,
    ),
    Misconception(
        "the class before it",
        "Your map belongs to the class before the one asked about. Classes are counted "
        "from 0.",
        class_before,
    ),
    Misconception(
        "the likeliest class",
        "Your map belongs to the class with the largest logit. The one that is asked "
        "about may be another.",
        likeliest_class,
    ),
    Misconception(
        "all classes together",
        "Your map is the sum of the maps of all classes. Only one is asked about.",
        all_classes,
    ),
    Misconception(
        "against the mean of all classes",
        "The mean map of all classes is taken away from your map. Its mean should be "
        "the logit as it is.",
        against_the_others,
    ),
    Misconception(
        "a map for every class",
        "You return the maps of all classes, (num_classes, H, W). Only one is asked "
        "about.",
        every_class_a_map,
    ),
    Misconception(
        "a map for every channel",
        "You return (C, H, W), one map for each channel. What do they give together?",
        every_channel_a_map,
    ),
    Misconception(
        "channels taken for the last axis",
        "Your features are reshaped as if channels came last. Their first axis counts "
        "the channels already.",
        over_the_width,
    ),
    Misconception(
        "rows and columns swapped",
        "Your map has the axes (W, H). It should lie on the picture as it is.",
        turned,
    ),
    Misconception(
        "one number",
        "You return the mean of the map, which is the logit without its bias. Where in "
        "the picture does it come from?",
        a_number,
    ),
    Misconception(
        "the strongest channel alone",
        "Your map shows one channel, that of the largest weight. All channels add to "
        "the logit.",
        strongest_channel,
    ),
    Misconception(
        "divided by the number of places",
        "Your map adds up to the logit. It is its *mean* that should be the logit, "
        "since the pool takes a mean.",
        share_of_the_mean,
    ),
    Misconception(
        "weights times mean features",
        "You count each channel's mean twice: in its weight, and then in its map.",
        by_the_mean_features,
    ),
    Misconception(
        "softmax of the weights",
        "Your weights are all positive and add up to 1. Softmax is for the logits of "
        "several classes, and comes after.",
        softmax_of_weights,
    ),
]
