"""What was published about anomalies: nothing twice but redeliveries, and in the end what the replay says."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

# When it was published, and for whom: a redelivery is told anew, and a replay has neither a wall clock nor a console.
INCIDENTAL = ("detectedAt", "links")
STATE = ("status", "revision", "scenario", "entity", "severity", "score", "direction")
# What happens within a step of ten seconds is judged at its height, by replay and worker with another record of it.
STEP_SECONDS = 20.0


class Published(NamedTuple):
    """One record of `anomaly-events`: the CloudEvent's id and its data."""

    event_id: str
    data: dict[str, Any]


def published(values: Iterable[bytes]) -> list[Published]:
    """The records of the topic, decoded."""
    events = (json.loads(value) for value in values)
    return [Published(event["id"], event["data"]) for event in events]


def repeated(told: Sequence[Published]) -> list[str]:
    """Revisions told more than once that are no identical redeliveries, and anomalies opened anew; in words."""
    revisions: dict[tuple[str, int], list[Published]] = defaultdict(list)
    for one in told:
        revisions[one.data["anomalyId"], one.data["revision"]].append(one)
    return [fault for name, same in sorted(revisions.items()) for fault in _unlike(name, same)] + _reopened(told)


def _unlike(name: tuple[str, int], same: Sequence[Published]) -> Iterator[str]:
    first = same[0]
    for other in same[1:]:
        if other.event_id != first.event_id:
            yield f"{name[0]} revision {name[1]} was told as event {first.event_id} and as {other.event_id}"
        elif fields := _other(_essence(first.data), _essence(other.data)):
            yield f"{name[0]} revision {name[1]} was told again, {_compared(fields, first.data, other.data)}"


def _reopened(told: Sequence[Published]) -> list[str]:
    opened = {(one.data["anomalyId"], one.event_id) for one in told if one.data["status"] == "opened"}
    ids = [anomaly for anomaly, _ in opened]
    return [f"{anomaly} was opened more than once" for anomaly in sorted({one for one in ids if ids.count(one) > 1})]


def last_states(told: Iterable[Published]) -> dict[str, dict[str, Any]]:
    """The data of every anomaly's highest revision."""
    last: dict[str, dict[str, Any]] = {}
    for one in told:
        held = last.get(one.data["anomalyId"])
        if held is None or one.data["revision"] >= held["revision"]:
            last[one.data["anomalyId"]] = one.data
    return last


def differences(wanted: Mapping[str, dict[str, Any]], found: Mapping[str, dict[str, Any]]) -> list[str]:
    """Anomalies that only one of the two knows, and those that ended otherwise; in words."""
    missing = [f"not told: {_named(wanted[name])}" for name in sorted(wanted.keys() - found.keys())]
    strange = [f"told without the replay: {_named(found[name])}" for name in sorted(found.keys() - wanted.keys())]
    return (
        missing
        + strange
        + [text for name in sorted(wanted.keys() & found.keys()) for text in _unequal(wanted[name], found[name])]
    )


def _unequal(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    fields = _other({key: wanted[key] for key in STATE}, {key: found[key] for key in STATE})
    if not _is_near(wanted["window"], found["window"]):
        fields.append("window")
    return [f"{_named(wanted)} ended with another {_compared(fields, wanted, found)}"] if fields else []


def _is_near(window: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """The same beginning, and ends that lie no further apart than two steps."""
    gap = datetime.fromisoformat(window["end"]) - datetime.fromisoformat(other["end"])
    return window["start"] == other["start"] and abs(gap.total_seconds()) <= STEP_SECONDS


def _essence(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in INCIDENTAL}


def _other(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def _compared(fields: Sequence[str], one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    return "; ".join(f"{field}: {one.get(field)!r} and {other.get(field)!r}" for field in fields)


def _named(data: Mapping[str, Any]) -> str:
    entity = data["entity"]
    return f"{data['scenario']} {entity['kind']}/{entity['id']} {data['window']['start']} ({data['anomalyId']})"
