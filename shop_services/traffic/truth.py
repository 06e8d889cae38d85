"""The ground truth beside a log: a line for each incident."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from shop_services.contracts.times import rfc3339
from shop_services.traffic.identities import Identities
from shop_services.traffic.incidents import Incident


def truth_line(incident: Incident, ids: Identities, injected_at: datetime | None = None) -> dict[str, Any] | None:
    """One incident with the shop's own ids; None when it never came to pass or the shop does not know its subject."""
    entity = None if incident.first_seen is None else ids.of(incident.kind, incident.subject)
    if entity is None or incident.first_seen is None:
        return None
    line: dict[str, Any] = {
        "scenario": incident.scenario,
        "variant": incident.variant,
        "entity": {"kind": incident.kind, "id": entity},
        "from": _text(incident.begin),
        "to": _text(incident.end),
        "first_event": _text(incident.first_seen),
        "description": incident.description,
    }
    members = [ids.of(incident.kind, member) for member in incident.members]
    if members:
        line["members"] = [entity, *(member for member in members if member)]
    if incident.innocent:
        line["innocent"] = True
    if injected_at is not None:
        line["injected_at"] = rfc3339(injected_at)
    return line


def write_truth(path: Path, lines: list[dict[str, Any]]) -> None:
    """Write (or replace) a truth file, in order of time."""
    ordered = sorted(lines, key=lambda line: str(line["from"]))
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in ordered))


def append_truth(path: Path, line: dict[str, Any]) -> None:
    """Add one line to a truth file."""
    with path.open("ab") as file:
        file.write(msgspec.json.encode(line) + b"\n")


def _text(seconds: float) -> str:
    return rfc3339(datetime.fromtimestamp(seconds, UTC))
