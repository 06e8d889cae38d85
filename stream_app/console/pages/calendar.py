"""`/calendar`: closed days and change windows: what is announced is neither judged nor learnt."""

import re
from datetime import UTC, date, datetime

import msgspec

from models.calendar import Window, read_day, read_window
from stream_app.console.acting import permit
from stream_app.console.calendar_client import CalendarClient, Held
from stream_app.console.pages.asked import Asked
from stream_app.console.pages.elements import Row, box, table, text
from stream_app.console.pages.frame import Part, filled, frame, refresh
from stream_app.console.pages.sheet import Deed, Entry, Sheet, Values, deed_button
from stream_app.console.phrases import moment, scenario
from stream_app.console.state import Console

ANY = "any"
HEADERS = ("From", "Until", "State", "Reason", "Scenarios", "About", "")
DAYS = ("Day", "")
CLOSED = "The volume of events of a closed day is neither judged nor learnt. The day is one of UTC."
READ_ONLY = "this console has no MONITOR_API_TOKEN, so the worker takes no change from it"
EXPLAINED = "What happens in a window is neither judged nor learnt. What goes on after its end is reported. Times: UTC."


async def calendar_page(console: Console) -> None:
    """Build the page."""
    parts: list[Part]
    with frame(console, "/calendar") as parts:
        parts.append(CalendarView(console, Sheet(lambda: refresh(parts))))
    await filled(parts)


class CalendarView:
    """What the worker holds, with buttons to announce more and less."""

    def __init__(self, console: Console, sheet: Sheet) -> None:
        options = console.options
        self._console = console
        self._sheet = sheet
        self._client = CalendarClient(options.worker_url, options.worker_token)
        self._impossible = "" if options.worker_token else READ_ONLY
        with box("section", "panel", aria_label="Change windows"):
            with box("div", "bar"):
                text("Change windows", "h2")
                deed_button(sheet, self._announce(), self._impossible)
            text(EXPLAINED, "p", "muted")
            if why := self._impossible or permit("act").refusal:
                text(f"Nothing can be changed here: {why}.", "p", "muted")
            self._asked = Asked(self._client.read, self._build)

    async def refresh(self) -> None:
        """Ask the worker again."""
        await self._asked.refresh()

    def _build(self, held: Held) -> None:
        if held.problem:
            text(f"The file as it is now does not count: {held.problem}", "p", "toned tone-critical")
        windows = sorted(held.windows, key=lambda one: one.start, reverse=True)
        table(HEADERS, map(self._row, windows), "No window is announced.")
        with box("div", "bar"):
            text("Closed days", "h2")
            deed_button(self._sheet, self._close(), self._impossible)
        table(DAYS, map(self._day, sorted(held.closed_days, reverse=True)), "No day is closed.")

    def _row(self, window: Window) -> Row:
        named = ", ".join(scenario(stem) for stem in window.scenarios) or "all"
        about = ", ".join(window.entities) or "everything"
        told = (_time(window.start), _time(window.end), self._state(window), window.reason or "-", named, about)
        return *told, lambda: deed_button(self._sheet, self._withdraw(window), self._impossible, "Remove")

    def _day(self, day: date) -> Row:
        return day.isoformat(), lambda: deed_button(self._sheet, self._reopen(day), self._impossible, "Remove")

    def _state(self, window: Window) -> str:
        now = datetime.fromtimestamp(self._console.now_ms() / 1000, UTC)
        return "over" if window.end <= now else "now" if window.start <= now else "to come"

    def _announce(self) -> Deed:
        async def do(_by: str, values: Values) -> str:
            window = window_of(values)
            await self._client.add(window)
            return f"Announced from {_time(window.start)} to {_time(window.end)} UTC"

        stems = sorted(self._console.worker.readiness.scenarios)
        entries = {
            "start": Entry("From (UTC)", kind="datetime-local"),
            "end": Entry("Until (UTC)", kind="datetime-local"),
            "reason": Entry("Reason", hint="maintenance, a sale"),
            "scenario": Entry("Scenario", ANY, options={ANY: "all", **{stem: scenario(stem) for stem in stems}}),
            "entities": Entry("About, empty for everything", hint="service/order-service, product/7"),
        }
        return Deed("Announce a window", "act", "announce", "change window", EXPLAINED, do, entries)

    def _withdraw(self, window: Window) -> Deed:
        async def do(_by: str, _values: Values) -> str:
            await self._client.remove(window.id)
            return "The window is removed"

        explained = f"From {_time(window.start)} to {_time(window.end)} UTC everything is judged and learnt as usual."
        return Deed("Remove the window", "act", "remove window", window.id, explained, do)

    def _close(self) -> Deed:
        async def do(_by: str, values: Values) -> str:
            day = read_day(values["day"])
            await self._client.close(day)
            return f"{day.isoformat()} is a closed day"

        entries = {"day": Entry("Day (UTC)", kind="date")}
        return Deed("Announce a closed day", "act", "close day", "calendar", CLOSED, do, entries)

    def _reopen(self, day: date) -> Deed:
        async def do(_by: str, _values: Values) -> str:
            await self._client.reopen(day)
            return f"{day.isoformat()} is a day like others"

        explained = f"{day.isoformat()} is judged and learnt as usual."
        return Deed("Remove the closed day", "act", "reopen day", day.isoformat(), explained, do)


def window_of(values: Values) -> Window:
    """The window that was typed; raises LogRefused, which says what is wrong with it."""
    entities = [name for name in re.split(r"[,\s]+", values["entities"]) if name]
    stems = [] if values["scenario"] == ANY else [values["scenario"]]
    told = {"start": f"{values['start']}:00Z", "end": f"{values['end']}:00Z", "reason": values["reason"]}
    return read_window(msgspec.json.encode({**told, "scenarios": stems, "entities": entities}))


def _time(at: datetime) -> str:
    return moment(int(at.timestamp() * 1000))[:16]
