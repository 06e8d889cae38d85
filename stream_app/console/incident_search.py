"""Incidents with filters, page by page. A page looks at a bounded number of them, so it is quick whatever is asked."""

from dataclasses import dataclass
from typing import NamedTuple

from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.incidents.incident import Incident, State

LOOKED_AT = 1_000  # incidents for one page; a page that found fewer than wanted by then says where to go on
AT_ONCE = 200
Place = tuple[int, str]  # (opened, id): event time in ms


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which incidents; None means any. `since` is event time in ms: those that opened then or later."""

    state: State | None = None
    severity: str | None = None
    scenario: str | None = None
    entity: str | None = None
    since: int | None = None

    def admits(self, incident: Incident) -> bool:
        """True when it is wanted; its state and time are looked at elsewhere."""
        if self.severity not in (None, incident.severity):
            return False
        events = [one.event for one in incident.members.values()]
        has_scenario = self.scenario is None or any(event.scenario == self.scenario for event in events)
        entities = {f"{event.entity.kind}/{event.entity.id}" for event in events}
        return has_scenario and (self.entity is None or self.entity in entities)


class Page(NamedTuple):
    """Incidents, the newest first; the next page begins below `rest`, None when there is none."""

    incidents: list[Incident]
    rest: Place | None


def search(desk: IncidentDesk, wanted: Wanted, limit: int, below: Place | None = None) -> Page:
    """A page of the wanted ones, perhaps a short one; blocking; raises StoreUnavailable."""
    found: list[Incident] = []
    for _ in range(0, LOOKED_AT, AT_ONCE):
        read = desk.list(wanted.state, AT_ONCE, below)
        for incident in read:
            if wanted.since is not None and incident.opened < wanted.since:
                return Page(found, None)
            if wanted.admits(incident):
                if len(found) == limit:
                    return Page(found, below)
                found.append(incident)
            below = (incident.opened, incident.id)
        if len(read) < AT_ONCE:
            return Page(found, None)
    return Page(found, below)
