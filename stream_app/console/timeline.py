"""What the console knows of the shop: the newest anomalies and the readings of the last hours. Pure and bounded.

A redelivery or an older revision changes nothing, so the topics can be read again at any time.
"""

from dataclasses import dataclass, field

from stream_app.console.anomalies import AnomalyList
from stream_app.console.curves import Curves
from stream_app.console.decode import Anomaly, Curve, Reading, Subject
from stream_app.console.letters import Letters


@dataclass(slots=True)
class Timeline:
    """Everything the pages and the API show of the shop itself."""

    anomalies: AnomalyList = field(default_factory=AnomalyList)
    curves: Curves = field(default_factory=Curves)
    letters: Letters = field(default_factory=Letters)

    @property
    def version(self) -> tuple[int, int]:
        """Differs after every change."""
        return self.anomalies.version, self.curves.version

    def curve_of(self, anomaly: Anomaly) -> Curve | None:
        """The series an anomaly's entity has: its own scenario's, else another's; None for products and users."""
        names = [curve for curve in self.curves.names() if curve.subject == anomaly.subject]
        own = [curve for curve in names if curve.scenario == anomaly.event.scenario]
        return next(iter(own or names), None)

    def around(self, anomaly: Anomaly, before_ms: int, after_ms: int) -> tuple[Curve, list[Reading]] | None:
        """The readings about the anomaly's window, for its plot; None when there are none."""
        curve = self.curve_of(anomaly)
        if curve is None:
            return None
        end = self.curves.newest if anomaly.is_open else anomaly.end
        readings = self.curves.between(curve, anomaly.start - before_ms, end + after_ms)
        return (curve, readings) if readings else None

    def marks(self, subject: Subject, start: int, end: int) -> list[Anomaly]:
        """The anomalies to mark on a curve of the entity, event time in ms; retracted ones are left out."""
        return [a for a in self.anomalies.touching(subject, start, end) if a.event.status != "retracted"]
