"""What can be done about an incident: look after it, be told nothing for a while, say what it was."""

import time
from datetime import UTC, datetime, timedelta

from stream_app.alerting.incidents.incident import Incident
from stream_app.console.acting import permit
from stream_app.console.pages.elements import box, text
from stream_app.console.pages.sheet import Deed, Entry, Sheet, Values, deed_button
from stream_app.console.pages.verdict_deeds import judge, mute
from stream_app.console.phrases import moment
from stream_app.console.state import Console

MORNING = 8  # o'clock, UTC like every time of the console
SNOOZES = {"30": "30 min", "120": "2 hours", "morning": f"until tomorrow, {MORNING:02d}:00 UTC"}
OVER = "it is over"


def snoozed_until(choice: str, now: float) -> float:
    """The wall time in seconds that a choice of SNOOZES means at wall time `now`.

    >>> snoozed_until("30", 0.0), snoozed_until("morning", 0.0) / 3600
    (1800.0, 32.0)
    """
    if choice != "morning":
        return now + 60 * int(choice)
    today = datetime.fromtimestamp(now, UTC).replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return (today + timedelta(days=1)).timestamp()


class IncidentDeeds:
    """The buttons of an incident's page."""

    def __init__(self, console: Console, sheet: Sheet) -> None:
        self._console = console
        self._sheet = sheet

    def build(self, incident: Incident) -> None:
        """A row of buttons, and why some cannot be pressed."""
        impossible = "" if incident.state == "open" else OVER
        with box("div", "bar deeds", role="group", aria_label="What to do"):
            for deed in (self._acknowledge(incident), self._snooze(incident)):
                deed_button(self._sheet, deed, impossible)
            merged = "it goes on in another incident" if incident.state == "merged" else ""
            for deed in (judge(self._console, incident), mute(self._console, incident)):
                deed_button(self._sheet, deed, merged)
        if why := permit("act").refusal:
            text(f"Nothing can be done here: {why}.", "p", "muted")

    def _acknowledge(self, incident: Incident) -> Deed:
        async def do(by: str, values: Values) -> str:
            await self._console.desk.ask(lambda desk: desk.acknowledge(incident.id, by, values["note"]))
            return "Acknowledged: only a higher severity and the end are told from now on"

        explained = "You look after it. From now on only a higher severity and its end are told."
        note = Entry("Note for others", kind="lines")
        return Deed("Acknowledge", "act", "acknowledge", incident.id, explained, do, {"note": note})

    def _snooze(self, incident: Incident) -> Deed:
        async def do(by: str, values: Values) -> str:
            until = snoozed_until(values["until"], time.time())
            await self._console.desk.ask(lambda desk: desk.snooze(incident.id, until, by))
            return f"Nothing is told before {moment(int(until * 1000))} UTC, unless it gets worse or ends"

        explained = "Nothing more is told about it for a while, unless it gets worse or ends."
        until = Entry("For how long", "30", options=SNOOZES)
        return Deed("Snooze", "act", "snooze", incident.id, explained, do, {"until": until})
