"""Write a resolved Sphinx page as plain Markdown, for notebooks.

A page's source is MyST Markdown, full of roles and directives that no notebook knows.
By the time Sphinx writes the page it has resolved them all: citations have their text,
figures their numbers, references their addresses. This module turns that resolved tree
back into Markdown of the plainest kind, with links to the published book.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from urllib.parse import urljoin

from docutils import nodes
from sphinx import addnodes
from sphinx_design.dropdown import dropdown_main, dropdown_title

# Stands in the Markdown where a code cell does; its number follows.
CELL = "\N{NULL}cell "

SKIPPED = (
    nodes.comment,
    nodes.raw,
    nodes.substitution_definition,
    nodes.system_message,
    nodes.target,
    addnodes.index,
    addnodes.toctree,
)


class MarkdownWriter:
    """Markdown of one page.

    Parameters
    ----------
    page_url : str
        Address of the published page; relative links are made absolute with it.
    numbers : dict of str to str
        Number of each figure, table, exercise and theorem on the page, by its id.
    """

    def __init__(self, page_url: str, numbers: dict[str, str]):
        self.page_url = page_url
        self.numbers = numbers
        self.level = 0

    def block(self, node: nodes.Node) -> str:
        """Return a node that stands on its own lines, without a blank line around."""
        if isinstance(node, SKIPPED):
            return ""
        for kind, write in BLOCKS:
            if isinstance(node, kind):
                return write(self, node)
        if isinstance(node, nodes.TextElement):
            return self.inline(node)
        return self.blocks(node)

    def blocks(self, node: nodes.Node) -> str:
        """Return a node's children, a blank line between two of them."""
        parts = [self.block(child) for child in node.children]
        return "\n\n".join(part for part in parts if part)

    def number(self, node: nodes.Element) -> str:
        """Return a node's number, or nothing."""
        return next((self.numbers[i] for i in node["ids"] if i in self.numbers), "")

    def inline(self, node: nodes.Node) -> str:
        """Return a node's children as running text."""
        return "".join(self.span(child) for child in node.children)

    def span(self, node: nodes.Node) -> str:
        """Return one piece of running text."""
        if isinstance(node, nodes.Text):
            return node.astext().replace("\n", " ")
        if isinstance(node, SKIPPED):
            return ""
        for kind, write in SPANS:
            if isinstance(node, kind):
                return write(self, node)
        return self.inline(node)


def _math(writer: MarkdownWriter, node: nodes.Element) -> str:
    return f"${node.astext()}$"


def _literal(writer: MarkdownWriter, node: nodes.Element) -> str:
    text = node.astext()
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def _strong(writer: MarkdownWriter, node: nodes.Element) -> str:
    return f"**{writer.inline(node)}**"


def _emphasis(writer: MarkdownWriter, node: nodes.Element) -> str:
    return f"*{writer.inline(node)}*"


def _reference(writer: MarkdownWriter, node: nodes.Element) -> str:
    target = node.get("refuri") or f"#{node.get('refid', '')}"
    return f"[{writer.inline(node)}]({urljoin(writer.page_url, target)})"


def _image(writer: MarkdownWriter, node: nodes.Element) -> str:
    name = node["uri"].rsplit("/", 1)[-1]
    return f"![{node.get('alt', '')}]({urljoin(writer.page_url, '../_images/' + name)})"


def _paragraph(writer: MarkdownWriter, node: nodes.Element) -> str:
    return writer.inline(node)


def _section(writer: MarkdownWriter, node: nodes.Element) -> str:
    writer.level += 1
    text = writer.blocks(node)
    writer.level -= 1
    return text


def _title(writer: MarkdownWriter, node: nodes.Element) -> str:
    if isinstance(node.parent, nodes.section):
        return f"{'#' * writer.level} {writer.inline(node)}"
    return f"**{writer.inline(node)}**"


def _math_block(writer: MarkdownWriter, node: nodes.Element) -> str:
    text = node.astext().strip()
    if number := node.get("number"):
        text += f" \\tag{{{number}}}"
    return f"$$\n{text}\n$$"


def _code(writer: MarkdownWriter, node: nodes.Element) -> str:
    language = node.get("language", "")
    language = "" if language in ("default", "none") else language
    return f"```{language}\n{node.astext()}\n```"


def _list(writer: MarkdownWriter, node: nodes.Element) -> str:
    numbered = isinstance(node, nodes.enumerated_list)
    first = node.get("start", 1)
    items = []
    for i, child in enumerate(node.children):
        mark = f"{first + i}. " if numbered else "- "
        items.append(mark + _hang(writer.blocks(child), len(mark)))
    return "\n".join(items)


