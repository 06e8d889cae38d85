"""The ground truth of a run: what the simulator wrote down, and what the runner itself did."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.local.matching import Incident


def read_truth(path: Path) -> list[Incident]:
    """All incidents written so far; none when there is no file yet."""
    if not path.exists():
        return []
    return [_incident(json.loads(line)) for line in path.read_text().splitlines() if line]


def append_stop(path: Path, service: str, start: datetime, end: datetime) -> None:
    """Write down that the runner stopped a service; times are shop time."""
    line = {
        "scenario": "daily_workload",
        "variant": "service_stopped",
        "entity": {"kind": "service", "id": service},
        "from": _text(start),
        "to": _text(end),
        "first_event": _text(start),
        "description": "One service is stopped.",
        "injected_at": _text(datetime.now(UTC)),
    }
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _incident(line: dict[str, Any]) -> Incident:
    return Incident(
        scenario=line["scenario"],
        variant=line["variant"],
        kind=line["entity"]["kind"],
        ids=frozenset([line["entity"]["id"], *line.get("members", [])]),
        start=datetime.fromisoformat(line["from"]),
        end=datetime.fromisoformat(line["to"]),
        first_event=datetime.fromisoformat(line["first_event"]),
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
