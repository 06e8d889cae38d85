"""The incidents that live, and how anomalies change them. Pure: times come in, and nothing is sent.

A book holds what is open and what was resolved not long ago. A revision that is known changes nothing, so a topic
can be read again at any time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from stream_app.alerting.incidents.incident import (
    RANK,
    Acknowledgement,
    Incident,
    Quiet,
    Sighting,
    new_incident,
)
from stream_app.alerting.incidents.topology import is_whole, near, related

MINUTE_MS = 60_000
KEPT_QUIET = "kept quiet"


@dataclass(frozen=True, slots=True)
class Rules:
    """Event time in ms: how far apart anomalies of one incident may lie, and how long all must have been quiet."""

    gap_ms: int = 15 * MINUTE_MS
    settle_ms: int = 5 * MINUTE_MS


class Happening(NamedTuple):
    """A line of an incident's history; `at` is wall time in ms."""

    incident: str
    at: int
    kind: str
    text: str = ""
    by: str = "monitor"


@dataclass(slots=True)
class Book:
    """Incidents by id; `happened` grows with what is done to them, `touched` names those that changed."""

    rules: Rules
    incidents: dict[str, Incident] = field(default_factory=dict)
    happened: list[Happening] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    quieted: list[str] = field(default_factory=list)  # what kept anomalies quiet, one an anomaly

    def take(self, seen: Sighting, wall: int) -> None:
        """Take in a revision of an anomaly at wall time `wall`, ms."""
        holder = self.holder(seen.id)
        known = holder.members[seen.id] if holder else None
        if known and seen.event.revision <= known.event.revision:
            return
        if holder is None:
            holder = self._place(seen, wall)
        elif known:
            seen = _still_told(known, seen)
            self._revise(holder, seen, wall)
        self._keep(holder, seen, wall)
        self._note_quiet(holder, known, seen, wall)

    def recheck(self, hush: Callable[[Sighting], Quiet | None], wall: int) -> None:
        """Open anomalies that are kept quiet, and that nothing keeps quiet any more, are told after all."""
        for incident in list(self.incidents.values()):
            for one in incident.hushed:
                if hush(one) is None:
                    heard = msgspec.structs.replace(one, quiet=None, is_pageable=True)
                    self._keep(incident, heard, wall)
                    self._note_quiet(incident, one, heard, wall)

    def settle(self, now: int, wall: int) -> None:
        """Resolve what has been quiet for long enough at event time `now`, ms."""
        for incident in self.incidents.values():
            if incident.state == "open" and incident.is_over and now - incident.last_end >= self.rules.settle_ms:
                incident.state, incident.resolved = "resolved", incident.last_end
                self._note(incident, wall, "resolved", _minutes(incident.resolved - incident.opened))

    def acknowledge(self, incident: Incident, by: str, wall: int, note: str = "") -> None:
        """Somebody looks after it."""
        incident.acknowledged = Acknowledgement(by, wall, note)
        self._note(incident, wall, "acknowledged", note, by)

    def snooze(self, incident: Incident, until: int, by: str, wall: int) -> None:
        """Say nothing more about it until the wall time `until`, ms, unless it gets worse or ends."""
        incident.snoozed_until = until
        self._note(incident, wall, "snoozed", _minutes(until - wall), by)

    def holder(self, anomaly_id: str) -> Incident | None:
        """The incident an anomaly belongs to."""
        held = (each for each in self.incidents.values() if each.state != "merged" and anomaly_id in each.members)
        return next(held, None)

    def _keep(self, holder: Incident, seen: Sighting, wall: int) -> None:
        """What is kept quiet does not bring back what was over."""
        holder.members[seen.id] = seen
        holder.opened = min(holder.opened, seen.start)
        self.touched.add(holder.id)
        if holder.state == "resolved" and seen.is_open and not seen.quiet:
            self._reopen(holder, wall)

    def _note_quiet(self, holder: Incident, known: Sighting | None, seen: Sighting, wall: int) -> None:
        was_quiet = known is not None and known.quiet is not None
        if seen.quiet and not was_quiet:
            self._note(holder, wall, KEPT_QUIET, seen.quiet.text)
            self.quieted.append(seen.quiet.kind)
        elif was_quiet and not seen.quiet:
            self._note(holder, wall, "told after all", seen.event.summary)

    def _place(self, seen: Sighting, wall: int) -> Incident:
        found = sorted(self._candidates(seen), key=lambda each: (each.opened, each.id))
        if not found:
            incident = self.incidents[new_incident(seen).id] = new_incident(seen)
            self._note(incident, wall, "opened", seen.event.summary)
            return incident
        oldest, *others = found
        self._note(oldest, wall, "joined", seen.event.summary)
        if not is_whole(seen):
            self._join(oldest, [each for each in others if each.state == "open"], wall)
        return oldest

    def _candidates(self, seen: Sighting) -> Iterable[Incident]:
        return (each for each in self.incidents.values() if each.state != "merged" and self._belongs(each, seen))

    def _belongs(self, incident: Incident, seen: Sighting) -> bool:
        members = incident.members.values()
        parts = [one for one in members if not is_whole(one)] or members
        return any(near(one, seen, self.rules.gap_ms) and related(one, seen) for one in parts)

    def _join(self, oldest: Incident, others: Iterable[Incident], wall: int) -> None:
        """One cause after all: what belonged to the others moves to the oldest."""
        for other in others:
            oldest.members |= other.members
            oldest.opened = min(oldest.opened, other.opened)
            other.state, other.merged_into, other.resolved = "merged", oldest.id, other.last_end
            self._note(oldest, wall, "merged", f"took in {other.id}")
            self._note(other, wall, "merged", f"went on as {oldest.id}")

    def _revise(self, incident: Incident, seen: Sighting, wall: int) -> None:
        known = incident.members[seen.id].event
        if RANK[seen.event.severity] > RANK[known.severity]:
            self._note(incident, wall, "worsened", seen.event.summary)
        elif seen.event.status != known.status and not seen.is_open:
            self._note(incident, wall, f"anomaly {seen.event.status}", seen.event.summary)

    def _reopen(self, incident: Incident, wall: int) -> None:
        incident.state, incident.resolved = "open", 0
        incident.reopened += 1
        incident.acknowledged, incident.snoozed_until = None, 0
        self._note(incident, wall, "reopened")

    def _note(self, incident: Incident, wall: int, kind: str, text: str = "", by: str = "monitor") -> None:
        self.touched.add(incident.id)
        self.happened.append(Happening(incident.id, wall, kind, text, by))


def _still_told(known: Sighting, seen: Sighting) -> Sighting:
    """What was told is told to its end, whatever is said of it meanwhile."""
    if seen.quiet and known.is_pageable:
        return msgspec.structs.replace(seen, quiet=None, is_pageable=True)
    return seen


def _minutes(ms: int) -> str:
    return f"{max(0, ms) / MINUTE_MS:.0f} min"
