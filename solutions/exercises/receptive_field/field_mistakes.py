"""Plausible ways to get a receptive field wrong, for ps3.receptive_field."""

from __future__ import annotations

from functools import partial

from coursekit.checks.declare import Misconception
from exercises.receptive_field import wrong_fields as wrong

MISCONCEPTIONS = [
    Misconception(
        "the layer's own stride comes too early",
        "Inside a kernel, neighbouring weights lie as far apart as the outputs of the "
        "layer before. The layer's own stride counts from the next layer on.",
        partial(wrong.followed, rule=wrong.own_jump),
    ),
    Misconception(
        "the kernel's whole size is added",
        "Two kernels of 3 see 5 pixels, not 7. By how many pixels does a field grow "
        "when a kernel of K weights looks at neighbours that overlap?",
        partial(wrong.followed, rule=wrong.kernel_not_one_less),
    ),
    Misconception(
        "padding makes the field smaller",
        "Padding adds outputs and moves them. How much one output sees does not depend "
        "on it; part of that may be padding.",
        partial(wrong.followed, rule=wrong.shrunk_by_padding),
    ),
    Misconception(
        "dilation ignored",
        "A dilated kernel reaches further than its number of weights says.",
        partial(wrong.followed, rule=wrong.dilation_ignored),
    ),
    Misconception(
        "a dilated kernel one gap too long",
        "Between K weights there are K - 1 gaps, and only those are stretched. Draw a "
        "kernel of 3 weights with dilation 2 and count the pixels.",
        partial(wrong.followed, rule=wrong.dilated_kernel_too_long),
    ),
    Misconception(
        "stride ignored",
        "After a stride, neighbouring outputs lie several pixels apart, and so do the "
        "weights of later kernels.",
        partial(wrong.followed, rule=wrong.stride_ignored),
    ),
    Misconception(
        "strides added up",
        "Two layers of stride 3 lead to outputs 9 pixels apart, not 5. What happens to "
        "distances when a layer takes every third output?",
        partial(wrong.followed, rule=wrong.strides_added),
    ),
    Misconception(
        "size grows without the jump",
        "The jump is right, but the size does not use it: a later kernel grows the "
        "field by distances in the image, not by its own weights.",
        partial(wrong.followed, rule=wrong.size_without_jump),
    ),
    Misconception(
        "start moves without the jump",
        "A layer moves the start by distances between the outputs of the layer before. "
        "In pixels of the image, how far apart are those?",
        partial(wrong.followed, rule=wrong.start_without_jump),
    ),
    Misconception(
        "start without padding",
        "Padding moves the first output to the left: its kernel begins before the "
        "image.",
        partial(wrong.followed, rule=wrong.start_without_padding),
    ),
    Misconception(
        "start at the kernel's last weight",
        "The start is the middle of what output 0 sees. Yours moves by the whole "
        "length of the kernel.",
        partial(wrong.followed, rule=wrong.start_without_half),
    ),
    Misconception(
        "start moves the other way",
        "The size and the jump are right, but the start has the wrong sign. Without "
        "padding, is the middle of the first window right or left of pixel 0?",
        partial(wrong.followed, rule=wrong.start_the_other_way),
    ),
    Misconception(
        "pools left out",
        "A pool has a window and a stride like a convolution, and no weights. It "
        "widens the field all the same.",
        partial(wrong.followed, rule=wrong.pools_left_out),
    ),
    Misconception(
        "sizes multiplied",
        "The kernels' sizes are multiplied, but neighbouring windows overlap. Draw two "
        "kernels of 3 and count what the upper one sees.",
        wrong.sizes_multiplied,
    ),
    Misconception(
        "only the last layer counts",
        "That is the field in the layer before, not in the image. Is a variable set "
        "anew in every turn of the loop?",
        wrong.last_layer_only,
    ),
    Misconception(
        "layers taken from the end",
        "These are the numbers of the same layers in reversed order. The list begins "
        "with the layer that reads the image.",
        wrong.from_the_end,
    ),
    Misconception(
        "the last layer's stride is missing from the jump",
        "The size may leave out the last stride, but the jump is the distance between "
        "outputs of the last layer.",
        wrong.jump_before_last_layer,
    ),
    Misconception(
        "first pixel in place of the middle",
        "Your start is the first pixel that output 0 sees. It should be the middle of "
        "the field.",
        wrong.first_pixel_for_middle,
    ),
    Misconception(
        "coordinates from the pixels' edges",
        "Your start is half a pixel too large. Here pixel 0 has its middle at 0, not "
        "at 0.5.",
        wrong.start_from_pixel_edges,
    ),
    Misconception(
        "start left at 0",
        "The size and the jump are right, and the start never changes. Where is the "
        "middle of the first window?",
        wrong.start_left_at_zero,
    ),
    Misconception(
        "only the first branch",
        "The field is that of the first branch. An output of the block depends on all "
        "branches.",
        partial(wrong.followed, rule=wrong.right, join=wrong.first_branch),
    ),
    Misconception(
        "only the last branch",
        "The field is that of the last branch. An output of the block depends on all "
        "branches.",
        partial(wrong.followed, rule=wrong.right, join=wrong.last_branch),
    ),
    Misconception(
        "the narrowest branch decides",
        "An output sees what any of the branches sees, not only what all of them see.",
        partial(wrong.followed, rule=wrong.right, join=wrong.narrowest),
    ),
    Misconception(
        "branches one after another",
        "The branches stand side by side: each reads the block's input, and none the "
        "output of another.",
        partial(wrong.followed, rule=wrong.right, join=wrong.branches_in_a_row),
    ),
    Misconception(
        "branches left out",
        "A layer of the type Branches has no kernel of its own, but the layers in its "
        "branches have.",
        wrong.branches_left_out,
    ),
    Misconception(
        "alignment not checked",
        "Branches with different jumps or starts look at different places. Give the "
        "fields of all branches to `check_aligned`.",
        partial(wrong.followed, rule=wrong.right, join=wrong.alignment_not_checked),
    ),
    Misconception(
        "transposed like an ordinary convolution",
        "A transposed convolution puts outputs *between* those of the layer before. "
        "What does that do to the jump, and which way does it move the start?",
        wrong.transposed_as_ordinary,
    ),
    Misconception(
        "the whole transposed kernel is added",
        "Of a transposed kernel, an output meets only the weights that lie a stride "
        "apart. Which pixels does `input_interval` say it sees?",
        wrong.whole_kernel_transposed,
    ),
    Misconception(
        "the size of a transposed layer from the recurrence",
        "After a transposed convolution, two neighbouring outputs may see the same "
        "pixels, and a kernel over both then adds nothing. The size is the most that "
        "one of the first `repeats_after(layers)` outputs sees.",
        wrong.size_by_recurrence,
    ),
    Misconception(
        "only output 0 is looked at",
        "After a transposed convolution, outputs do not all see equally much. The size "
        "is the most that one of the first `repeats_after(layers)` sees.",
        wrong.size_of_output_0,
    ),
]
