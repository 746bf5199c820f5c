"""The layers of a network as a table, for eyes and for screen readers."""

from __future__ import annotations

import html
from collections.abc import Sequence

from coursekit.errors import ShapeError

Shape = tuple[int, ...]
Row = tuple[str, Shape, Shape | None, int, int]
Field = tuple[int, int, float]

HEADS = ("Layer", "Output", "Weight", "Parameters", "Multiply-adds")
FIELD_HEADS = ("Receptive field", "Jump", "Start")
WORDS = 3  # columns of words and shapes; the others hold numbers
NOTHING = "–"  # where a layer has no weight


def show_layer_table(
    rows: Sequence[Row],
    receptive_fields: Sequence[Field] | None = None,
    caption: str = "",
) -> None:
    """Show the rows of `layer_table`, with their total below.

    Parameters
    ----------
    rows : sequence of (type, output_shape, weight_shape, parameters, macs)
        One for each layer, as `layer_table` returns them.
    receptive_fields : sequence of (size, jump, start), optional
        One for each layer, in pixels of the input; three columns more.
    caption : str, optional
        A sentence above the table.

    Raises
    ------
    ShapeError
        If there are not as many receptive fields as rows.
    """
    from IPython.display import display

    lines = table_lines(rows, receptive_fields)
    formats = {
        "text/html": html_table(lines, caption),
        "text/plain": text_table(lines, caption),
    }
    display(formats, raw=True)  # type: ignore[no-untyped-call]


def table_lines(
    rows: Sequence[Row], receptive_fields: Sequence[Field] | None = None
) -> list[list[str]]:
    """Write every cell: the heads, one line for each layer, and the total."""
    fields: list[Field | None] = [None] * len(rows)
    if receptive_fields is not None:
        if len(receptive_fields) != len(rows):
            msg = (
                f"`receptive_fields` must have one entry for each of the {len(rows)} "
                f"rows, but it has {len(receptive_fields)}."
            )
            raise ShapeError(msg)
        fields = list(receptive_fields)
    more = FIELD_HEADS if receptive_fields is not None else ()
    parameters, macs = sum(row[3] for row in rows), sum(row[4] for row in rows)
    return [
        [*HEADS, *more],
        *(_layer_line(row, field) for row, field in zip(rows, fields, strict=True)),
        ["Total", "", "", f"{parameters:,}", f"{macs:,}", *[""] * len(more)],
    ]


def html_table(lines: Sequence[Sequence[str]], caption: str = "") -> str:
    """Lay out the lines as HTML; a narrow screen scrolls it sideways."""
    head, *body, total = lines
    look = "caption-side:top;text-align:left;color:inherit"
    title = (
        f'<caption style="{look}">{html.escape(caption)}</caption>' if caption else ""
    )
    heads = "".join(_cell("th", text, at, "col") for at, text in enumerate(head))
    rows = "".join(_html_row(line) for line in body)
    label = html.escape(caption or "Layers of the network", quote=True)
    size = ";font-size:0.8125em" if len(head) > len(HEADS) else ""
    return (
        f'<div role="region" tabindex="0" style="overflow-x:auto{size}" '
        f'aria-label="{label}"><table class="table">{title}<thead><tr>{heads}</tr>'
        f'</thead><tbody>{rows}</tbody><tfoot style="border-top:2px solid">'
        f"{_html_row(total)}</tfoot></table></div>"
    )


def text_table(lines: Sequence[Sequence[str]], caption: str = "") -> str:
    """Lay out the lines for a terminal."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = [caption] if caption else []
    for line in lines:
        cells = [
            text.ljust(width) if at < WORDS else text.rjust(width)
            for at, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        texts.append("  ".join(cells).rstrip())
    return "\n".join(texts)


def _layer_line(row: Row, field: Field | None) -> list[str]:
    """Write the cells of one layer."""
    kind, output_shape, weight_shape, parameters, macs = row
    weight = NOTHING if weight_shape is None else _product(weight_shape)
    cells = [kind, _product(output_shape), weight, f"{parameters:,}", f"{macs:,}"]
    return cells if field is None else [*cells, *map(_number, field)]


def _product(shape: Shape) -> str:
    """Write a shape as people say it: 20×28×28."""
    return "×".join(map(str, shape))


def _number(value: float) -> str:
    """Write a number with its sign and thousands."""
    return f"{value:,.10g}".replace("-", "−")


def _html_row(line: Sequence[str]) -> str:
    """Lay out one line; its first cell names it."""
    first, *others = line
    cells = "".join(_cell("td", text, at) for at, text in enumerate(others, start=1))
    return f"<tr>{_cell('th', first, 0, 'row')}{cells}</tr>"


def _cell(tag: str, text: str, column: int, scope: str = "") -> str:
    """Lay out one cell: words to the left, numbers to the right."""
    side = "left" if column < WORDS else "right"
    name = f' scope="{scope}"' if scope else ""
    wrap = "normal" if scope == "col" else "nowrap"  # so that columns stay narrow
    style = f"text-align:{side};white-space:{wrap}"
    return f'<{tag}{name} style="{style}">{html.escape(text)}</{tag}>'
