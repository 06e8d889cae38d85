"""What is muted now, and until when."""

from collections.abc import Sequence

from stream_app.alerting.feedback import Mute
from stream_app.console.pages.asked import Asked
from stream_app.console.pages.elements import Row, box, table, text
from stream_app.console.pages.sheet import Sheet, deed_button
from stream_app.console.pages.verdict_deeds import scope_name, unmute
from stream_app.console.phrases import moment
from stream_app.console.state import Console

HEADERS = ("What", "Until, UTC", "By", "Reason", "")


class MuteList:
    """The mutes that hold, each with a button that ends it."""

    def __init__(self, console: Console, sheet: Sheet) -> None:
        self._console = console
        self._sheet = sheet
        with box("section", "panel", aria_label="Muted"):
            text("Muted: nobody is told of these", "h2")
            self._asked = Asked(self._ask, self._build)

    async def refresh(self) -> None:
        """Ask the store again."""
        await self._asked.refresh()

    async def _ask(self) -> Sequence[Mute]:
        return await self._console.desk.ask(lambda desk: desk.mutes())

    def _build(self, mutes: Sequence[Mute]) -> None:
        table(HEADERS, map(self._row, mutes), "Nothing is muted.")

    def _row(self, held: Mute) -> Row:
        told = (scope_name(held.scope), moment(held.until), held.by, held.reason or "-")
        return *told, lambda: deed_button(self._sheet, unmute(self._console, held))
