"""The base of every interactive figure: a widget live, plain HTML in the book.

A figure is one ES module that exports ``render({ model, el })`` and imports nothing.
In JupyterLab and on Colab anywidget runs it. In the book, built with COURSEKIT_BOOK=1,
the same text stands in the page with a small object in place of the model, so a page
needs no widget manager, works from a file, and loads nothing.
"""

from __future__ import annotations

import base64
import html
import json
import os
from pathlib import Path
from typing import Any, ClassVar

import anywidget

from coursekit.widgets import pictures

HERE = Path(__file__).parent
SHARED = ("numbers.js", "controls.js", "grids.js")  # what every figure's script uses


class InteractiveFigure(anywidget.AnyWidget):
    """A figure computed in JavaScript; subclasses name their script.

    Every synchronised trait that a subclass lists in `settings` reaches the script
    through the model. `helpers` names scripts that only some figures use; a style
    sheet with a script's name is taken along where there is one.
    """

    script: ClassVar[str]
    helpers: ClassVar[tuple[str, ...]] = ()
    settings: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Read the subclass's script and the shared helpers and styles."""
        # traitlets makes a further subclass for each instance; it names no script.
        if "script" in cls.__dict__:
            names = (*SHARED, *cls.helpers, f"{cls.script}.js")
            cls._esm = "\n".join(_read(name) for name in names)
            sheets = [Path(name).with_suffix(".css") for name in names[len(SHARED) :]]
            own = [sheet.name for sheet in sheets if (HERE / sheet).is_file()]
            cls._css = "\n".join(_read(name) for name in ("figure.css", *own))
        super().__init_subclass__(**kwargs)

    def state(self) -> dict[str, Any]:
        """Return the values the script starts from."""
        return {name: getattr(self, name) for name in self.settings}

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        raise NotImplementedError

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        raise NotImplementedError

    def static_html(self) -> str:
        """Write the figure as HTML that needs nothing else.

        Returns
        -------
        str
            The picture of the figure's first state, which the script replaces once it
            runs, the styles and the script.
        """
        state = html.escape(json.dumps(self.state()), quote=True)
        alt = html.escape(self.description(), quote=True)
        picture = self.picture()
        source = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        width = pictures.width(picture)
        return (
            f"<style>{self._css}</style>\n"
            f'<div class="ck-mount" data-figure="{self.script}" data-state="{state}">'
            f'<img src="{source}" width="{width}" alt="{alt}"></div>\n'
            f'<script type="module">\n{self._module()}</script>'
        )

    def _module(self) -> str:
        """Turn the module into one that draws itself."""
        figure = str(self._esm).replace("export default", "const figure =")
        return f'{figure}\nconst NAME = "{self.script}";\n{_read("standin.js")}'

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the live widget, or plain HTML and a picture in the book."""
        if os.environ.get("COURSEKIT_BOOK") != "1":
            return super()._repr_mimebundle_(**kwargs)
        data = {
            "text/plain": self.description(),
            "text/html": self.static_html(),
            "image/png": base64.b64encode(self.picture()).decode(),
        }
        return data, {}


def _read(name: str) -> str:
    """Read a file that lies beside this module."""
    return (HERE / name).read_text(encoding="utf-8")
