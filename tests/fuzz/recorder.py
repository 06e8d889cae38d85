"""The recorder, on payloads nobody expects: what it keeps is read as the record was, and holds nothing of a person."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.clock import WallClock
from models.columns import Columns
from models.decode import decode
from models.fingerprints import fingerprints
from models.synthetic import real
from shop_services.contracts.times import milliseconds
from shop_services.contracts.topics import SHOP_TOPICS
from stream_app.recording.lines import Lines
from tests.fuzz.events import NOON
from tests.fuzz.intake import Record
from tests.fuzz.secrets import ID_SECRET, SECRET, leaks

NUMBERS = ("kind", "time", "product", "user", "cart", "quantity")


class _Line(msgspec.Struct):
    topic: str
    key: str
    value: msgspec.Raw


def check(payloads: Sequence[bytes | None], seed: int) -> Counter[str]:
    """One batch; what became of its records."""
    topic, headers = Random(seed).choice(SHOP_TOPICS), ((SECRET, SECRET.encode()),)
    stamp = milliseconds(NOON)
    written = Lines(WallClock())
    lines = written.of(topic, 3, [Record(at, raw, headers, stamp, SECRET.encode()) for at, raw in enumerate(payloads)])
    assert not leaks(b"".join(line.text for line in lines), SECRET, ID_SECRET)

    values = [bytes(msgspec.json.decode(line.text, type=_Line).value) for line in lines]
    kept, sent = decode(values, range(len(values))), real(decode(payloads, range(len(payloads))).columns)
    assert not kept.refused
    assert [line.offset for line in lines] == sent.offset.tolist()
    for name in NUMBERS:
        assert getattr(kept.columns, name).tolist() == getattr(sent, name).tolist(), name
    assert kept.columns.price.tobytes() == sent.price.tobytes()
    for of in ("cause", "request"):
        assert (_links(kept.columns, of) == _links(sent, of)).all(), of
    return written.tally.refused + Counter(kept=len(lines), others=written.tally.unknown + written.tally.probes)


def _links(columns: Columns, of: str) -> NDArray[np.bool_]:
    """(n, 2n) bool: which record's identifier names which record, or the same as another one's."""
    named: NDArray[np.int64] = getattr(columns, of)
    ids = fingerprints(columns.event_id.tolist())
    return np.hstack([named[:, None] == ids[None, :], named[:, None] == named[None, :]])
