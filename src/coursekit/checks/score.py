"""Run a problem set's checks in a process of their own, one exercise after another.

A function that never returns, or that ends the process, costs its own points and
nobody's patience: the checks go on with the next exercise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from coursekit.checks.compare import Difference
from coursekit.checks.key import load_keys
from coursekit.checks.mark import ExerciseResult, unmarked
from coursekit.checks.record import result_from_json, result_to_json
from coursekit.checks.student import check_result

SECONDS = 30.0  # how long all exercises together may take before one is stopped


def run_checks(problem_set: str, seconds: float = SECONDS) -> dict[str, ExerciseResult]:
    """Check every function, whatever the code does; what is only read is left out.

    Parameters
    ----------
    problem_set : str
        Such as ``"ps1"``.
    seconds : float, default 30
        Time allowed; an exercise that is still running then is stopped, and the ones
        after it get as much again.

    Returns
    -------
    dict of str to ExerciseResult
        By exercise id, in the order of the problem set.
    """
    everything = load_keys(problem_set)
    keys = {name: key for name, key in everything.items() if key.function}
    results: dict[str, ExerciseResult] = {}
    while len(results) < len(keys):
        waiting = [name for name in keys if name not in results]
        problem, finished = _run_until_stopped(waiting, seconds)
        results |= finished
        if len(finished) < len(waiting):
            stopped = waiting[len(finished)]
            results[stopped] = unmarked(keys[stopped], problem)
    return results


def _run_until_stopped(
    names: list[str], seconds: float
) -> tuple[Difference, dict[str, ExerciseResult]]:
    """Check exercises until the process ends, and say why it would have ended early."""
    problem = Difference(
        "crashed", "The Python process ended in the middle of the check."
    )
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "results.jsonl")
        try:
            subprocess.run(
                [sys.executable, "-m", __name__, str(record), *names],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            problem = Difference(
                "took-too-long", f"It was still running after {seconds:g} seconds."
            )
        lines = record.read_text(encoding="utf-8").splitlines()
    finished = [result_from_json(json.loads(line)) for line in lines]
    return problem, {result.exercise: result for result in finished}


def _main(record: str, *names: str) -> None:
    """Write each result down as soon as it is there."""
    with Path(record).open("w", encoding="utf-8") as file:
        for name in names:
            file.write(json.dumps(result_to_json(check_result(name))) + "\n")
            file.flush()


if __name__ == "__main__":
    _main(*sys.argv[1:])
