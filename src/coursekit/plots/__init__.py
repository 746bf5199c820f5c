"""Pictures for the pages: one function per kind of picture.

Matplotlib is imported when a picture is drawn, so that importing this package is fast.
"""

from __future__ import annotations

import importlib
from typing import Any

# Where each exported name is defined; a new kind of picture adds its line here.
_HOME = {
    "show_batch_norm_graph": "normalization",
    "show_blocks": "architectures",
    "show_chords": "backpropagation",
    "show_class_maps": "class_maps",
    "show_confusion": "confusion",
    "show_counts": "special",
    "show_course": "course",
    "show_effective_fields": "receptive_fields",
    "show_errors": "architectures",
    "show_feature_maps": "images",
    "show_filters": "channels",
    "show_grids": "grids",
    "show_images": "images",
    "show_ink_maps": "explaining",
    "show_kernels": "correlation",
    "show_label_maps": "special",
    "show_layer": "channels",
    "show_layer_table": "tables",
    "show_lines": "lines",
    "show_loss_curves": "normalization",
    "show_losses": "correlation",
    "show_matrix": "correlation",
    "show_norm_cubes": "normalization",
    "show_products": "backpropagation",
    "show_profiles": "architectures",
    "show_ratios": "unfolding",
    "show_receptive_field": "receptive_fields",
    "show_residual_blocks": "residual",
    "show_seeds": "normalization",
    "show_stages": "architectures",
    "show_step_errors": "backpropagation",
    "show_training_loop": "training_loop",
    "show_transposed": "windows",
    "show_unfolding": "unfolding",
    "show_volumes": "architectures",
    "show_windows": "windows",
    "show_wiring": "special",
}

__all__ = [
    "show_batch_norm_graph",
    "show_blocks",
    "show_chords",
    "show_class_maps",
    "show_confusion",
    "show_counts",
    "show_course",
    "show_effective_fields",
    "show_errors",
    "show_feature_maps",
    "show_filters",
    "show_grids",
    "show_images",
    "show_ink_maps",
    "show_kernels",
    "show_label_maps",
    "show_layer",
    "show_layer_table",
    "show_lines",
    "show_loss_curves",
    "show_losses",
    "show_matrix",
    "show_norm_cubes",
    "show_products",
    "show_profiles",
    "show_ratios",
    "show_receptive_field",
    "show_residual_blocks",
    "show_seeds",
    "show_stages",
    "show_step_errors",
    "show_training_loop",
    "show_transposed",
    "show_unfolding",
    "show_volumes",
    "show_windows",
    "show_wiring",
]


def __getattr__(name: str) -> Any:
    """Find an exported name in the module that defines it."""
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    """List the exported names."""
    return sorted(__all__)
