"""`/health`: is anybody watching, how far behind, with which models, and what could not be read?"""

from collections.abc import Callable

from stream_app.console.health import Detector, Entities, Source, WorkerHealth
from stream_app.console.pages.elements import Cell, Row, box, table, text
from stream_app.console.pages.frame import frame
from stream_app.console.phrases import moment, number, scenario, span
from stream_app.console.state import Console

LAG = "monitor_consumer_lag_records"
TOPIC_HEADERS = ("Topic", "Unread#", "Partitions read to their end", "Seen until (shop time)")
REFUSED_HEADERS = ("Topic", "Partition#", "Offset#", "Why")
TONES = {"ready": "calm", "warming": "warning", "stale": "warning", "degraded": "critical"}
NAMED = 3  # newcomers shown by name
Rows = list[Row]


def health_page(console: Console) -> None:
    """Build the page."""
    with frame(console, "/health") as parts:
        with box("div", "pair"):
            parts.append(Listing("Signs of life", ("What", "State", "Detail"), lambda: _signs(console)))
            parts.append(Listing("Detectors", ("Scenario", "State", "Why", "Model"), lambda: _detectors(console)))
        parts.append(Listing("The shop's topics", TOPIC_HEADERS, lambda: _topics(console)))
        with box("div", "pair"):
            parts.append(Listing("Dead letters", ("Topic", "Reason", "Records#"), lambda: _dead_letters(console)))
            parts.append(Listing("What this console could not read", REFUSED_HEADERS, lambda: _refused(console)))


class Listing:
    """A titled table, rebuilt when its rows change."""

    def __init__(self, title: str, headers: tuple[str, ...], rows: Callable[[], Rows]) -> None:
        self._headers = headers
        self._rows = rows
        self._shown: Rows | None = None
        with box("section", "panel", aria_label=title):
            text(title, "h2")
            self._body = box("div")
        self.refresh()

    def refresh(self) -> None:
        """Show the rows as they are now."""
        rows = self._rows()
        if rows == self._shown:
            return
        self._shown = rows
        self._body.clear()
        with self._body:
            table(self._headers, rows, "None.")


def _detectors(console: Console) -> Rows:
    return [_detector(stem, known, console) for stem, known in sorted(console.worker.readiness.scenarios.items())]


def _detector(stem: str, detector: Detector, console: Console) -> Row:
    model = detector.model
    named = f"{model.version} ({model.stage}) {model.sha256[:12]}" if model else "none"
    if not console.worker.answers:
        return scenario(stem), Cell("unknown", "blind"), f"last known: {detector.state}", named
    return (
        scenario(stem),
        Cell(detector.state, TONES.get(detector.state, "blind")),
        _detail(detector),
        named + beside(detector),
    )


def why(detector: Detector) -> str:
    """The reason for a detector's state, and how long it will hold."""
    left = "" if not detector.seconds_left else f"; {span(detector.seconds_left)} of shop time left"
    return f"{detector.reason}{left}" if detector.reason else "-"


def _detail(detector: Detector) -> str:
    """Why it is in its state, and what it does not know yet though it is ready."""
    told = [why(detector)] if detector.reason or not newcomers(detector) else []
    return "; ".join([*told, *newcomers(detector)])


def newcomers(detector: Detector) -> list[str]:
    """The entities it still has to get to know: a few by name, the others counted."""
    known = detector.entities or Entities()
    named = known.named[:NAMED]
    told = [f"{one.entity} is new: {one.reason}, {span(one.seconds_left)} of shop time left" for one in named]
    others = known.warming - len(named)
    counted = f"{others:,} {'others ' if named else ''}of {known.ready + known.warming:,} are not known enough yet"
    return [*told, counted] if others else told


def beside(detector: Detector) -> str:
    """The model that looks on, if one does."""
    shadow = detector.shadow
    if shadow is None:
        return ""
    said = shadow.failure or f"agrees on {shadow.share:.1%} of {shadow.rows:,} rows"
    return f"; shadow {shadow.model.version}: {said}"


def _signs(console: Console) -> Rows:
    worker, feed, pipeline = console.worker, console.feed.state, console.worker.readiness.pipeline
    anomalies, curves = console.timeline.anomalies, console.timeline.curves
    return [
        ("Worker", _answers(worker.answers), worker.reason or console.options.worker_url),
        ("Pipeline", _pipeline(worker), pipeline.reason or "-"),
        ("Watermark", moment(pipeline.watermark), _behind(console)),
        ("Kafka, for this console", _answers(feed.is_fresh), _feed_detail(console)),
        ("Anomalies kept", number(len(anomalies)), f"{anomalies.evicted} made room"),
        ("Series kept", number(len(curves)), f"{curves.refused} readings of series too many"),
    ]


def _answers(yes: bool) -> Cell:
    return Cell("answers", "calm") if yes else Cell("does not answer", "critical")


def _pipeline(worker: WorkerHealth) -> Cell:
    if not worker.answers:
        return Cell("unknown", "blind")
    return Cell("healthy", "calm") if worker.readiness.pipeline.healthy else Cell("not healthy", "critical")


def _behind(console: Console) -> str:
    delay = console.worker.watermark_delay_seconds(console.now_ms())
    return "unknown" if delay is None else f"{span(delay)} behind the shop's time"


def _feed_detail(console: Console) -> str:
    feed = console.feed.state
    if feed.missing:
        return f"missing topics: {', '.join(sorted(feed.missing))}"
    return feed.reason or f"{sum(feed.lag.values())} records unread"


def _topics(console: Console) -> Rows:
    """A row for every topic that the worker told a lag or a source partition of."""
    lag = {topic: number for (topic,), number in console.worker.by_label(LAG, "topic").items()}
    by_topic: dict[str, list[Source]] = {topic: [] for topic in lag}
    for source in console.worker.readiness.pipeline.sources:
        by_topic.setdefault(source.source.rpartition("/")[0], []).append(source)
    return [_topic(topic, lag.get(topic), sources) for topic, sources in sorted(by_topic.items())]


def _topic(topic: str, lag: float | None, sources: list[Source]) -> Row:
    caught_up = sum(source.caught_up for source in sources)
    read = Cell(f"{caught_up} of {len(sources)}", "calm" if caught_up == len(sources) else "warning")
    return topic, number(lag), read, moment(max((s.seen_until for s in sources if s.seen_until), default=None))


def _dead_letters(console: Console) -> Rows:
    letters = console.worker.by_label("monitor_dead_letters_total", "topic", "reason")
    return [(topic, reason, number(count)) for (topic, reason), count in sorted(letters.items()) if count]


def _refused(console: Console) -> Rows:
    return [(r.topic, str(r.partition), str(r.offset), r.reason) for r in console.feed.state.refused]
