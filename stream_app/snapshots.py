"""Snapshots: a detector's whole state in a table, in chunks, with the offset up to which reports are in it.

After a restart the detector goes on from the report behind that offset, so state and position can never disagree,
whatever was committed. Two generations of chunks alternate and the head is written last: a crash in between leaves
the older one whole, as long as that one is on the broker before the next begins, which would write over its
predecessor. Chunks and head are one writer's, and there is another writer whenever a state was taken up: an owner
that hung and lost its partition may still finish what it was writing, beside its successors, and they may have
dropped a part of it. The newest whole state counts, whose ever it is. One always stands: a writer drops only what it
found when it took up the state, and only behind a whole state of its own.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

import msgspec
import structlog

from stream_app.errors import UnusableState

log = structlog.get_logger(__name__)
CHUNK_BYTES = 400_000  # below Kafka's default limit of 1 MB a record, with room for its overhead
HEAD = b"/head"  # ends the key of a writer's head
BESIDE = b"beside/"  # begins the keys of records that are no snapshot's
DIGEST_BYTES = 16


class Store(Protocol):
    """What snapshots need of a table: bytes by partition and key."""

    def get(self, partition: int, key: bytes) -> bytes | None: ...

    def put(self, partition: int, key: bytes, value: bytes | None) -> None: ...

    def items(self, partition: int) -> Iterator[tuple[bytes, bytes]]: ...

    def is_flushed(self, partition: int) -> bool:
        """Whether all that was put is where a crash cannot take it away."""


class FakeStore:
    """A table in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, bytes], bytes] = {}

    def get(self, partition: int, key: bytes) -> bytes | None:
        return self.rows.get((partition, key))

    def put(self, partition: int, key: bytes, value: bytes | None) -> None:
        self.rows.pop((partition, key), None)
        if value is not None:
            self.rows[partition, key] = value

    def items(self, partition: int) -> Iterator[tuple[bytes, bytes]]:
        return ((key, value) for (held, key), value in list(self.rows.items()) if held == partition)

    def is_flushed(self, partition: int) -> bool:
        return True


class Head(msgspec.Struct, array_like=True, frozen=True):
    """Which chunks make up a writer's newest snapshot."""

    generation: int
    chunks: int
    offset: int  # offset of the last report that is in the state
    digest: bytes
    writer: str = ""
    beside: bytes = b""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A detector's state, the offset of the last report in it, and what else is true at that offset."""

    state: bytes
    offset: int
    beside: bytes = b""


class Snapshots:
    """Snapshots of one detector in partition 0 of a store. `new_writer` gives a name that nobody ever wrote under."""

    def __init__(self, store: Store, new_writer: Callable[[], str] = lambda: secrets.token_hex(4)) -> None:
        self.store = store
        self._new_writer = new_writer
        self._writer = new_writer()
        self._next: int | None = None  # generation to be written next; None: others may have written meanwhile

    def save(self, snapshot: Snapshot) -> None:
        """Put a snapshot in place of the older one."""
        writing = self.begin()
        writing.add(snapshot.state)
        self.end(writing, snapshot.offset, snapshot.beside)

    @property
    def is_kept(self) -> bool:
        """Whether the last snapshot is where a crash cannot take it away; before that no other may begin."""
        return self.store.is_flushed(0)

    def begin(self) -> "Writing":
        """A snapshot that is written piece by piece; it counts once it has ended, until then the older one does."""
        newest = next(iter(self._heads()), None) if self._next is None else None
        return Writing(self.store, self._writer, newest.generation + 1 if newest else self._next or 0)

    def end(self, writing: "Writing", offset: int, beside: bytes = b"") -> None:
        """The state is whole; `offset` is that of the last report in it, `beside` a little more that belongs to it."""
        head = writing.head(offset, beside)
        self.store.put(0, self._writer.encode() + HEAD, msgspec.msgpack.encode(head))
        if self._next is None:
            self._clear()
        self._next = head.generation + 1

    def load(self) -> Snapshot | None:
        """The newest whole snapshot, None when there never was one; UnusableState when none is whole."""
        self._next, self._writer = None, self._new_writer()
        heads = self._heads()
        for head in heads:
            state = self._state(head)
            if state is not None:
                return Snapshot(state, head.offset, head.beside)
            log.warning("passing over a snapshot, a part of it is gone", offset=head.offset, writer=head.writer)
        if heads:
            raise UnusableState("the stored snapshot is damaged")
        return None

    def _state(self, head: Head) -> bytes | None:
        """None when a chunk is missing or another's."""
        chunks = [self.store.get(0, _key(head.writer, head.generation, number)) for number in range(head.chunks)]
        state = b"".join(chunk or b"" for chunk in chunks)
        return state if blake2b(state, digest_size=DIGEST_BYTES).digest() == head.digest else None

    def _clear(self) -> None:
        """Drop what the writers before have left; it goes to the changelog behind what takes its place."""
        kept = (BESIDE, f"{self._writer}/".encode())
        for key in [key for key, _ in self.store.items(0) if not key.startswith(kept)]:
            self.store.put(0, key, None)

    def _heads(self) -> list[Head]:
        """Of all writers, the newest first."""
        rows = [value for key, value in self.store.items(0) if key.endswith(HEAD)]
        heads = [msgspec.msgpack.decode(row, type=Head) for row in rows]
        return sorted(heads, key=lambda head: (head.generation, head.offset), reverse=True)


class Writing:
    """Chunks of one generation, put into the store as they fill."""

    def __init__(self, store: Store, writer: str, generation: int) -> None:
        self.size = 0  # bytes
        self._store = store
        self._writer = writer
        self._generation = generation
        self._chunks = 0
        self._rest = bytearray()
        self._hash = blake2b(digest_size=DIGEST_BYTES)

    def add(self, piece: bytes) -> None:
        """The next bytes of the state."""
        self.size += len(piece)
        self._hash.update(piece)
        self._rest += piece
        while len(self._rest) >= CHUNK_BYTES:
            self._put(bytes(self._rest[:CHUNK_BYTES]))
            del self._rest[:CHUNK_BYTES]

    def head(self, offset: int, beside: bytes = b"") -> Head:
        """What names the whole of it."""
        if self._rest:
            self._put(bytes(self._rest))
            self._rest.clear()
        return Head(self._generation, self._chunks, offset, self._hash.digest(), self._writer, beside)

    def _put(self, chunk: bytes) -> None:
        self._store.put(0, _key(self._writer, self._generation, self._chunks), chunk)
        self._chunks += 1


def _key(writer: str, generation: int, number: int) -> bytes:
    return f"{writer}/{generation % 2}/{number}".encode()
