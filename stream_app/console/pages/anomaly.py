"""`/anomaly/{id}`: an anomaly that explains itself."""

from nicegui import ui

from stream_app.console.anomalies import Case
from stream_app.console.pages import explanation
from stream_app.console.pages.anomaly_plot import AnomalyPlot
from stream_app.console.pages.asked import Asked
from stream_app.console.pages.elements import box, link, text
from stream_app.console.pages.frame import Part, filled, frame
from stream_app.console.phrases import entity, moment, scenario, span
from stream_app.console.state import Console


async def anomaly_page(console: Console, anomaly_id: str) -> None:
    """Build the page."""
    parts: list[Part]
    with frame(console, "/anomaly") as parts:
        parts.append(Asked(lambda: console.desk.ask(lambda desk: desk.holder(anomaly_id)), _incident))
        parts.append(AnomalyView(console, anomaly_id))
    await filled(parts)


class AnomalyView:
    """Rebuilt when a new revision arrives; an anomaly that is not known yet is waited for."""

    def __init__(self, console: Console, anomaly_id: str) -> None:
        self._console = console
        self._id = anomaly_id
        self._shown: int | None = None
        self._plot: AnomalyPlot | None = None
        self._body = box("article", "stack")
        with self._body:
            text(f"Anomaly {anomaly_id} is not known here.", "h2")
            text("The console keeps the newest 10,000. If it was published just now, it appears by itself.", "p")
            link("Back to the overview", "/")
        self.refresh()

    def refresh(self) -> None:
        """Show the newest revision and the newest readings."""
        case = self._console.timeline.anomalies.get(self._id)
        if case is None:
            return
        if case.anomaly.event.revision != self._shown:
            self._shown = case.anomaly.event.revision
            self._rebuild(case)
        if self._plot is not None:
            self._plot.refresh(case.anomaly)

    def _rebuild(self, case: Case) -> None:
        self._body.clear()
        ui.page_title(f"{scenario(case.anomaly.event.scenario)}: {entity(case.anomaly.subject)}")
        with self._body:
            _head(self._console, case)
            self._plot = AnomalyPlot(self._console, case.anomaly)
            with box("div", "pair"):
                explanation.contributions(case.anomaly.event)
                explanation.evidence(case.anomaly.event)
            with box("div", "pair"):
                explanation.about(case.anomaly)
                explanation.life(case)
            explanation.raw(case.anomaly)


def _incident(incident_id: str | None) -> None:
    """The way to what is done about it."""
    if incident_id is not None:
        link("Its incident: who looks after it, who was told, what can be done", f"/incidents/{incident_id}")


def _head(console: Console, case: Case) -> None:
    anomaly, event = case.anomaly, case.anomaly.event
    end = console.now_ms() if anomaly.is_open else anomaly.end
    with box("section", f"panel tone-{event.severity}", aria_label="What happened"):
        with box("div", "bar"):
            text(event.severity, classes="tag")
            text(event.status, classes="tag tone-none")
            text(f"{scenario(event.scenario)}: {entity(anomaly.subject)}", "h2")
        text(event.summary, "p", "sentence")
        begun = f"{moment(anomaly.start)} UTC"
        lasted = f"so far {span((end - anomaly.start) / 1000)}" if anomaly.is_open else f"until {moment(anomaly.end)}"
        text(f"Since {begun}, {lasted}.", "p", "muted")
        explanation.headline_figures(event)
