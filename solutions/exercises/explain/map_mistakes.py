"""Wrong class activation maps, and the hints that lead to each mistake."""

from __future__ import annotations

from coursekit.checks.declare import Misconception
from exercises.explain import wrong_maps as wrong

MISCONCEPTIONS = [
    Misconception(
        "the first class",
        "Your map belongs to class 0, whatever class is asked about.",
        wrong.first_class,
    ),
    Misconception(
        "whole numbers",
        "Your map has whole numbers only. Was it made for whole numbers?",
        wrong.whole_numbers,
    ),
    Misconception(
        "the sizes of the map",
        "Your map has lost its signs. A place may also speak against a class.",
        wrong.sizes_of_the_map,
    ),
    Misconception(
        "the sign turned",
        "Your map has the wrong sign: where it should be high it is low.",
        wrong.sign_turned,
    ),
    Misconception(
        "centred",
        "The mean of your map is 0. It should be the logit without the bias.",
        wrong.centred,
    ),
    Misconception(
        "its smallest number taken away",
        "The smallest number of your map is 0. It is neither moved nor scaled.",
        wrong.from_zero,
    ),
    Misconception(
        "through a sigmoid",
        "Your map went through a sigmoid. It is not scaled: its mean is a logit.",
        wrong.sigmoid,
    ),
    Misconception(
        "softmax over the places",
        "Your map adds up to 1, as after a softmax. It is not scaled: its mean is a "
        "logit.",
        wrong.softmax_of_places,
    ),
    Misconception(
        "cut off and scaled",
        "Your map is cut off at 0 and then divided by its largest number, as for a "
        "picture. Neither is wanted here.",
        wrong.cut_off_and_divided,
    ),
    Misconception(
        "cut off, and scaled with care",
        "Your map is cut off at 0 and then divided by its largest number and a little "
        "more, as for a picture. Neither is wanted here.",
        wrong.cut_off_and_divided_with_care,
    ),
    Misconception(
        "divided by its largest size",
        "Your map is divided by its largest number, sign aside. Its mean should be a "
        "logit.",
        wrong.divided_by_the_largest_size,
    ),
    Misconception(
        "standardised",
        "Your map has a mean of 0 and a variance of 1. It is neither moved nor scaled.",
        wrong.standardised,
    ),
    Misconception(
        "a picture in bytes",
        "Your map is a picture of bytes, from 0 to 255. That is for whoever draws it: "
        "its mean should be a logit.",
        wrong.in_bytes,
    ),
    Misconception(
        "without the first channel",
        "The first channel is missing from your map.",
        wrong.without_the_first,
    ),
    Misconception(
        "class and channel swapped",
        "You take `weight[channel, class]`. Its axes are (num_classes, C).",
        wrong.class_and_channel_swapped,
    ),
    Misconception(
        "the largest channel of each place",
        "At each place you take the channel that adds most. All channels add to the "
        "logit.",
        wrong.largest_channel,
    ),
    Misconception(
        "the last channel alone",
        "Your map shows the last channel alone. Does each channel take the place of "
        "the one before, or is it added?",
        wrong.last_channel,
    ),
    Misconception(
        "without the last channel",
        "The last channel is missing from your map.",
        wrong.without_the_last,
    ),
    Misconception(
        "places in one row",
        "Your map has its places in one row. It has the axes (H, W).",
        wrong.in_one_row,
    ),
    Misconception(
        "no weights of the class",
        "Your map is the sum of the feature maps, the same for every class. How much "
        "does each channel count for the class that is asked about?",
        wrong.weightless,
    ),
    Misconception(
        "the mean feature map",
        "Your map is the mean of the feature maps, the same for every class. How much "
        "does each channel count for the class that is asked about?",
        wrong.mean_feature,
    ),
    Misconception(
        "mean in place of the sum",
        "With several channels your numbers are too small: you divide by how many "
        "channels there are. What they add to the logit is a sum.",
        wrong.mean_over_channels,
    ),
    Misconception(
        "cut off at 0",
        "Your map has no negative numbers. A place may also speak against a class; "
        "Grad-CAM cuts that off, a class activation map does not.",
        wrong.cut_off,
    ),
    Misconception(
        "positive weights alone",
        "Channels with a negative weight are missing from your map. What they see "
        "speaks against the class.",
        wrong.positive_weights,
    ),
    Misconception(
        "sizes of the weights",
        "Your weights have lost their signs. A negative one speaks against the class.",
        wrong.sizes_of_weights,
    ),
    Misconception(
        "positive features alone",
        "Negative features are missing from your map. Not every network has a "
        "ReLU there.",
        wrong.positive_features,
    ),
    Misconception(
        "stretched from 0 to 1",
        "Your map is stretched so that it goes from 0 to 1. That is for whoever draws "
        "it: its mean should be a logit.",
        wrong.stretched,
    ),
    Misconception(
        "divided by its largest number",
        "Your map is divided by its largest number. Its mean should be a logit.",
        wrong.divided_by_the_largest,
    ),
    Misconception(
        "a column of the weights",
        "You take a column of `weight`, which belongs to a channel. What do its rows "
        "belong to?",
        wrong.column_of_the_label,
    ),
    Misconception(
        "the class after it",
        "Your map belongs to the class after the one asked about. Classes are counted "
        "from 0.",
        wrong.next_class,
    ),
    Misconception(
        "the class before it",
        "Your map belongs to the class before the one asked about. Classes are counted "
        "from 0.",
        wrong.class_before,
    ),
    Misconception(
        "the likeliest class",
        "Your map belongs to the class with the largest logit. The one that is asked "
        "about may be another.",
        wrong.likeliest_class,
    ),
    Misconception(
        "all classes together",
        "Your map is the sum of the maps of all classes. Only one is asked about.",
        wrong.all_classes,
    ),
    Misconception(
        "against the mean of all classes",
        "The mean map of all classes is taken away from your map. Its mean should be "
        "the logit as it is.",
        wrong.against_the_others,
    ),
    Misconception(
        "a map for every class",
        "You return the maps of all classes, (num_classes, H, W). Only one is asked "
        "about.",
        wrong.every_class_a_map,
    ),
    Misconception(
        "a map for every channel",
        "You return (C, H, W), one map for each channel. What do they give together?",
        wrong.every_channel_a_map,
    ),
    Misconception(
        "channels taken for the last axis",
        "Your features are reshaped as if channels came last. Their first axis counts "
        "the channels already.",
        wrong.over_the_width,
    ),
    Misconception(
        "rows and columns swapped",
        "Your map has the axes (W, H). It should lie on the picture as it is.",
        wrong.turned,
    ),
    Misconception(
        "one number",
        "You return the mean of the map, which is the logit without its bias. Where in "
        "the picture does it come from?",
        wrong.a_number,
    ),
    Misconception(
        "the strongest channel alone",
        "Your map shows one channel, that of the largest weight. All channels add to "
        "the logit.",
        wrong.strongest_channel,
    ),
    Misconception(
        "divided by the number of places",
        "Your map adds up to the logit. It is its *mean* that should be the logit, "
        "since the pool takes a mean.",
        wrong.share_of_the_mean,
    ),
    Misconception(
        "weights times mean features",
        "You count each channel's mean twice: in its weight, and then in its map.",
        wrong.by_the_mean_features,
    ),
    Misconception(
        "softmax of the weights",
        "Your weights are all positive and add up to 1. Softmax is for the logits of "
        "several classes, and comes after.",
        wrong.softmax_of_weights,
    ),
]
