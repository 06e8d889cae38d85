"""What the charts show, as ECharts options. Pure. Colours are CSS variables: the SVG follows the page's theme."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from shop_services.contracts.anomaly import AnomalyDetected, Contribution
from stream_app.console.decode import Anomaly, Reading
from stream_app.console.marks import areas
from stream_app.console.phrases import number

Options = dict[str, Any]
FONT = "system-ui, sans-serif"
MUTED = {"color": "var(--muted)"}
UNIT_STYLE = {**MUTED, "fontSize": 12, "fontWeight": "normal"}
EDGE = 0.2  # of an axis: nearer to its end a label in the middle could be cut on a phone
BARS = 10  # contributions drawn; the rest is in the raw event

# The tooltip gets each series' [time, value]; the band is drawn as its lower edge and its height, one upon the other.
_TOOLTIP = """(points) => {
  const at = (name) => (points.find(p => p.seriesName === name)?.value ?? [])[1];
  const text = (v) => v === undefined || v === null ? '-' : (Math.round(v * 10) / 10).toLocaleString('en');
  const low = at('lower'), high = low === undefined ? undefined : low + at('band');
  const time = new Date(points[0].value[0]).toISOString().slice(11, 16);
  return `<b>${time} UTC</b><br>actual ${text(at('actual'))}<br>expected ${text(at('expected'))}`
    + `<br>band ${text(low)} to ${text(high)}`;
}"""


def curve(readings: Sequence[Reading], marks: Iterable[Anomaly], unit: str, start: int, end: int) -> Options:
    """Actual, expected, the band as shaded area, anomalies as marked areas; event time in ms from start to end."""
    return {
        **_frame(unit),
        "xAxis": {**_time_axis(), "min": start, "max": end},
        "yAxis": {**_value_axis(), "min": 0},
        "series": [
            *_band(readings),
            _expected(readings),
            _actual(readings, areas(marks, start, end)),
            _outside(readings),
        ],
    }


def range_bar(event: AnomalyDetected) -> Options:
    """Expected with its band against actual on one axis, for an entity without a curve."""
    known = [v for v in (event.lower, event.upper, event.expected, event.actual) if v is not None]
    low, high = min([0.0, *known]), max([1.0, *known]) * 1.05
    return {
        **_frame(event.unit),
        "grid": {"left": 12, "right": 24, "top": 34, "bottom": 26},
        "tooltip": {"show": False},
        "xAxis": {**_value_axis(), "min": low, "max": high, "axisLabel": {**MUTED, "showMaxLabel": False}},
        "yAxis": {"type": "category", "data": [""], "axisLine": {"show": False}, "axisTick": {"show": False}},
        "series": [
            _marker("actual", event.actual, "var(--ink)", "top", (low, high), _band_area(event)),
            _marker("expected", event.expected, "var(--expected)", "bottom", (low, high)),
        ],
    }


def contributions(explanation: Sequence[Contribution]) -> Options:
    """The features by what they added to the score, the largest on top; beside each its value and the usual one."""
    shown = sorted(explanation, key=lambda part: abs(part.contribution), reverse=True)[:BARS][::-1]
    return {
        **_frame(""),
        "grid": {"left": 8, "right": 48, "top": 8, "bottom": 24, "containLabel": True},
        "tooltip": {"show": False},
        "xAxis": {**_value_axis(), "name": ""},
        "yAxis": {
            "type": "category",
            "data": [_feature(part) for part in shown],
            "axisLabel": {"color": "var(--ink)", "fontSize": 12, "lineHeight": 15},
            "axisLine": {"lineStyle": {"color": "var(--line)"}},
            "axisTick": {"show": False},
        },
        "series": [_bars(shown)],
    }


def height_of(explanation: Sequence[Contribution]) -> int:
    """Pixels the contributions need."""
    return 50 + 40 * min(BARS, max(1, len(explanation)))


def _frame(unit: str) -> Options:
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 8, "right": 28, "top": 34, "bottom": 8, "containLabel": True},
        "title": {"text": unit, "left": 0, "padding": 0, "textStyle": UNIT_STYLE},
        "tooltip": {"trigger": "axis", ":formatter": _TOOLTIP},
        "aria": {"enabled": True},
    }


def _time_axis() -> Options:
    # Labels in UTC, whatever the browser's zone: people compare them with logs.
    label = "(value) => new Date(value).toISOString().slice(11, 16)"
    shown = {**MUTED, ":formatter": label, "hideOverlap": True}
    return {"type": "time", "axisLabel": shown, **_lines(False)}


def _value_axis() -> Options:
    return {"type": "value", "axisLabel": MUTED, **_lines(True)}


def _lines(split: bool) -> Options:
    line = {"lineStyle": {"color": "var(--line)"}}
    return {"axisLine": line, "axisTick": line, "splitLine": {"show": split, **line}}


def _points(readings: Sequence[Reading], values: Iterable[float]) -> list[list[float | None]]:
    """(time, value) at the end of every window, with a hole where windows are missing."""
    return list(_with_holes(readings, values))


def _with_holes(readings: Sequence[Reading], values: Iterable[float]) -> Iterator[list[float | None]]:
    before: Reading | None = None
    for reading, value in zip(readings, values, strict=True):
        if before is not None and reading.start > before.end:
            yield [before.end + 1, None]
        yield [reading.end, round(value, 3)]
        before = reading


def _line(name: str, data: list[list[float | None]], **more: Any) -> Options:
    return {"name": name, "type": "line", "showSymbol": False, "silent": True, "data": data, **more}


def _band(readings: Sequence[Reading]) -> list[Options]:
    """The lower edge, unseen, and upon it the height of the band, shaded."""
    unseen = {"lineStyle": {"opacity": 0}, "stack": "band", "stackStrategy": "all", "z": 0}
    lower = _line("lower", _points(readings, (r.lower for r in readings)), **unseen)
    height = _points(readings, (max(0.0, r.upper - r.lower) for r in readings))
    return [lower, _line("band", height, areaStyle={"color": "var(--band)", "opacity": 1}, **unseen)]


def _expected(readings: Sequence[Reading]) -> Options:
    style = {"color": "var(--expected)", "width": 1.5, "type": "dashed"}
    return _line("expected", _points(readings, (r.expected for r in readings)), lineStyle=style, z=3)


def _actual(readings: Sequence[Reading], marked: list[list[Options]]) -> Options:
    area = {"silent": True, "z": 2, "data": marked, "label": {"color": "var(--ink)", "fontSize": 11}}
    style = {"color": "var(--ink)", "width": 1.8}
    return _line("actual", _points(readings, (r.actual for r in readings)), lineStyle=style, markArea=area, z=4)


def _outside(readings: Sequence[Reading]) -> Options:
    """Dots where actual left the band: seen without colour too."""
    outside = [[r.end, r.actual] for r in readings if not r.lower <= r.actual <= r.upper]
    return {
        "name": "outside",
        "type": "scatter",
        "symbolSize": 5,
        "silent": True,
        "itemStyle": {"color": "var(--critical)"},
        "data": outside,
        "z": 5,
    }


def _marker(
    name: str, value: float | None, colour: str, side: str, axis: tuple[float, float], area: Options | None = None
) -> Options:
    label = {"show": True, "position": side, "formatter": f"{name} {number(value)}", "color": colour}
    return {
        "name": name,
        "type": "scatter",
        "symbol": "rect",
        "symbolSize": [5, 34],
        "itemStyle": {"color": colour},
        "label": {**label, "align": "center" if value is None else _alignment(value, *axis)},
        "data": [] if value is None else [[value, 0]],
        **({"markArea": area} if area else {}),
    }


def _alignment(value: float, low: float, high: float) -> str:
    """Which way a label stands from its value, so that neither end of the axis cuts it."""
    share = (value - low) / (high - low)
    return "left" if share < EDGE else "right" if share > 1 - EDGE else "center"


def _band_area(event: AnomalyDetected) -> Options | None:
    if event.lower is None or event.upper is None:
        return None
    # With a border a band of a single value is seen too.
    style = {"color": "var(--band)", "opacity": 1, "borderColor": "var(--band)", "borderWidth": 8}
    return {"silent": True, "itemStyle": style, "data": [[{"xAxis": event.lower}, {"xAxis": event.upper}]]}


def _feature(part: Contribution) -> str:
    usual = "" if part.typical is None else f", usually {number(part.typical)}"
    return f"{part.feature.replace('_', ' ')}\n{number(part.value)}{usual}"


def _bars(shown: Sequence[Contribution]) -> Options:
    return {
        "type": "bar",
        "barMaxWidth": 16,
        "itemStyle": {"color": "var(--expected)"},
        "label": {"show": True, "position": "right", "color": "var(--ink)", ":formatter": "(p) => p.value.toFixed(2)"},
        "data": [round(part.contribution, 4) for part in shown],
    }
