"""How a run by a preset went when we measured it, to be drawn beside one's own."""

from __future__ import annotations

import statistics

from coursekit.errors import CourseError
from coursekit.records import load_record
from coursekit.runs.history import History
from coursekit.runs.presets import Preset, find_preset


def expected_curve(
    preset: str | Preset, name: str = "test_accuracy", variant: str = "classic"
) -> list[float] | None:
    """Return the mean over the seeds of our record, for each epoch.

    Parameters
    ----------
    preset : str or Preset
        The recipe, or its name.
    name : str, default "test_accuracy"
        Which number, as for `History.curve`.
    variant : str, default "classic"
        Which LeNet-5, if it is one.

    Returns
    -------
    list of float or None
        One number per epoch; None if the preset has not been measured.
    """
    preset = find_preset(preset)
    is_lenet = preset.network == "LeNet5"
    record_name = f"{preset.name}-{variant}" if is_lenet else preset.name
    try:
        record = load_record(f"training/{record_name}")
    except CourseError:
        return None
    curves = [History.from_dict(run).curve(name) for run in record["runs"]]
    return [statistics.fmean(values) for values in zip(*curves, strict=True)]
