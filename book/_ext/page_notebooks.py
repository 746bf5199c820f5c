"""Write each page with code as a notebook that Colab can open (Sphinx extension)."""

from __future__ import annotations

from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    return {"parallel_read_safe": True, "parallel_write_safe": True}
