"""`/health`: is anybody watching, how far behind, with which models, and what could not be read?"""

from collections.abc import Callable

from stream_app.console.pages.elements import box, table, text
from stream_app.console.pages.frame import frame
from stream_app.console.phrases import moment, number, scenario, span
from stream_app.console.state import Console

SOURCE_HEADERS = ("Source partition", "Read to its end", "Seen until (shop time)")
REFUSED_HEADERS = ("Topic", "Partition#", "Offset#", "Why")
Rows = list[tuple[str, ...]]


def health_page(console: Console) -> None:
    """Build the page."""
    with frame(console, "/health") as parts:
        with box("div", "pair"):
            parts.append(Listing("Detectors", ("Scenario", "State", "Why", "Model"), lambda: _detectors(console)))
            parts.append(Listing("Signs of life", ("What", "State", "Detail"), lambda: _signs(console)))
        with box("div", "pair"):
            parts.append(Listing("Reading of the shop's topics", ("Topic", "Unread#"), lambda: _lag(console)))
            parts.append(Listing("Dead letters", ("Topic", "Reason", "Records#"), lambda: _dead_letters(console)))
        parts.append(Listing("Source partitions", SOURCE_HEADERS, lambda: _sources(console)))
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
    rows: Rows = []
    for stem, detector in sorted(console.worker.readiness.scenarios.items()):
        model = detector.model
        named = f"{model.name} {model.version} ({model.stage}) {model.sha256[:12]}" if model else "none"
        state = detector.state if console.worker.answers else f"{detector.state}, not confirmed"
        rows.append((scenario(stem), state, detector.reason or "-", named))
    return rows


def _signs(console: Console) -> Rows:
    worker, feed, pipeline = console.worker, console.feed.state, console.worker.readiness.pipeline
    watermark = f"{moment(pipeline.watermark)} UTC" if pipeline.watermark else "unknown"
    delay = worker.watermark_delay_seconds(console.options.now_ms())
    return [
        ("Worker", "answers" if worker.answers else "DOES NOT ANSWER", worker.reason or console.options.worker_url),
        ("Pipeline", "healthy" if pipeline.healthy else "NOT HEALTHY", pipeline.reason or "-"),
        ("Watermark", watermark, "-" if delay is None else f"{span(delay)} behind the shop's time"),
        ("Kafka, for this console", "answers" if feed.is_fresh else "DOES NOT ANSWER", _feed_detail(console)),
        ("Anomalies kept", number(len(console.timeline.anomalies)), f"{console.timeline.anomalies.evicted} made room"),
        ("Series kept", number(len(console.timeline.curves)), f"{console.timeline.curves.refused} readings too many"),
    ]


def _feed_detail(console: Console) -> str:
    feed = console.feed.state
    if feed.missing:
        return f"missing topics: {', '.join(sorted(feed.missing))}"
    return feed.reason or f"{sum(feed.lag.values())} records unread"


def _lag(console: Console) -> Rows:
    lag = console.worker.by_label("monitor_consumer_lag_records", "topic")
    return [(topic, number(records)) for (topic,), records in sorted(lag.items())]


def _dead_letters(console: Console) -> Rows:
    letters = console.worker.by_label("monitor_dead_letters_total", "topic", "reason")
    return [(topic, reason, number(count)) for (topic, reason), count in sorted(letters.items()) if count]


def _sources(console: Console) -> Rows:
    sources = sorted(console.worker.readiness.pipeline.sources, key=lambda source: source.source)
    return [(s.source, "yes" if s.caught_up else "NO", moment(s.seen_until)) for s in sources]


def _refused(console: Console) -> Rows:
    return [(r.topic, str(r.partition), str(r.offset), r.reason) for r in console.feed.state.refused]
