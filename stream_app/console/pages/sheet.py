"""The one dialog of a page: it says what will change, asks for what is needed, and does it. Escape closes it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.elements.mixins.value_element import ValueElement

from stream_app.access.identity import Scope
from stream_app.console.acting import REFUSALS, perform, permit
from stream_app.console.pages.elements import box, button, text

Values = Mapping[str, str]
LONGEST = 200  # signs of what is typed


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of the dialog. `kind` is text, lines, number, date, datetime-local; with `options` it is a choice."""

    label: str
    value: str = ""
    kind: str = "text"
    options: Mapping[str, str] | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to be done once it is confirmed. `do` gets who does it and the fields' values by name."""

    name: str  # as on the button
    scope: Scope
    action: str  # as in the audit log
    target: str
    explained: str  # a line a paragraph
    do: Callable[[str, Values], Awaitable[str]]  # gives the sentence that says what was done
    entries: Mapping[str, Entry] = field(default_factory=dict)


class Sheet:
    """Made once a page, outside of what is rebuilt. `after` runs when something was done."""

    def __init__(self, after: Callable[[], Awaitable[None]]) -> None:
        self._after = after
        self._deed: Deed | None = None
        self._fields: dict[str, ValueElement] = {}
        self._dialog = ui.dialog()
        with self._dialog, box("div", "sheet"):  # Quasar lets the mouse through to anything but a div
            self._form = box("form").on("submit.prevent", self._submit)

    def open(self, deed: Deed) -> None:
        """Ask about a deed."""
        self._deed = deed
        self._dialog.props["aria-label"] = deed.name
        self._form.clear()
        with self._form:
            text(deed.name, "h2")
            for paragraph in deed.explained.splitlines():
                text(paragraph, "p")
            self._fields = {name: _field(entry) for name, entry in deed.entries.items()}
            self._trouble = text("", "p", "toned tone-critical", role="alert")
            self._trouble.set_visibility(False)
            with box("div", "bar end"):
                button("Cancel", self._dialog.close)
                text(deed.name, "button", "flat-button main", type="submit")
        self._dialog.open()

    async def _submit(self) -> None:
        deed = self._deed
        if deed is None or not self._dialog.value:
            return  # pressed twice: it is under way
        self._deed = None
        values = {name: str(field.value or "").strip()[:LONGEST] for name, field in self._fields.items()}
        try:
            said = await perform(deed.scope, deed.action, deed.target, lambda by: deed.do(by, values))
        except REFUSALS as error:
            self._refuse(deed, f"{error}.")
            return
        except Exception:
            self._refuse(deed, "It failed, and the console's log says why.")
            raise
        self._dialog.close()
        ui.notify(said, type="positive", position="top")
        await self._after()

    def _refuse(self, deed: Deed, why: str) -> None:
        """Say so, and let it be tried again."""
        self._deed = deed
        self._trouble.set_text(why)
        self._trouble.set_visibility(True)


def deed_button(sheet: Sheet, deed: Deed, impossible: str = "", label: str = "") -> TextElement:
    """A button that opens the dialog; greyed out for whoever may not, with the reason as its description."""
    pressed = button(label or deed.name, lambda: sheet.open(deed))
    if why := impossible or permit(deed.scope).refusal:
        pressed.props["disabled"] = True
        pressed.props["title"] = why
    return pressed


def _field(entry: Entry) -> ValueElement:
    """A Quasar field: its label is the browser's own."""
    if entry.options is not None:
        return ui.select(dict(entry.options), label=entry.label, value=entry.value or None).props("outlined dense")
    if entry.kind == "lines":
        field: ValueElement = ui.textarea(entry.label, value=entry.value)
    else:
        field = ui.input(entry.label, value=entry.value)
        field.props["type"] = entry.kind
    if entry.hint:
        field.props["hint"] = entry.hint
    if entry.kind in ("date", "datetime-local"):
        field.props["stack-label"] = True
    return field.props(f"outlined dense maxlength={LONGEST}")
