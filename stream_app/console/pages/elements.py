"""The few HTML elements the pages are made of. Text is always text: nothing from a record is ever taken as HTML."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

VALUE = "(e) => emit(e.target.value)"  # what an event of a native field tells


def box(tag: str = "div", classes: str = "", **attributes: str) -> Element:
    """An element for others: `with box("section", "panel"):`."""
    return _with_attributes(ui.element(tag).classes(classes), attributes)


def text(content: str, tag: str = "span", classes: str = "", **attributes: str) -> TextElement:
    """An element with text; `set_text` changes it."""
    element = TextElement(tag=tag, text=content).classes(classes)
    _with_attributes(element, attributes)
    return element


def link(content: str, target: str, classes: str = "", **attributes: str) -> TextElement:
    """A link. Targets out of records must have passed `web_address`."""
    return text(content, "a", classes, href=target, **attributes)


def button(content: str, on_click: Callable[[], Any], **attributes: str) -> TextElement:
    """A plain button."""
    element = text(content, "button", "flat-button", type="button", **attributes)
    element.on("click", lambda _: on_click())
    return element


def enable(pressed: Element, is_enabled: bool) -> None:
    """Let a button be pressed, or grey it out."""
    if is_enabled == ("disabled" in pressed.props):
        pressed.props(**({"remove": "disabled"} if is_enabled else {"add": "disabled"}))


def choice(label: str, options: dict[str, str], value: str, on_change: Callable[[str], Any]) -> Element:
    """A select box of value to label; the browser's own, so keyboard and phone know it."""
    with box("label", "bar-choice"):
        text(label, classes="muted")
        select = box("select", "choice", aria_label=label.strip())
        select.on("change", lambda event: on_change(str(event.args)), js_handler=VALUE)
        with select:
            for key, shown in options.items():
                option = text(shown, "option", value=key)
                if key == value:
                    option.props["selected"] = True
    return select


def figures(pairs: Iterable[tuple[str, str]]) -> None:
    """Large figures in a row, each under its label."""
    with box(classes="figures-row"):
        for label, value in pairs:
            with box(classes="figure-block"):
                text(label, "div", "label")
                text(value, "div", "value")


def details(pairs: Iterable[tuple[str, str]]) -> None:
    """A list of names and values."""
    with box("dl", "list"):
        for name, value in pairs:
            text(name, "dt")
            text(value, "dd")


class Cell(NamedTuple):
    """A table's cell that stands out: `Cell("NOT HEALTHY", "critical")`."""

    text: str
    tone: str


class Link(NamedTuple):
    """A table's cell that leads somewhere. Targets out of records must have passed `web_address`."""

    text: str
    target: str


Row = tuple[str | Cell | Link | Callable[[], object], ...]  # a function builds what stands in its cell


def table(headers: Sequence[str], rows: Iterable[Row], empty: str) -> None:
    """A plain table; a header that ends with `#` heads a column of figures. On a phone a row is a block."""
    shown = list(rows)
    if not shown:
        text(empty, "p", "muted")
        return
    with box(classes="scroll"), box("table", "plain stacked"):
        with box("thead"), box("tr"):
            for header in headers:
                text(header.rstrip("#"), "th", _kind(header), scope="col")
        with box("tbody"):
            for row in shown:
                _row(row, headers)


def web_address(target: str | None) -> str | None:
    """The address when a browser may follow it, else None: a record could name a script."""
    return target if target and target.startswith(("http://", "https://", "/")) else None


def _row(cells: Row, headers: Sequence[str]) -> None:
    with box("tr"):
        for cell, header in zip(cells, headers, strict=True):
            _cell(cell, _kind(header), header.rstrip("#"))


def _cell(cell: str | Cell | Link | Callable[[], object], kind: str, label: str) -> None:
    if isinstance(cell, str):
        text(cell, "td", kind, data_label=label)
    elif isinstance(cell, Cell):
        text(cell.text, "td", f"{kind} toned tone-{cell.tone}", data_label=label)
    else:
        with box("td", f"{kind} nowrap", data_label=label):
            if isinstance(cell, Link):
                link(cell.text, cell.target)
            else:
                cell()


def _kind(header: str) -> str:
    return "figure" if header.endswith("#") else ""


def _with_attributes(element: Element, attributes: dict[str, str]) -> Element:
    for name, value in attributes.items():
        element.props[name.replace("_", "-")] = value
    return element
