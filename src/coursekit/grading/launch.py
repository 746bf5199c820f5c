"""Start the warm template. Run by its path, as a program, with nothing else loaded.

Python is started without `site`, so neither a user's folder nor a ``.pth`` file runs.
The one argument is JSON: where to import from, and what `template.run` needs.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Import the template, forget how it was started, and run it."""
    order = json.loads(sys.argv[1])
    standard = list(sys.path)
    sys.path += order.pop("path")
    from coursekit.grading import template

    sys.argv[:] = sys.orig_argv[:] = ["student"]
    template.run(standard=standard, **order)


if __name__ == "__main__":
    main()
