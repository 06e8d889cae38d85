"""`/deliveries`: every message, to whom, how it stands and why; what was given up is sent again from here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stream_app.alerting.delivery.queue import DIGEST
from stream_app.alerting.desk import IncidentDesk, NotPossible
from stream_app.alerting.store.outbox import Posted
from stream_app.console.pages.asked import Asked
from stream_app.console.pages.elements import Link, Row, box, choice, table, text
from stream_app.console.pages.frame import Part, filled, frame, refresh
from stream_app.console.pages.incident_parts import MESSAGE_HEADERS, MESSAGE_STATES, message_row
from stream_app.console.pages.paging import Turning
from stream_app.console.pages.sheet import Deed, Sheet, Values, deed_button
from stream_app.console.state import Console

PAGE = 50
ANY = ""
STATES = {ANY: "any", **MESSAGE_STATES}
HEADERS = (*MESSAGE_HEADERS, "About", "")


class Log(NamedTuple):
    """A page of the log, whom messages were for, and where the page begins."""

    messages: Sequence[Posted]
    endpoints: Sequence[str]
    first: int


@dataclass(slots=True)
class Browsing:
    """Which messages, and below which number each page begins."""

    state: str = ANY
    endpoint: str = ANY
    starts: tuple[int | None, ...] = (None,)

    def ask(self, desk: IncidentDesk) -> Log:
        """The page, and one message more when there is one."""
        found = desk.messages(self.state, self.endpoint, PAGE + 1, self.starts[-1])
        return Log(found, desk.endpoints(), PAGE * (len(self.starts) - 1) + 1)


async def deliveries_page(console: Console) -> None:
    """Build the page."""
    parts: list[Part]
    with frame(console, "/deliveries") as parts:
        parts.append(Deliveries(console, Sheet(lambda: refresh(parts))))
    await filled(parts)


class Deliveries:
    """The log of messages with its filters."""

    def __init__(self, console: Console, sheet: Sheet) -> None:
        self._console = console
        self._sheet = sheet
        self._browsing = Browsing()
        self._last: Posted | None = None
        self._offered: Sequence[str] = ()
        with box("section", "panel", aria_label="Deliveries"):
            self._bar = box("div", "bar")
            self._list = Asked(self._ask, self._build)
            self._turning = Turning("messages", self._turn_newer, self._turn_older)
        self._build_bar()

    async def refresh(self) -> None:
        """Ask the store again."""
        await self._list.refresh()

    async def _ask(self) -> Log:
        return await self._console.desk.ask(self._browsing.ask)

    def _build_bar(self) -> None:
        self._bar.clear()
        with self._bar:
            text("Messages to people", "h2")
            choice("State ", STATES, self._browsing.state, self._choose_state)
            endpoints = {ANY: "any", **{name: name for name in self._offered}}
            choice("Endpoint ", endpoints, self._browsing.endpoint, self._choose_endpoint)

    async def _choose_state(self, value: str) -> None:
        self._browsing = Browsing(value, self._browsing.endpoint)
        await self.refresh()

    async def _choose_endpoint(self, value: str) -> None:
        self._browsing = Browsing(self._browsing.state, value)
        await self.refresh()

    async def _turn_older(self) -> None:
        if self._last is not None:
            self._browsing.starts = (*self._browsing.starts, self._last.number)
            await self.refresh()

    async def _turn_newer(self) -> None:
        self._browsing.starts = self._browsing.starts[:-1] or (None,)
        await self.refresh()

    def _build(self, found: Log) -> None:
        shown = found.messages[:PAGE]
        self._last = shown[-1] if shown else None
        self._turning.show(found.first, len(shown), None, len(found.messages) > PAGE)
        if found.endpoints != self._offered:
            self._offered = found.endpoints
            self._build_bar()
        table(HEADERS, map(self._row, shown), "None.")

    def _row(self, posted: Posted) -> Row:
        about = "several" if posted.incident == DIGEST else Link("incident", f"/incidents/{posted.incident}")
        again = (lambda: deed_button(self._sheet, self._resend(posted))) if posted.state == "dead" else ""
        return *message_row(posted), about, again

    def _resend(self, posted: Posted) -> Deed:
        async def do(_by: str, _values: Values) -> str:
            if not await self._console.desk.ask(lambda desk: desk.resend([posted.id])):
                raise NotPossible("this message is on its way already")
            return f"On its way to {posted.endpoint} again"

        explained = f"The message goes to {posted.endpoint} once more, with its id, so that no receiver takes it twice."
        return Deed("Send again", "act", "resend", posted.id, explained, do)
