"""Interactive figures: every number is computed in the reader's browser."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coursekit.widgets.backward_explorer import BackwardExplorer
    from coursekit.widgets.channel_wiring import ChannelWiring
    from coursekit.widgets.class_map_explorer import ClassMapExplorer
    from coursekit.widgets.depth_explorer import DepthExplorer
    from coursekit.widgets.digit_drawer import DigitDrawer
    from coursekit.widgets.im2col_explorer import Im2colExplorer
    from coursekit.widgets.loss_curve_viewer import LossCurveViewer
    from coursekit.widgets.normalization_cube import NormalizationCube
    from coursekit.widgets.pooling_explorer import PoolingExplorer
    from coursekit.widgets.receptive_field_explorer import ReceptiveFieldExplorer
    from coursekit.widgets.sanity_ladder import SanityLadder
    from coursekit.widgets.shape_explorer import ShapeExplorer
    from coursekit.widgets.sliding_kernel import SlidingKernel
    from coursekit.widgets.toeplitz_matrix import ToeplitzMatrix

__all__ = [
    "BackwardExplorer",
    "ChannelWiring",
    "ClassMapExplorer",
    "DepthExplorer",
    "DigitDrawer",
    "Im2colExplorer",
    "LossCurveViewer",
    "NormalizationCube",
    "PoolingExplorer",
    "ReceptiveFieldExplorer",
    "SanityLadder",
    "ShapeExplorer",
    "SlidingKernel",
    "ToeplitzMatrix",
]

_HOMES = {
    "BackwardExplorer": "backward_explorer",
    "ChannelWiring": "channel_wiring",
    "ClassMapExplorer": "class_map_explorer",
    "DepthExplorer": "depth_explorer",
    "DigitDrawer": "digit_drawer",
    "Im2colExplorer": "im2col_explorer",
    "LossCurveViewer": "loss_curve_viewer",
    "NormalizationCube": "normalization_cube",
    "PoolingExplorer": "pooling_explorer",
    "ReceptiveFieldExplorer": "receptive_field_explorer",
    "SanityLadder": "sanity_ladder",
    "ShapeExplorer": "shape_explorer",
    "SlidingKernel": "sliding_kernel",
    "ToeplitzMatrix": "toeplitz_matrix",
}


def __getattr__(name: str) -> Any:
    """Import a figure when it is first asked for, so that importing this is fast."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
