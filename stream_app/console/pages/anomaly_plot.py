"""Expected against actual, with the band: over time when the entity has a curve, else on one axis."""

from nicegui import ui

from stream_app.console import charts
from stream_app.console.curves import HOUR_MS
from stream_app.console.decode import Anomaly
from stream_app.console.pages.elements import box, text
from stream_app.console.phrases import entity, scenario
from stream_app.console.state import Console

BEFORE_MS = HOUR_MS
AFTER_MS = HOUR_MS // 2


class AnomalyPlot:
    """The plot of one anomaly; redrawn as readings arrive."""

    def __init__(self, console: Console, anomaly: Anomaly) -> None:
        self._console = console
        self._drawn: object = None
        with box("section", "panel", aria_label="Expected against actual"):
            self._title = text("", "h2")
            self._chart = ui.echart({}, renderer="svg").style("height: 260px; width: 100%")
        self.refresh(anomaly)

    def refresh(self, anomaly: Anomaly) -> None:
        """Redraw when there is news."""
        state = (anomaly.event.revision, self._console.timeline.version)
        if state == self._drawn:
            return
        self._drawn = state
        self._chart.options.clear()
        self._chart.options.update(self._options(anomaly))
        self._chart.update()

    def _options(self, anomaly: Anomaly) -> charts.Options:
        found = self._console.timeline.around(anomaly, BEFORE_MS, AFTER_MS)
        if found is None:
            self._title.set_text("Expected against actual")
            self._chart.style("height: 120px")
            return charts.range_bar(anomaly.event)
        curve, readings = found
        self._title.set_text(f"Expected against actual: {entity(curve.subject)}, {scenario(curve.scenario).lower()}")
        self._chart.style("height: 260px")
        start, end = readings[0].start, readings[-1].end
        marks = self._console.timeline.marks(curve.subject, start, end)
        return charts.curve(readings, marks, self._console.timeline.curves.unit(curve), start, end)
