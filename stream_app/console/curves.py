"""The readings of the last hours of shop time, a series per scenario and entity. Pure and bounded."""

from bisect import bisect_left, insort
from dataclasses import dataclass, field

from stream_app.console.decode import Curve, Reading

HOUR_MS = 3_600_000
HORIZON_HOURS = 24
SERIES_LIMIT = 500
POINTS_LIMIT = 2_000  # of one series: a day of minutes, with some to spare


@dataclass(slots=True)
class _Series:
    unit: str = "events"
    starts: list[int] = field(default_factory=list)  # sorted
    by_start: dict[int, Reading] = field(default_factory=dict)


@dataclass(slots=True)
class Curves:
    """Readings by series and window; `refused` counts those of series too many, `newest` is event time in ms."""

    horizon_ms: int = HORIZON_HOURS * HOUR_MS
    series_limit: int = SERIES_LIMIT
    points_limit: int = POINTS_LIMIT
    refused: int = 0
    newest: int = 0
    version: int = 0  # grows with every change
    _series: dict[Curve, _Series] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._series)

    def put(self, curve: Curve, reading: Reading, unit: str = "events") -> bool:
        """Take in a reading; False when it is known, replaced by a later one, too old, or of one series too many."""
        if reading.end < self.newest - self.horizon_ms or not self._admits(curve):
            return False
        series = self._series.setdefault(curve, _Series(unit))
        known = series.by_start.get(reading.start)
        if known is not None and (known == reading or reading.at < known.at):
            return False
        if known is None:
            insort(series.starts, reading.start)
        series.by_start[reading.start] = reading
        self.newest = max(self.newest, reading.end)
        self._trim(series)
        self.version += 1
        return True

    def names(self) -> list[Curve]:
        """Every series there is, sorted."""
        return sorted(self._series)

    def unit(self, curve: Curve) -> str:
        """What the series counts."""
        return self._series[curve].unit if curve in self._series else "events"

    def count(self, curve: Curve, start: int) -> int:
        """How many readings' windows start at or after `start`, event time in ms."""
        series = self._series.get(curve)
        return len(series.starts) - bisect_left(series.starts, start) if series else 0

    def between(self, curve: Curve, start: int, end: int) -> list[Reading]:
        """The readings whose window starts in [start, end), in order of time; event time in ms."""
        series = self._series.get(curve)
        if series is None:
            return []
        low, high = bisect_left(series.starts, start), bisect_left(series.starts, end)
        return [series.by_start[at] for at in series.starts[low:high]]

    def _admits(self, curve: Curve) -> bool:
        if curve in self._series or len(self._series) < self.series_limit:
            return True
        self.refused += 1
        return False

    def _trim(self, series: _Series) -> None:
        too_old = bisect_left(series.starts, self.newest - self.horizon_ms)
        surplus = max(too_old, len(series.starts) - self.points_limit)
        for start in series.starts[:surplus]:
            del series.by_start[start]
        del series.starts[:surplus]
