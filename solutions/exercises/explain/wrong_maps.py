"""Class activation maps with one mistake each."""

from __future__ import annotations

import numpy as np


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
    return found / found.max()


def column_of_the_label(features, weight, label):
    return np.tensordot(weight[:, label], features, axes=1)


def class_and_channel_swapped(features, weight, label):
    return sum(weight[number, label] * each for number, each in enumerate(features))


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
    return found / found.max()


def cut_off_and_divided_with_care(features, weight, label):
    found = cut_off(features, weight, label)
    return found / (found.max() + 1e-8)


def divided_by_the_largest_size(features, weight, label):
    found = right(features, weight, label)
    return found / np.abs(found).max()


def standardised(features, weight, label):
    found = right(features, weight, label)
    return (found - found.mean()) / found.std()


def in_bytes(features, weight, label):
    return (255 * stretched(features, weight, label)).astype(np.uint8)


def without_the_first(features, weight, label):
    return right(features[1:], weight[:, 1:], label)


def largest_channel(features, weight, label):
    return every_channel_a_map(features, weight, label).max(axis=0)


def last_channel(features, weight, label):
    return weight[label, -1] * features[-1]


def without_the_last(features, weight, label):
    return right(features[:-1], weight[:, :-1], label)


def in_one_row(features, weight, label):
    return right(features, weight, label).ravel()
