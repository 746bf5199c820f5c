"""How a run by a preset went when we measured it, to be drawn beside one's own."""

from __future__ import annotations

import statistics
from typing import Any

from coursekit.errors import CourseError
from coursekit.records import load_record
from coursekit.runs.history import History
from coursekit.runs.presets import PRESETS, Preset, find_preset


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
    record = _record(find_preset(preset), variant)
    if record is None:
        return None
    curves = [History.from_dict(run).curve(name) for run in record["runs"]]
    return [statistics.fmean(values) for values in zip(*curves, strict=True)]


def measured(preset: str | Preset, variant: str = "classic") -> str:
    """Write the test accuracy of our record, with its spread over the seeds.

    Parameters
    ----------
    preset : str or Preset
        The recipe, or its name.
    variant : str, default "classic"
        Which LeNet-5, if it is one.

    Returns
    -------
    str
        Such as ``"99.06 ± 0.10 %, 5 seeds"``, or ``"not measured"``.
    """
    record = _record(find_preset(preset), variant)
    if record is None:
        return "not measured"
    summary = record["summary"]
    text = f"{100 * summary['test_accuracy']:.2f}"
    if summary["standard_deviation"] is not None:
        text += f" ± {100 * summary['standard_deviation']:.2f}"
    count = summary["seeds"]
    return f"{text} %, {count} seed{'' if count == 1 else 's'}"


def preset_table() -> str:
    """Write the presets as a table in Markdown."""
    names = "preset,network,data,epochs,batch,top rate,when to take it,on the test set"
    head = tuple(names.split(","))
    rows = [
        (
            f"`{preset.name}`",
            preset.network,
            preset.dataset,
            str(preset.epochs),
            str(preset.batch_size),
            f"{preset.max_lr:g}",
            preset.purpose,
            measured(preset),
        )
        for preset in PRESETS.values()
    ]
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _record(preset: Preset, variant: str) -> dict[str, Any] | None:
    """Return the record of a preset, if there is one."""
    is_lenet = preset.network == "LeNet5"
    name = f"{preset.name}-{variant}" if is_lenet else preset.name
    try:
        return load_record(f"training/{name}")
    except CourseError:
        return None
