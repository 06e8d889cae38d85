"""Times that training must not take for ordinary: anomalies that were reported, and what the calendar announces.

For the scenarios of volume such a time is filled with the same time of another day that is ordinary, the one most like
it before and after, and with all of its messages, because causes and effects belong together. For those of products
and users, what concerns them in that time is left out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.calendar import VOLUME, Calendar, as_entity
from models.columns import Columns
from models.entity import Entity
from models.errors import LogRefused
from models.facts import EntityKind
from models.training.log import DAY_MS, RecordedLog
from shop_services.contracts.anomaly import AnomalyDetected
from shop_services.contracts.envelope import Envelope
from shop_services.contracts.topics import SHOP_TOPICS

BEFORE_MS = 30 * 60_000  # an incident begins before its first abnormal window
AFTER_MS = 5 * 60_000
DONORS = tuple(days for days in range(-14, 15) if days)  # days away
EDGE_MS = 90 * 60_000  # before and after a time, by which days are compared
CALM = 20.0  # messages added to both sides of a ratio


class Flagged(NamedTuple):
    """A stretch of event time, ms, in which something is not ordinary; without entities the whole shop is not."""

    start: int
    end: int
    entities: tuple[Entity, ...]


class Kept(NamedTuple):
    """A log without its flagged times, and what became of them."""

    log: RecordedLog
    filled: int = 0  # times filled from another day
    holes: int = 0  # times for which no other day was ordinary: left empty
    dropped: int = 0  # records of products and users left out


def read_flagged(path: Path, ordinary: Collection[str] = ()) -> list[Flagged]:
    """The newest revisions of the anomalies in a file of AnomalyDetected events, one a line; LogRefused.

    Without the anomalies that people said to be `ordinary`, by id.
    """
    newest: dict[str, AnomalyDetected] = {}
    try:
        for line in path.read_bytes().splitlines():
            told = msgspec.json.decode(msgspec.json.decode(line, type=Envelope).data, type=AnomalyDetected)
            if told.anomaly_id not in newest or told.revision >= newest[told.anomaly_id].revision:
                newest[told.anomaly_id] = told
        counts = (told for told in newest.values() if told.status != "retracted" and told.anomaly_id not in ordinary)
        return [_flagged(told) for told in counts]
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise LogRefused(
            f"anomalies {path} cannot be read ({error}); give AnomalyDetected events, one a line, as replay writes them"
        ) from error


def announced(calendar: Calendar, stem: str) -> list[Flagged]:
    """What the calendar announces for a scenario."""
    return [Flagged(*window) for window in (*calendar.announced(stem), *calendar.closed())]


def without_flagged(log: RecordedLog, flagged: Sequence[Flagged], *, is_volume: bool) -> Kept:
    """The log as a scenario should learn from it."""
    return _filled(log, flagged) if is_volume else _dropped(log, flagged)


def flagged_at(start: datetime, end: datetime, entity: Entity) -> Flagged:
    """The window of an anomaly, with what goes before and after it."""
    begin, over = (int(moment.timestamp() * 1000) for moment in (start, end))
    return Flagged(begin - BEFORE_MS, over + AFTER_MS, (entity,))


def _flagged(told: AnomalyDetected) -> Flagged:
    start, end = map(datetime.fromisoformat, (told.window.start, told.window.end))
    return flagged_at(start, end, as_entity(f"{told.entity.kind}/{told.entity.id}"))


def _dropped(log: RecordedLog, flagged: Iterable[Flagged]) -> Kept:
    gone = np.zeros(len(log), bool)
    for part in flagged:
        gone |= _within(log.columns, part) & _concerns(log.columns, part.entities)
    return Kept(log.without(gone) if gone.any() else log, dropped=int(gone.sum()))


def _concerns(columns: Columns, entities: Iterable[Entity]) -> NDArray[np.bool_]:
    """(n,) which records carry one of the products or users."""
    found = np.zeros(len(columns), bool)
    for entity in entities:
        if entity.kind in {EntityKind.PRODUCT, EntityKind.USER}:
            ids = columns.product if entity.kind is EntityKind.PRODUCT else columns.user
            found |= ids == int(entity.id)
    return found


def _filled(log: RecordedLog, flagged: Sequence[Flagged]) -> Kept:
    volume = [part for part in flagged if not part.entities or any(e.kind in VOLUME for e in part.entities)]
    kept = Kept(log)
    for part in volume:
        shift = _donor(log, part, volume)
        other = _borrowed(log, part, shift) if shift else {}
        filled = kept.log.without(_within(kept.log.columns, part))
        filled = filled.with_injected(other) if other else filled
        kept = Kept(filled, kept.filled + bool(other), kept.holes + (not other))
    return kept


def _donor(log: RecordedLog, part: Flagged, flagged: Iterable[Flagged]) -> int:
    """How far to go, in ms, for the same time of an ordinary day within the log; 0 when there is none."""
    first, last = log.span
    times = np.sort(log.columns.time)
    best, least = 0, np.inf
    for shift in (days * DAY_MS for days in DONORS):
        start, end = part.start - shift, part.end - shift
        is_free = all(end <= other.start or other.end <= start for other in flagged)
        if first <= start and end <= last and is_free:
            unlike = _unlikeness(times, part, shift)
            best, least = (shift, unlike) if unlike < least else (best, least)
    return best


def _unlikeness(times: NDArray[np.int64], part: Flagged, shift: int) -> float:
    """How far two days differ in the number of messages before and after a time; 0: not at all."""
    edges = ((part.start - EDGE_MS, part.start), (part.end, part.end + EDGE_MS))
    own, other = (
        np.array([np.diff(np.searchsorted(times, (start - by, end - by)))[0] for start, end in edges])
        for by in (0, shift)
    )
    return float(np.abs(np.log((own + CALM) / (other + CALM))).sum())


def _borrowed(log: RecordedLog, part: Flagged, shift: int) -> dict[str, Columns]:
    """The records of the other day, by topic, as if they were of this one."""
    columns = log.columns
    mask = _within(columns, part._replace(start=part.start - shift, end=part.end - shift))
    found = {}
    for code in np.unique(log.topic[mask]).tolist():
        rows = columns.where(mask & (log.topic == code))
        found[SHOP_TOPICS[code]] = replace(rows, time=rows.time + shift)
    return found


def _within(columns: Columns, part: Flagged) -> NDArray[np.bool_]:
    return np.asarray((columns.time >= part.start) & (columns.time < part.end))