def _definition(writer: MarkdownWriter, node: nodes.Element) -> str:
    terms = [writer.inline(c) for c in node.children if isinstance(c, nodes.term)]
    rest = [writer.blocks(c) for c in node.children if isinstance(c, nodes.definition)]
    return f"- **{', '.join(terms)}**: " + _hang("\n\n".join(rest), 2)


def _quote(writer: MarkdownWriter, node: nodes.Element) -> str:
    return textwrap.indent(writer.blocks(node), "> ", lambda line: True)


def _admonition(writer: MarkdownWriter, node: nodes.Element) -> str:
    """Quote a box, or fold it away where the page folds it.

    A box with a code cell in it stays open, since a cell cannot stand in a quotation.
    """
    children = list(node.children)
    kind = node.tagname.partition("_")[0].capitalize()
    title = kind
    if children and isinstance(children[0], (nodes.title, dropdown_title)):
        title = writer.inline(children.pop(0)).strip()
    if number := writer.number(node):
        title = f"{kind} {number} {title}".strip()
    body = "\n\n".join(filter(None, (writer.block(child) for child in children)))
    if CELL in body:
        return f"**{title}**\n\n{body}"
    if isinstance(node, dropdown_main) or "dropdown" in node.get("classes", []):
        return f"<details><summary><b>{title}</b></summary>\n\n{body}\n\n</details>"
    return textwrap.indent(f"**{title}**\n\n{body}", "> ", lambda line: True)


def _container(writer: MarkdownWriter, node: nodes.Element) -> str:
    """Mark where a code cell stands, and keep the captions of its figures."""
    if node.get("nb_element") != "cell_code":
        return writer.blocks(node)
    captions = [_caption(writer, figure) for figure in node.findall(nodes.figure)]
    return "\n\n".join([f"{CELL}{node['cell_index']}", *filter(None, captions)])


def _figure(writer: MarkdownWriter, node: nodes.Element) -> str:
    """Write the picture, then its number and caption."""
    parts = [writer.block(c) for c in node.children if not isinstance(c, nodes.caption)]
    return "\n\n".join(part for part in [*parts, _caption(writer, node)] if part)


def _caption(writer: MarkdownWriter, figure: nodes.Element) -> str:
    label = f"Figure {writer.number(figure)}".strip()
    captions = [c for c in figure.children if isinstance(c, nodes.caption)]
    return "\n\n".join(f"**{label}.** {writer.inline(c)}" for c in captions)


def _table(writer: MarkdownWriter, node: nodes.Element) -> str:
    """Write a table the way GitHub and notebooks read it."""
    rows = [
        [writer.blocks(entry).replace("\n", " ").replace("|", r"\|") for entry in row]
        for row in node.findall(nodes.row)
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    titles = [
        f"**{writer.inline(c)}**" for c in node.children if isinstance(c, nodes.title)
    ]
    return "\n\n".join([*titles, "\n".join(lines)])


def _transition(writer: MarkdownWriter, node: nodes.Element) -> str:
    return "---"


def _hang(text: str, width: int) -> str:
    """Indent every line but the first."""
    return textwrap.indent(text, " " * width).lstrip()


Writer = Callable[[MarkdownWriter, nodes.Element], str]
Kinds = type[nodes.Node] | tuple[type[nodes.Node], ...]

SPANS: list[tuple[Kinds, Writer]] = [
    (nodes.math, _math),
    ((nodes.literal, addnodes.literal_strong), _literal),
    (nodes.strong, _strong),
    ((nodes.emphasis, nodes.title_reference), _emphasis),
    ((nodes.reference, addnodes.download_reference), _reference),
    (nodes.image, _image),
]

BLOCKS: list[tuple[Kinds, Writer]] = [
    (nodes.paragraph, _paragraph),
    (nodes.section, _section),
    (nodes.title, _title),
    (nodes.math_block, _math_block),
    (nodes.literal_block, _code),
    ((nodes.bullet_list, nodes.enumerated_list), _list),
    (nodes.definition_list_item, _definition),
    (nodes.block_quote, _quote),
    ((nodes.Admonition, dropdown_main), _admonition),
    (nodes.container, _container),
    (nodes.figure, _figure),
    (nodes.image, _image),
    (nodes.reference, _reference),
    (nodes.table, _table),
    (nodes.transition, _transition),
]
