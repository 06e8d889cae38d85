"""Whether anybody is told of an anomaly, after what people said about those like it. Pure; times are wall time in ms.

`false` and `expected` hold for a while, `new_normal` until another model judges, at most for a while too. `true` and
`unsure` keep nothing quiet, and what was judged `true` since is told again. What was told once is told to its end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime

import msgspec

from stream_app.alerting.feedback.likeness import is_as_bad, is_like
from stream_app.alerting.feedback.mutes import Mute
from stream_app.alerting.feedback.verdicts import Given
from stream_app.alerting.incidents.incident import Quiet, Sighting

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Spans:
    """For how long a verdict keeps look-alikes quiet, in ms."""

    false: int = 7 * 24 * HOUR_MS
    expected: int = 24 * HOUR_MS
    new_normal: int = 30 * 24 * HOUR_MS  # at most: a refit ends it

    def of(self, verdict: str) -> int:
        """0 for a verdict that keeps nothing quiet."""
        return {"false": self.false, "expected": self.expected, "new_normal": self.new_normal}.get(verdict, 0)

    @property
    def longest(self) -> int:
        """How old a verdict may be that still counts."""
        return max(self.false, self.expected, self.new_normal)


SPANS = Spans()


@dataclass(slots=True)
class Hush:
    """The verdicts that hold, one an anomaly, and the mutes."""

    judged: InitVar[Iterable[Given]] = ()
    mutes: Sequence[Mute] = ()
    spans: Spans = SPANS
    _judged: dict[tuple[str, str], list[Given]] = field(init=False, default_factory=dict)  # by scenario and entity

    def __post_init__(self, judged: Iterable[Given]) -> None:
        for given in judged:
            self._judged.setdefault((given.scenario, given.entity), []).append(given)

    def applied(self, seen: Sighting, now: int) -> Sighting:
        """The anomaly as it counts for people; what is only watched has nobody to be kept from."""
        quiet = self.reason(seen, now) if seen.is_pageable else None
        return msgspec.structs.replace(seen, quiet=quiet, is_pageable=False) if quiet else seen

    def reason(self, seen: Sighting, now: int) -> Quiet | None:
        """Why nobody is told of an anomaly; None when they are. Of several verdicts the newest is named."""
        for mute in self.mutes:
            if now < mute.until and mute.scope.covers(seen):
                return Quiet("mute", f"muted by {mute.by} until {_moment(mute.until)}")
        for given in reversed(self._judged.get((seen.event.scenario, seen.entity), ())):
            if given.verdict == "true" and is_as_bad(given, seen):
                return None
            if self._holds(given, seen, now) and is_like(given, seen):
                return Quiet(given.verdict, f"judged {given.verdict} on {_moment(given.at)} by {given.by}")
        return None

    def _holds(self, given: Given, seen: Sighting, now: int) -> bool:
        is_recent = now - given.at < self.spans.of(given.verdict)
        return is_recent and (given.verdict != "new_normal" or given.version == seen.event.model.version)


def _moment(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
