"""What is open now, as cards: critical first, each a link to its explanation."""

from nicegui.elements.mixins.text_element import TextElement

from stream_app.console.decode import Anomaly
from stream_app.console.pages.elements import box, text
from stream_app.console.phrases import entity, moment_near, number, scenario, span
from stream_app.console.state import Console

SHOWN = 24


class OpenCards:
    """Rebuilt only when an anomaly opens, changes or ends, so that the keyboard's focus stays where it is."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: list[tuple[str, int]] | None = None
        self._since: list[tuple[TextElement, Anomaly]] = []
        with box("section", aria_label="Open anomalies"):
            self._title = text("", "h2")
            self._cards = box("div", "cards")
        self.refresh()

    def refresh(self) -> None:
        """Show the open anomalies and how long they have been open."""
        opened = self._console.timeline.anomalies.open()
        signature = [(a.event.anomaly_id, a.event.revision) for a in opened]
        if signature != self._shown:
            self._shown = signature
            self._rebuild(opened)
        now = self._console.now_ms()
        for label, anomaly in self._since:
            label.set_text(f"since {moment_near(anomaly.start, now)}, {span((now - anomaly.start) / 1000)}")

    def _rebuild(self, opened: list[Anomaly]) -> None:
        self._title.set_text(_title(len(opened)))
        self._cards.clear()
        with self._cards:
            self._since = [(_card(anomaly), anomaly) for anomaly in opened[:SHOWN]]


def _title(count: int) -> str:
    if not count:
        return "Open anomalies: none"
    more = f", the {SHOWN} most severe are shown; all of them are in the table below" if count > SHOWN else ""
    return f"Open anomalies: {count}{more}"


def _card(anomaly: Anomaly) -> TextElement:
    """The card; gives the label that says since when."""
    event = anomaly.event
    with box("a", f"card tone-{event.severity}", href=f"/anomaly/{event.anomaly_id}"):
        with box(classes="head"):
            text(event.severity, classes="tag")
            if anomaly.is_rehearsal:
                text("on trial", classes="tag")
            text(entity(anomaly.subject), classes="who")
            text(scenario(event.scenario), classes="muted")
            since = text("", classes="since")
        text(event.summary, "p")
        with box(classes="figures"):
            _figure("actual", f"{number(event.actual)} {event.unit}")
            _figure("expected", number(event.expected))
            _figure("band", f"{number(event.lower)} to {number(event.upper)}")
            _figure("score", f"{event.score:.2f}")
    return since


def _figure(label: str, value: str) -> None:
    with box("span"):
        text(f"{label} ")
        text(value, "b")
