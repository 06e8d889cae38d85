"""A detector's whole state as bytes: what a snapshot holds, and what a restart or another model takes up."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from models.decisions import Case
from models.finding import Finding
from models.ledger import Ledger, SourceLedger
from models.pieces import Large, of_bytes, of_mapping
from models.waiting import Waiting
from models.windows import SourceProgress

if TYPE_CHECKING:
    from models.detector import Detector


class _Rest(msgspec.Struct):
    progress: dict[str, tuple[int, bool, int]]
    watermark: int
    cases: list[tuple[tuple[int, str], Case]]
    findings: list[tuple[tuple[int, str], bytes]]
    forgotten_until: int
    waiting: list[tuple[str, list[bytes], list[str]]]


class Saved(msgspec.Struct, array_like=True):
    """A detector's whole state: what may be large, and the rest."""

    ledger: dict[str, SourceLedger]
    memory: bytes
    rest: _Rest


def in_pieces(detector: "Detector") -> Iterator[bytes]:
    """The state piece by piece, each made in milliseconds; nothing may be absorbed or judged meanwhile."""
    memory, pieces = detector.memory, []
    for piece in memory.save_in_pieces() if isinstance(memory, Large) else [memory.save()]:
        pieces.append(piece)
        yield b""  # its length comes first, so it is held until it is whole
    yield b"\x93"  # the three fields of Saved
    yield from of_mapping(detector.ledger.save(), at_once=1)
    yield from of_bytes(pieces)
    yield msgspec.msgpack.encode(_rest(detector))


def take_up(detector: "Detector", raw: bytes) -> None:
    """Put the state of `in_pieces` into a detector of the same scenario; msgspec.MsgspecError when it is none."""
    saved = msgspec.msgpack.decode(raw, type=Saved)
    rest = saved.rest
    detector.ledger = Ledger.restored(saved.ledger)
    detector.watermark.sources = {name: SourceProgress(*values) for name, values in rest.progress.items()}
    detector.watermark.value = rest.watermark
    detector.decisions.cases = dict(rest.cases)
    detector.findings = {entity: msgspec.msgpack.decode(raw, type=Finding) for entity, raw in rest.findings}
    detector.memory.load(saved.memory)
    detector.waiting = Waiting.restored(rest.waiting)
    detector.forgotten_until = rest.forgotten_until


def _rest(detector: "Detector") -> _Rest:
    progress = {name: (p.seen_until, p.caught_up, p.clock) for name, p in detector.watermark.sources.items()}
    return _Rest(
        progress=progress,
        watermark=detector.watermark.value,
        cases=list(detector.decisions.cases.items()),
        findings=[(entity, msgspec.msgpack.encode(finding)) for entity, finding in detector.findings.items()],
        forgotten_until=detector.forgotten_until,
        waiting=detector.waiting.save(),
    )
