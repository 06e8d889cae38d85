"""From incidents to messages: compares each with what its endpoints know, and notes down what they will know. Pure."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from models.decisions import NAMESPACE
from stream_app.alerting import wording
from stream_app.alerting.delivery.queue import DIGEST
from stream_app.alerting.incidents.incident import RANK, Incident
from stream_app.alerting.incidents.telling import Kind, Patience, as_told, news
from stream_app.alerting.ports import Message
from stream_app.alerting.routes import Route, Routes

ONLY_ITS_END = Route(
    endpoints=("",), tell=("resolved",)
)  # for an endpoint that was told, when no route leads there now


class Notice(NamedTuple):
    """A message for an endpoint, not before `due`; `held` ones may be bundled. Wall time in ms.

    `seen` is when the newest anomaly in it was detected.
    """

    endpoint: str
    incident: str
    message: Message
    due: int
    held: bool
    seen: int


@dataclass(frozen=True, slots=True)
class Planner:
    """Routes and patience; `console` is where links lead."""

    routes: Routes
    console: str
    stale_ms: int = 3_600_000

    def plan(self, incident: Incident, now: int) -> list[Notice]:
        """What is to be told at wall time `now`, ms; the incident remembers it as told."""
        return [notice for name, way in self._ways(incident).items() for notice in self._tell(incident, name, way, now)]

    def assume(self, incident: Incident, now: int) -> None:
        """Take for told what was lost with the store: all that is over or older than is still paged."""
        if incident.state == "open" and now - incident.first_seen < self.stale_ms:
            return
        kind: Kind = "opened" if incident.state == "open" else "resolved"
        for name in self.routes.ways(incident):
            incident.told.setdefault(name, as_told(incident, kind, now))

    def _ways(self, incident: Incident) -> dict[str, Route]:
        told = {name: ONLY_ITS_END for name in incident.told if name in self.routes.endpoints}
        return told | self.routes.ways(incident)

    def _tell(self, incident: Incident, endpoint: str, way: Route, now: int) -> Iterator[Notice]:
        patience = Patience(int(way.update_minutes * 60_000), self.stale_ms)
        while kind := news(incident, before := incident.told.get(endpoint), now, patience):
            incident.told[endpoint] = as_told(incident, kind, now)
            if kind in way.tell:
                incident.messages += 1
                severity_before = before.severity if before else None
                yield self._notice(incident, endpoint, way, kind, severity_before, now)

    def _notice(
        self, incident: Incident, endpoint: str, way: Route, kind: Kind, severity_before: str | None, now: int
    ) -> Notice:
        held = way.held_until(incident.severity, datetime.fromtimestamp(now / 1000, UTC))
        data = wording.as_data(incident, kind, self.console, severity_before) | {"toldAt": wording.rfc3339(now)}
        message = Message(
            id=message_id(incident.id, endpoint, incident.messages),
            kind=kind,
            severity=incident.severity,
            title=data["title"],
            text=data["text"],
            data=data,
        )
        due = int(held.timestamp() * 1000) if held else now
        return Notice(endpoint, incident.id, message, due, held is not None, _newest(incident))


def digest(endpoint: str, held: list[Message]) -> Message:
    """One message for several that were kept back: every incident once, as it stood last, the worst first."""
    last: dict[str, Message] = {str(each.data["incidentId"]): each for each in held}
    shown = sorted(last.values(), key=lambda each: -RANK[each.severity])
    title = f"{len(shown)} incidents while messages were kept back"
    data: Mapping[str, Any] = {"status": DIGEST, "title": title, "incidents": [dict(each.data) for each in shown]}
    data = {**data, "toldAt": max(str(each.data["toldAt"]) for each in held)}
    return Message(
        id=message_id(endpoint, *(each.id for each in held)),
        kind=DIGEST,
        severity=shown[0].severity,
        title=title,
        text="\n\n".join(f"{each.title}\n{each.text}" for each in shown),
        data=data,
    )


def message_id(*parts: object) -> str:
    """Deterministic (UUIDv5): planned again after a crash, it is the same message."""
    return str(uuid.uuid5(NAMESPACE, "message|" + "|".join(map(str, parts))))


def _newest(incident: Incident) -> int:
    return max(one.detected for one in incident.members.values())
