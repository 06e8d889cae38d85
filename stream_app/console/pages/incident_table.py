"""Incidents as a table, each row a link; what only passes with time is brought up to date in place."""

import time
from collections.abc import Callable, Sequence

from nicegui.elements.mixins.text_element import TextElement

from stream_app.alerting.incidents.incident import Incident
from stream_app.console import incident_story as story
from stream_app.console.pages.elements import Cell, Link, Row, table, text
from stream_app.console.phrases import moment
from stream_app.console.state import Console

STATES = {"open": "open", "resolved": "over", "merged": "merged"}
HEADERS = ("Since", "Lasted", "Severity", "What", "About", "State", "Looked after by")


class IncidentTable:
    """Built where it is asked to; `tick` keeps durations right without moving the keyboard's focus."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._passing: list[tuple[TextElement, Callable[[], str]]] = []

    def build(self, incidents: Sequence[Incident], empty: str = "None.") -> None:
        """The table, in place of the one before."""
        self._passing.clear()
        table(HEADERS, map(self._row, incidents), empty)

    def tick(self) -> None:
        """Say how long they have lasted by now, and who looks after them."""
        for label, said in self._passing:
            label.set_text(said())

    def _row(self, incident: Incident) -> Row:
        return (
            Link(moment(incident.opened), f"/incidents/{incident.id}"),
            lambda: self._keep(lambda: story.lasted(incident, self._console.now_ms())),
            Cell(incident.severity, incident.severity),
            story.scenarios(incident),
            story.subject(incident),
            STATES[incident.state],
            lambda: self._keep(lambda: story.attention(incident, int(time.time() * 1000))),
        )

    def _keep(self, said: Callable[[], str]) -> None:
        self._passing.append((text(said()), said))
