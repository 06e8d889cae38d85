"""The same job for everybody: decode, count by entity and minute, score with a tree, say what is strange.

Pure, and free of every streaming library. It takes as many records as a framework hands over at once: one, or a batch.
An entity is a record's key within its topic, so its records stand in one partition, in order, and every framework
must find the same, however it cuts the stream.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
import onnxruntime as ort

Counts = tuple[int, int]  # events and pieces of an entity in one minute

SHELF = 32  # pieces that pass for a stock
BASKET = 8  # pieces that pass for a large line


class Windows(Protocol):
    """Where the counts are kept: a dictionary, or what a framework has for one."""

    def get(self, name: str, /) -> Counts | None: ...

    def __setitem__(self, name: str, counts: Counts, /) -> None: ...


class Data(msgspec.Struct, gc=False):
    """What the job looks at; the decoder skips the other fields."""

    quantity: int | None = 0


class Event(msgspec.Struct, gc=False):
    """A CloudEvent."""

    type: str
    time: str
    data: Data


class Hit(msgspec.Struct, array_like=True, gc=False):
    """A window with which the tree found fault."""

    window: str
    events: int
    pieces: int
    score: float


class Job:
    """Decoder, tree and the sums by which two runs can be compared; the windows are the caller's."""

    def __init__(self, model: Path, threshold: float) -> None:
        self._decode = msgspec.json.Decoder(Event).decode
        self._encode = msgspec.json.Encoder().encode
        self._session = _session(model)
        self._threshold = threshold
        self.rows = self.events = self.pieces = self.hits = 0  # sums over all rows scored; hits among them

    def take(self, entities: Sequence[str], values: Sequence[bytes], windows: Windows) -> list[bytes]:
        """Count records, in their order, and score each with its window as it stands then; gives the hits."""
        names, rows = [], []
        for entity, value in zip(entities, values, strict=True):
            event = self._decode(value)
            quantity = event.data.quantity or 0
            name = f"{entity}|{event.time[:16]}"  # to the minute
            events, pieces = windows.get(name) or (0, 0)
            counts = (events + 1, pieces + quantity)
            windows[name] = counts
            names.append(name)
            rows.append((*counts, quantity))
        return self.score(names, rows)

    def score(self, names: Sequence[str], rows: Sequence[tuple[int, int, int]]) -> list[bytes]:
        """Score windows as (events, pieces, newest quantity); gives the hits, encoded."""
        counts = np.array(rows, np.float32)  # (n, 3)
        scores = self._session.run(["probabilities"], {"X": _features(counts)})[0][:, -1]
        strange = np.flatnonzero(scores >= self._threshold).tolist()
        self._sum_up(counts, len(strange))
        return [self._encode(Hit(names[at], rows[at][0], rows[at][1], round(float(scores[at]), 4))) for at in strange]

    def decoded(self, value: bytes) -> Event:
        """One event, for frameworks that do the counting themselves."""
        event: Event = self._decode(value)
        return event

    def checks(self) -> dict[str, int]:
        """What every run over the same records must give alike."""
        return {"rows": self.rows, "events": self.events, "pieces": self.pieces, "hits": self.hits}

    def _sum_up(self, counts: np.ndarray, hits: int) -> None:
        events, pieces, _ = counts.sum(axis=0, dtype=np.float64).tolist()
        self.rows += len(counts)
        self.events += int(events)
        self.pieces += int(pieces)
        self.hits += hits


def _features(counts: np.ndarray) -> np.ndarray:
    """(n, 11) float32: the counts in the places of the tree's inputs. Only the work is alike, not the meaning."""
    rows = np.zeros((len(counts), 11), np.float32)
    rows[:, 0] = counts[:, 1] / SHELF
    rows[:, 4] = counts[:, 1] / BASKET
    rows[:, 5] = counts[:, 2] / BASKET
    rows[:, 6] = np.log2(1 + counts[:, 1])
    rows[:, 7:] = -1
    return rows


def _session(model: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(model.read_bytes(), options, providers=["CPUExecutionProvider"])
