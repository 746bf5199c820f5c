"""Train networks by presets: fit, with progress, checkpoints and mixed precision."""

from coursekit.runs.checkpoints import checkpoint_folder
from coursekit.runs.devices import (
    choose_device,
    choose_precision,
    describe_device,
    describe_machine,
)
from coursekit.runs.expected import expected_curve, measured, preset_table
from coursekit.runs.history import Epoch, History
from coursekit.runs.presets import PRESETS, Preset, find_preset
from coursekit.runs.run import fit

__all__ = [
    "PRESETS",
    "Epoch",
    "History",
    "Preset",
    "checkpoint_folder",
    "choose_device",
    "choose_precision",
    "describe_device",
    "describe_machine",
    "expected_curve",
    "find_preset",
    "fit",
    "measured",
    "preset_table",
]
