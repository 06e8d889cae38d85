"""The live curve of the shop and its services: actual, expected, band, and the anomalies marked on it."""

from nicegui import ui

from stream_app.console import charts
from stream_app.console.curves import HOUR_MS
from stream_app.console.decode import Curve, Subject
from stream_app.console.pages.elements import box, choice, text
from stream_app.console.phrases import entity, scenario
from stream_app.console.state import Console

SHOWN_MS = 3 * HOUR_MS
KINDS = ("shop", "service", "event_type")
LEGEND = "Solid: actual. Dashed: expected. Shaded: the band it should stay in. Dots: outside the band. Tinted: anomaly."


class CurvePanel:
    """One chart of the last three hours of shop time, for the entity and scenario one chooses."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._chosen: Curve | None = None
        self._drawn: object = None
        self._names: list[Curve] | None = None
        with box("section", "panel", aria_label="Curve"):
            self._bar = box("div", "bar")
            self._empty = text("No readings yet.", "p", "muted")
            self._chart = ui.echart({}, renderer="svg").style("height: 300px; width: 100%")
            text(LEGEND, "p", "muted")
        self.refresh()

    def refresh(self) -> None:
        """Redraw when readings or anomalies changed."""
        curves = self._console.timeline.curves
        names = sorted(curves.names(), key=_order)
        if names != self._names:
            self._names = names
            self._chosen = self._chosen or next(iter(names), None)
            self._build_bar(names)
        state = (self._chosen, self._console.timeline.version)
        if state != self._drawn:
            self._drawn = state
            self._draw()

    def _build_bar(self, names: list[Curve]) -> None:
        self._bar.clear()
        options = {_key(curve): f"{entity(curve.subject)}: {scenario(curve.scenario).lower()}" for curve in names}
        with self._bar:
            text("Events a minute, last 3 hours", "h2")
            if self._chosen is not None:
                choice("Curve of ", options, _key(self._chosen), self._choose)

    def _choose(self, key: str) -> None:
        self._chosen = next((curve for curve in self._names or () if _key(curve) == key), self._chosen)
        self.refresh()

    def _draw(self) -> None:
        curve, timeline = self._chosen, self._console.timeline
        self._empty.set_visibility(curve is None)
        self._chart.set_visibility(curve is not None)
        if curve is None:
            return
        end = timeline.curves.newest
        readings = timeline.curves.between(curve, end - SHOWN_MS, end)
        marks = timeline.marks(curve.subject, end - SHOWN_MS, end)
        unit = timeline.curves.unit(curve)
        self._chart.options.clear()
        self._chart.options.update(charts.curve(readings, marks, unit, end - SHOWN_MS, end))
        self._chart.update()


def _order(curve: Curve) -> tuple[int, str, str]:
    """The whole shop first, then services, then event types."""
    subject: Subject = curve.subject
    rank = KINDS.index(subject.kind) if subject.kind in KINDS else len(KINDS)
    return rank, subject.id, curve.scenario


def _key(curve: Curve) -> str:
    return "|".join((curve.scenario, *curve.subject))
