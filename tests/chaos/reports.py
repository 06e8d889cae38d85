"""What the second stage was told: every report on a scenario's topic, folded through the ledger as the worker does."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from models.detector_state import Saved
from models.ledger import Ledger
from models.report import decode
from stream_app.snapshots import FakeStore, Snapshot, Snapshots
from stream_app.topics import aggregates_topic, state_topic
from tests.chaos.counts import Counting, Table
from tests.chaos.topics import records


@dataclass(slots=True)
class Told:
    """What one scenario's topic holds: the counters, how far each source was reported, and what was found amiss."""

    counts: Table
    reached: dict[str, list[tuple[int, int]]]  # by source: (offset of the report, last offset it includes), rising
    faults: list[str] = field(default_factory=list)


def told(bootstrap: str, stem: str) -> Told:
    """Fold a scenario's reports, and hold its stored state against them."""
    snapshot = stored(bootstrap, stem)
    ledger, counting = Ledger(), Counting()
    reached: dict[str, list[tuple[int, int]]] = {}
    faults = [] if snapshot else [f"{stem}: no state was stored"]
    for record in records(bootstrap, aggregates_topic(stem)):
        for report in decode(record.value):
            counting.add(ledger.increments(report))
            places = reached.setdefault(report.source, [])
            if not places or report.last_offset > places[-1][1]:
                places.append((record.offset, report.last_offset))
        if snapshot and record.offset == snapshot.offset:
            faults += _disagreements(stem, snapshot, ledger)
    return Told(counting.total(), reached, faults)


def stored(bootstrap: str, stem: str) -> Snapshot | None:
    """The newest snapshot in the changelog; UnusableState when it is damaged."""
    store = FakeStore()
    for record in records(bootstrap, state_topic(stem)):
        store.put(0, record.key, record.value)
    return Snapshots(store).load()


def _disagreements(stem: str, snapshot: Snapshot, ledger: Ledger) -> Sequence[str]:
    """Whether the state holds exactly the reports up to its own offset."""
    saved = Ledger.restored(msgspec.msgpack.decode(snapshot.state, type=Saved).ledger)
    return [
        f"{stem}: the state at report {snapshot.offset} has other counters of {source} than the reports up to there"
        for source in sorted(saved.sources.keys() | ledger.sources.keys())
        if _known(saved, source) != _known(ledger, source)
    ]


def _known(ledger: Ledger, source: str) -> object:
    return ledger.known(source) if source in ledger.sources else None
