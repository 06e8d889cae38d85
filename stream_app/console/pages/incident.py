"""`/incidents/{id}`: an incident that explains itself, and what can be done about it."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.feedback import Given
from stream_app.alerting.incidents.book import Happening
from stream_app.alerting.incidents.incident import Incident
from stream_app.alerting.store.outbox import Posted
from stream_app.alerting.wording import leading
from stream_app.console import incident_story as story
from stream_app.console.pages import explanation, incident_parts
from stream_app.console.pages.anomaly_plot import AnomalyPlot
from stream_app.console.pages.asked import Asked
from stream_app.console.pages.elements import box, details, link, text
from stream_app.console.pages.frame import Part, filled, frame, refresh
from stream_app.console.pages.incident_deeds import IncidentDeeds
from stream_app.console.pages.incident_table import IncidentTable
from stream_app.console.pages.sheet import Sheet
from stream_app.console.state import Console

SEARCH_SECONDS = 60.0  # similar ones are looked for among a thousand: not at every refresh


class Dossier(NamedTuple):
    """All that the store knows of an incident."""

    incident: Incident
    history: tuple[Happening, ...]
    messages: tuple[Posted, ...]
    verdicts: tuple[Given, ...]
    similar: tuple[Incident, ...]


async def incident_page(console: Console, incident_id: str) -> None:
    """Build the page."""
    parts: list[Part]
    with frame(console, "/incidents") as parts:
        parts.append(IncidentView(console, incident_id, Sheet(lambda: refresh(parts))))
    await filled(parts)


class IncidentView:
    """Rebuilt when something happened to the incident; its plot is redrawn as readings arrive."""

    def __init__(self, console: Console, incident_id: str, sheet: Sheet) -> None:
        self._console = console
        self._id = incident_id
        self._plot: AnomalyPlot | None = None
        self._similar: tuple[Incident, ...] = ()
        self._searched = -SEARCH_SECONDS
        self._incident: Incident | None = None
        self._passing: TextElement | None = None  # says what only passes with time
        self._deeds = IncidentDeeds(console, sheet)
        self._asked = Asked(self._ask, self._build)

    async def refresh(self) -> None:
        """Show how it stands."""
        await self._asked.refresh()
        if self._incident is None or self._plot is None or self._passing is None:
            return
        self._plot.refresh(story.plotted(self._incident))
        lasted = story.lasted(self._incident, self._console.now_ms())
        attention = story.attention(self._incident, int(time.time() * 1000))
        self._passing.set_text(f"Lasted {lasted}. Looked after by: {attention}")

    async def _ask(self) -> Dossier:
        return await self._console.desk.ask(self._look_up)

    def _look_up(self, desk: IncidentDesk) -> Dossier:
        history, messages = tuple(desk.history(self._id)), tuple(desk.deliveries(self._id))
        if time.monotonic() - self._searched >= SEARCH_SECONDS:
            self._similar, self._searched = tuple(desk.similar(self._id)), time.monotonic()
        return Dossier(desk.get(self._id), history, messages, tuple(desk.verdicts(self._id)), self._similar)

    def _build(self, dossier: Dossier) -> None:
        incident = self._incident = dossier.incident
        event = leading(incident).event
        ui.page_title(f"{story.scenarios(incident)}: {story.subject(incident)}")
        self._head(incident, dossier.verdicts)
        self._plot = AnomalyPlot(self._console, story.plotted(incident))
        with box("div", "pair"):
            explanation.contributions(event)
            incident_parts.members(incident)
        incident_parts.evidence(incident)
        incident_parts.requests(incident)
        with box("div", "pair"):
            incident_parts.history(dossier.history)
            incident_parts.messages(dossier.messages)
        with box("section", "panel", aria_label="Similar incidents"):
            text("Similar incidents", "h2")
            IncidentTable(self._console).build(dossier.similar, "None of the newest thousand is about the same.")

    def _head(self, incident: Incident, verdicts: Sequence[Given]) -> None:
        with box("section", f"panel tone-{incident.severity}", aria_label="What happened"):
            with box("div", "bar"):
                text(incident.severity, classes="tag")
                text("over" if incident.state == "resolved" else incident.state, classes="tag tone-none")
                text(f"{story.scenarios(incident)}: {story.subject(incident)}", "h2")
            text(leading(incident).event.summary, "p", "sentence")
            details(story.facts(incident))
            self._passing = text("", "p", "attention", role="status")
            if verdicts:
                text(f"Verdict: {story.verdict(verdicts[-1])}", "p", "attention")
            if incident.merged_into:
                link("The incident it goes on in", f"/incidents/{incident.merged_into}")
            self._deeds.build(incident)
            incident_parts.links(incident, story.dashboard(self._console.options.grafana_url, incident))
