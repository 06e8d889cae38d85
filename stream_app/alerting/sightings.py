"""Records of `anomaly-events` to what incidents are made of."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from shop_services.contracts.anomaly import AnomalyDetected
from stream_app.alerting.incidents.incident import Sighting
from stream_app.console.decode import UndecodableRecord, decode_anomaly

ID_LENGTH = 64  # of the store's column; ours have 36
NUL = b"\\u0000"
IsPageable = Callable[[AnomalyDetected], bool]


class Read(NamedTuple):
    """A record's place, and the anomaly in it; None for a tombstone, another event, or what cannot be read."""

    partition: int
    offset: int
    seen: Sighting | None


def sighting(raw: bytes, is_pageable: IsPageable) -> Sighting | None:
    """The anomaly in a record; None for other events and canaries; raises UndecodableRecord."""
    found = decode_anomaly(raw)
    if found is None or found.event.synthetic:
        return None  # a probe's: whether it is found is the probe's to tell
    if len(found.event.anomaly_id) > ID_LENGTH or NUL in raw:
        raise UndecodableRecord("an id that is too long, or a NUL, which no database takes")
    return Sighting(
        event=found.event,
        start=found.start,
        end=found.end,
        detected=found.detected,
        possible=found.possible,
        is_pageable=is_pageable(found.event),
    )


def pages_unless_dry(dry: Collection[str]) -> IsPageable:
    """Whoever only tries a scenario wants its anomalies kept as incidents, and nobody woken."""
    return lambda event: event.scenario not in dry and not event.dry_run
