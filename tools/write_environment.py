"""Write environment.yml, the conda-forge twin of pyproject.toml.

Conda brings Python and pip; pip brings the rest in the locked versions, so that both
ways of installing the course give the same packages. Run by `make lock`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

HEAD = """\
# Generated from pyproject.toml by `make lock`; edit that file instead.
# With conda:  conda env create --file environment.yml
name: convnets
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python{python}
  - pip
  - pip:
      - --constraint requirements.txt
"""


def environment(project: dict[str, Any]) -> str:
    """Return the text of environment.yml for the `project` table of pyproject.toml."""
    text = HEAD.format(python=project["requires-python"])
    groups = {"what students install": project["dependencies"]}
    groups |= project["optional-dependencies"]
    seen: set[str] = set()
    for name, requirements in groups.items():
        text += f"      # {name}\n"
        text += "".join(
            f"      - {item}\n" for item in requirements if item not in seen
        )
        seen.update(requirements)
    return text + "      # the course itself\n      - --editable .\n"


def main() -> None:
    """Write the file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = environment(project["project"])
    (ROOT / "environment.yml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
