"""Anomalies as tinted areas of a curve, their names in lanes so that none is printed over another. Pure."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from stream_app.console.decode import Anomaly
from stream_app.console.phrases import scenario

NAME_SHARE = 0.35  # of the curve's width: what the longest name takes on a phone
LANES = 6  # anomalies beyond them are tinted without a name
LANE_PIXELS = 14


class Span(NamedTuple):
    """What is drawn of an anomaly, event time in ms; `name_start` to `name_end` is where its name stands."""

    anomaly: Anomaly
    start: int
    end: int
    name_start: float
    name_end: float


def areas(marks: Iterable[Anomaly], start: int, end: int) -> list[list[dict[str, Any]]]:
    """ECharts' areas of the anomalies on a curve from `start` to `end`, event time in ms, the earliest first."""
    spans = sorted((_span(anomaly, start, end) for anomaly in marks), key=lambda span: span.name_start)
    return [_area(span, lane) for span, lane in zip(spans, lanes(spans), strict=True)]


def lanes(spans: Iterable[Span]) -> list[int]:
    """The first lane in which each name has room; the spans come in the order of their names' starts."""
    taken: list[float] = []  # until when each lane is
    given = []
    for span in spans:
        lane = next((number for number, until in enumerate(taken) if until <= span.name_start), len(taken))
        taken[lane : lane + 1] = [span.name_end]
        given.append(lane)
    return given


def _span(anomaly: Anomaly, start: int, end: int) -> Span:
    begin, until = max(start, anomaly.start), end if anomaly.is_open else min(end, anomaly.end)
    width = NAME_SHARE * (end - start)
    if begin + width <= end:
        return Span(anomaly, begin, until, begin, begin + width)
    return Span(anomaly, begin, until, until - width, until)  # no room to the right of its begin


def _area(span: Span, lane: int) -> list[dict[str, Any]]:
    event = span.anomaly.event
    is_moved = span.name_start < span.start
    label = {
        "show": lane < LANES,
        "position": "insideTopRight" if is_moved else "insideTopLeft",
        "offset": [0, lane * LANE_PIXELS],
    }
    tint = {"color": f"var(--{event.severity})", "opacity": 0.25}
    name = scenario(event.scenario)
    return [{"xAxis": span.start, "name": name, "itemStyle": tint, "label": label}, {"xAxis": span.end}]
