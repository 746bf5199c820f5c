"""C109: shapes in the docstrings of public functions."""

from __future__ import annotations

FUNCTION = '''
def blur(x: FloatArray, size: int = 3, *, kernel: npt.NDArray[Any]) -> FloatArray:
    """Blur an image.

    Parameters
    ----------
    x : {x}
        An image.
    size : int, default 3
        Anything.
    kernel : ndarray, shape (K_h, K_w)
        The weights.

    Returns
    -------
    {result}
        The blurred image.
    """
'''
SHAPE = "ndarray, shape (H, W)"


def blur(x=SHAPE, result=SHAPE, name="blur"):
    source = FUNCTION.format(x=x, result=result).replace("def blur", f"def {name}")
    return {"src/convnets/blur.py": source}


def test_c109_accepts_shapes_in_the_type_lines(find):
    assert find("C109", blur()) == []


def test_c109_refuses_an_argument_without_a_shape(find):
    assert find("C109", blur(x="ndarray")) == [
        "src/convnets/blur.py:2: C109 blur: give the shape of `x` in its type line."
    ]


def test_c109_refuses_a_result_without_a_shape(find):
    assert find("C109", blur(result="ndarray")) == [
        "src/convnets/blur.py:2: C109 blur: "
        "give the shape of what it returns in its type line."
    ]


def test_c109_leaves_private_functions_and_numbers_alone(find):
    files = blur(x="ndarray", name="_blur")
    files["src/coursekit/half.py"] = 'def half(x: float) -> float:\n    """Halve."""\n'
    assert find("C109", files) == []


def test_c109_looks_at_methods_of_public_classes(find):
    source = (
        'class Net:\n    def forward(self, x: Tensor) -> None:\n        """Do it."""\n'
    )
    assert find("C109", {"src/convnets/net.py": source}) == [
        "src/convnets/net.py:2: C109 forward: give the shape of `x` in its type line."
    ]
