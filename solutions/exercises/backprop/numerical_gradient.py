"""ps5.numerical_gradient: gradients by finite differences."""

from __future__ import annotations

import numpy as np

from convnets.gradcheck import numerical_gradient
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.backprop.step_mistakes import MISCONCEPTIONS
from exercises.draws import after_given_lines, weights
from exercises.fast.inputs import different


def one_by_one(rng: np.random.Generator) -> list[Case]:
    return [
        case("squares", "square", different(rng, 2), weights(rng, 2)),
        case("five squares", "square", different(rng, 5), weights(rng, 5)),
        case("a table", "square", different(rng, 2, 3), weights(rng, 2, 3)),
        case("a number too few", "square", different(rng, 3), weights(rng, 2)),
    ]


def outputs_together(rng: np.random.Generator) -> list[Case]:
    return [
        case(
            "products of neighbours", "neighbours", different(rng, 3), weights(rng, 2)
        ),
        case("four numbers", "neighbours", different(rng, 4), weights(rng, 3)),
        case("a table", "neighbours", different(rng, 2, 3), weights(rng, 5)),
        case("one sum for each row", "row sums", different(rng, 3, 2), weights(rng, 3)),
        case("a gradient too many", "row sums", different(rng, 2, 3), weights(rng, 3)),
    ]


def steps(rng: np.random.Generator) -> list[Case]:
    # The slope between x - eps and x + eps is 3 x**2 + eps**2, and not 3 x**2.
    return [
        case("cubes, step 1", "cube", different(rng, 2), weights(rng, 2), eps=1.0),
        case("cubes, step 1/2", "cube", different(rng, 3), weights(rng, 3), eps=0.5),
        case("a step of 2", "cube", different(rng, 2, 3), weights(rng, 2, 3), eps=2.0),
        case("softplus, step 3", "softplus", weights(rng, 4), weights(rng, 4), eps=3.0),
        # Products of neighbours show where the neighbour was in the meantime.
        case("products", "neighbours", different(rng, 3), weights(rng, 2), eps=1.0),
    ]


def other_types(rng: np.random.Generator) -> list[Case]:
    # At 1024 the next number in single precision is 0.0001 away: ten steps.
    whole = different(rng, 3).astype(np.int64)
    single = (1024 + different(rng, 3)).astype(np.float32)
    return [
        case("whole numbers", "square", whole, weights(rng, 3)),
        case("single precision", "square", single, weights(rng, 3)),
    ]


EXERCISE = Exercise(
    id="ps5.numerical_gradient",
    title="Gradients by finite differences",
    reference=numerical_gradient,
    prepare="named function",
    difficulty=2,
    minutes=25,
    groups=[
        Group("One output for each number", 0.75, one_by_one),
        Group("Outputs that share numbers", 0.75, outputs_together),
        Group("The step", 0.75, steps),
        Group("Whole numbers and single precision", 0.75, other_types),
    ],
    misconceptions=after_given_lines(numerical_gradient, MISCONCEPTIONS),
)
