"""The live curves: how the shop and every service do now, and one of them over the last three hours."""

from nicegui import ui

from stream_app.console import charts
from stream_app.console.curves import HOUR_MS
from stream_app.console.decode import Curve, Reading, Subject
from stream_app.console.pages.elements import box, choice, text
from stream_app.console.pages.entity_tiles import EntityTiles, ranked
from stream_app.console.phrases import scenario
from stream_app.console.state import Console

SHOWN_MS = 3 * HOUR_MS
LEGEND = "Solid: actual. Dashed: expected. Shaded: the band it should stay in. Dots: outside the band. Tinted: anomaly."


class CurvePanel:
    """A tile an entity, and one chart of the last three hours of shop time for the chosen entity and scenario."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._chosen: Curve | None = None
        self._drawn: object = None
        self._offered: list[str] | None = None
        with box("section", "panel", aria_label="Curves"):
            self._bar = box("div", "bar")
            self._empty = text("No readings yet: they come with the first minutes that are judged.", "p", "muted")
            self._tiles = EntityTiles(self._choose_subject)
            self._chart = ui.echart({}, renderer="svg").style("height: 300px; width: 100%")
            self._legend = text(LEGEND, "p", "muted")
        self.refresh()

    def refresh(self) -> None:
        """Redraw when readings or anomalies changed."""
        state = (self._chosen, self._console.timeline.version)
        if state == self._drawn:
            return
        self._chosen = self._chosen or self._first()
        self._drawn = (self._chosen, self._console.timeline.version)
        self._build_bar()
        # Most severe first, so read backwards: the last word about an entity is the worst.
        severities = {a.subject: a.event.severity for a in reversed(self._console.timeline.anomalies.open())}
        self._tiles.show(self._newest(), self._chosen, severities)
        self._draw()

    def _first(self) -> Curve | None:
        """The curve to begin with: that of the most severe open anomaly that has one, else the whole shop's."""
        timeline = self._console.timeline
        troubled = (timeline.curve_of(anomaly) for anomaly in timeline.anomalies.open())
        names = ranked(timeline.curves.names())
        return next((curve for curve in troubled if curve is not None), next(iter(names), None))

    def _newest(self) -> dict[Subject, tuple[Curve, Reading]]:
        """The newest reading of every entity, of the scenario that is shown where it has it."""
        curves = self._console.timeline.curves
        shown = self._chosen.scenario if self._chosen else None
        newest: dict[Subject, tuple[Curve, Reading]] = {}
        for curve in ranked(curves.names()):
            if curve.subject not in newest or curve.scenario == shown:
                newest[curve.subject] = (curve, curves.between(curve, 0, curves.newest)[-1])
        return newest

    def _build_bar(self) -> None:
        """Title, and the scenarios that judge the chosen entity when there are several."""
        names = self._console.timeline.curves.names()
        offered = [c.scenario for c in names if self._chosen and c.subject == self._chosen.subject]
        if offered == self._offered:
            return
        self._offered = offered
        self._bar.clear()
        with self._bar:
            text("Events a minute, last 3 hours of shop time", "h2")
            if self._chosen is not None and len(offered) > 1:
                options = {stem: scenario(stem) for stem in offered}
                choice("Band of ", options, self._chosen.scenario, self._choose_scenario)

    def _choose_subject(self, curve: Curve) -> None:
        self._chosen = curve
        self.refresh()

    def _choose_scenario(self, stem: str) -> None:
        if self._chosen is not None and stem in (self._offered or ()):
            self._chosen = Curve(stem, self._chosen.subject)
            self.refresh()

    def _draw(self) -> None:
        curve, timeline = self._chosen, self._console.timeline
        self._empty.set_visibility(curve is None)
        for element in (self._chart, self._legend):
            element.set_visibility(curve is not None)
        if curve is None:
            return
        end = timeline.curves.newest
        readings = timeline.curves.between(curve, end - SHOWN_MS, end)
        marks = timeline.marks(curve.subject, end - SHOWN_MS, end)
        unit = timeline.curves.unit(curve)
        self._chart.options.clear()
        self._chart.options.update(charts.curve(readings, marks, unit, end - SHOWN_MS, end))
        self._chart.update()
