"""The table of anomalies: filtered by status and scenario, a page at a time, however many there are."""

from dataclasses import replace
from itertools import islice

from stream_app.console.anomalies import Filter
from stream_app.console.decode import Anomaly
from stream_app.console.pages.elements import box, button, choice, enable, link, text
from stream_app.console.phrases import entity, moment, scenario, span
from stream_app.console.state import Console

PAGE = 20
ANY = "any"
STATUSES = {
    "past": "past (resolved, retracted)",
    "open": "open",
    ANY: "any",
    "resolved": "resolved",
    "retracted": "retracted",
}
HEADERS = ("Since", "Lasted", "Severity", "What", "About", "Score", "Status", "Summary")


class PastTable:
    """Rebuilt only when its rows change."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._filter = Filter("past")
        self._page = 0
        self._shown: object = None
        with box("section", "panel", aria_label="Anomalies so far"):
            self._bar = box("div", "bar")
            self._rows = box("div", "scroll")
        self._scenarios: list[str] | None = None
        self.refresh()

    def refresh(self) -> None:
        """Show the rows of the page that is open."""
        scenarios = self._console.timeline.anomalies.scenarios()
        if scenarios != self._scenarios:
            self._scenarios = scenarios
            self._build_bar(scenarios)
        found = list(self._console.timeline.anomalies.select(self._filter))
        self._page = max(0, min(self._page, (len(found) - 1) // PAGE))
        rows = list(islice(found, self._page * PAGE, (self._page + 1) * PAGE))
        signature = [(a.event.anomaly_id, a.event.revision) for a in rows]
        self._place.set_text(_place(self._page, len(rows), len(found)))
        enable(self._newer, self._page > 0)
        enable(self._older, (self._page + 1) * PAGE < len(found))
        if signature != self._shown:
            self._shown = signature
            self._build_rows(rows)

    def _build_bar(self, scenarios: list[str]) -> None:
        self._bar.clear()
        with self._bar:
            text("Anomalies so far", "h2")
            choice("Status ", STATUSES, self._filter.status or ANY, self._choose_status)
            known = {ANY: "any", **{stem: scenario(stem) for stem in scenarios}}
            choice("Scenario ", known, self._filter.scenario or ANY, self._choose_scenario)
            self._place = text("", classes="muted")
            self._newer = button("Newer", lambda: self._turn(-1), aria_label="Newer anomalies")
            self._older = button("Older", lambda: self._turn(1), aria_label="Older anomalies")

    def _choose_status(self, value: str) -> None:
        self._filter = replace(self._filter, status=None if value == ANY else value)
        self._turn(-self._page)

    def _choose_scenario(self, value: str) -> None:
        self._filter = replace(self._filter, scenario=None if value == ANY else value)
        self._turn(-self._page)

    def _turn(self, pages: int) -> None:
        self._page += pages
        self.refresh()

    def _build_rows(self, rows: list[Anomaly]) -> None:
        self._rows.clear()
        with self._rows:
            if not rows:
                text("None.", "p", "muted")
                return
            with box("table", "plain stacked"):
                with box("thead"), box("tr"):
                    for header in HEADERS:
                        text(header, "th", "figure" if header == "Score" else "", scope="col")
                with box("tbody"):
                    for anomaly in rows:
                        _row(anomaly)


def _place(page: int, shown: int, found: int) -> str:
    if not found:
        return "none found"
    first = page * PAGE + 1
    return f"{first} to {first + shown - 1} of {found:,}"


def _row(anomaly: Anomaly) -> None:
    event = anomaly.event
    with box("tr"):
        with box("td", "nowrap"):
            link(moment(anomaly.start), f"/anomaly/{event.anomaly_id}")
        text("open" if anomaly.is_open else span((anomaly.end - anomaly.start) / 1000), "td", "nowrap")
        with box("td", f"tone-{event.severity}"):
            text(event.severity, classes="toned")
        text(scenario(event.scenario), "td", "nowrap")
        text(entity(anomaly.subject), "td", "nowrap")
        text(f"{event.score:.2f}", "td", "figure")
        text(event.status, "td")
        text(event.summary, "td")
