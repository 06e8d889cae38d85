import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka.errors import KafkaTimeoutError

from stream_app.batching import RecordBatch
from tests.unit.stream_app.batching.inproc import GENERATION, SOURCE, Parts


class Poisons:
    """Remembers what was set aside."""

    def __init__(self) -> None:
        self.values: list[bytes | None] = []
        self.errors: list[str] = []

    async def __call__(self, batch: RecordBatch, error: BaseException) -> None:
        self.values += batch.values()
        self.errors.append(str(error))


@asynccontextmanager
async def running(parts: Parts, body: Callable[[RecordBatch], Awaitable[None]]) -> AsyncIterator[None]:
    task = asyncio.create_task(parts.agent(body))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is of any kind
            await asyncio.sleep(0.005)


async def test_a_batch_is_done_when_the_body_has_run_to_its_end(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    await parts.settle()
    may_end = asyncio.Event()
    parts.deliver(b"a", b"b")

    async with running(parts, lambda batch: asyncio.wait_for(may_end.wait(), 5)):  # type: ignore[arg-type, return-value]
        await until(lambda: parts.consumer.unacked)
        assert parts.consumer.ledger.committable() == {}
        may_end.set()
        await until(lambda: parts.consumer.ledger.committable() == {SOURCE: 2})


async def test_a_poison_record_is_found_and_the_others_are_processed(tmp_path: Path) -> None:
    """INVARIANT: one bad record never costs its batch."""
    poisons, processed = Poisons(), set()
    parts = Parts(tmp_path, on_poison=poisons)
    await parts.settle()

    async def body(batch: RecordBatch) -> None:
        if b"bad" in batch.values():
            raise ValueError("cannot take this")
        processed.update(batch.values())

    parts.deliver(*[b"%d" % i for i in range(11)], b"bad", *[b"%d" % i for i in range(11, 16)])
    parts.deliver(b"next", first=17)
    async with running(parts, body):
        await until(lambda: parts.consumer.ledger.committable() == {SOURCE: 18})

    assert (poisons.values, poisons.errors) == ([b"bad"], ["cannot take this"])
    assert processed == {b"next", *(b"%d" % i for i in range(16))}


async def test_an_error_that_passes_costs_no_record(tmp_path: Path) -> None:
    poisons, seen = Poisons(), list[int]()
    parts = Parts(tmp_path, on_poison=poisons)
    await parts.settle()

    async def body(batch: RecordBatch) -> None:
        seen.append(len(batch))
        if len(seen) < 4:
            raise KafkaTimeoutError("the broker is away")

    parts.deliver(b"a", b"b", b"c", b"d")
    async with running(parts, body):
        await until(lambda: parts.consumer.ledger.committable() == {SOURCE: 4})

    assert seen == [4, 4, 4, 4]
    assert poisons.values == []


async def test_without_a_place_for_poison_nothing_is_skipped(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    await parts.settle()
    attempts = 0

    async def body(batch: RecordBatch) -> None:
        nonlocal attempts
        attempts += 1
        raise ValueError("always")

    parts.deliver(b"bad")
    async with running(parts, body):
        await until(lambda: attempts >= 2)
        await asyncio.sleep(0.3)

    assert parts.consumer.ledger.committable() == {}


async def test_a_poison_record_that_cannot_be_set_aside_is_kept(tmp_path: Path) -> None:
    failures = 0

    async def on_poison(batch: RecordBatch, error: BaseException) -> None:
        nonlocal failures
        failures += 1
        if failures < 3:
            raise KafkaTimeoutError("no dead letter today")

    async def body(batch: RecordBatch) -> None:
        raise ValueError("always")

    parts = Parts(tmp_path, on_poison=on_poison)
    await parts.settle()
    parts.deliver(b"bad")
    async with running(parts, body):
        await until(lambda: parts.consumer.ledger.committable() == {SOURCE: 1})

    assert failures == 3


async def test_a_batch_of_an_older_generation_is_not_given(tmp_path: Path) -> None:
    parts, seen = Parts(tmp_path), list[bytes | None]()
    await parts.settle()

    async def body(batch: RecordBatch) -> None:
        seen.extend(batch.values())

    parts.deliver(b"old", generation=GENERATION - 1)
    parts.deliver(b"new", first=1)
    async with running(parts, body):
        await until(lambda: seen)

    assert seen == [b"new"]


async def test_halves_have_every_record_once(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    whole: RecordBatch = parts.deliver(*[b"%d" % i for i in range(7)]).value  # type: ignore[assignment]

    left, right = whole.halves()

    assert [*left, *right] == list(whole)
    assert (left.last_offset, right.first_offset) == (2, 3)


@asynccontextmanager
async def taking_turns(
    parts: Parts,
    records: int,
    body: Callable[[list[RecordBatch]], Awaitable[None]],
    every_seconds: float = 0.0,
) -> AsyncIterator[None]:
    async def agent() -> None:
        while True:
            try:
                async for turn in parts.stream.turns(records, every_seconds):
                    await body(turn)
            except Exception as error:  # noqa: BLE001 - Faust does the same
                parts.stream.fail(error)

    task = asyncio.create_task(agent())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_turn_takes_what_waits_up_to_so_many_records(tmp_path: Path) -> None:
    parts, turns = Parts(tmp_path), list[list[int]]()
    await parts.settle()
    for first in range(0, 12, 2):
        parts.deliver(b"a", b"b", first=first)

    async def body(turn: list[RecordBatch]) -> None:
        turns.append([len(batch) for batch in turn])

    async with taking_turns(parts, 5, body):
        await until(lambda: parts.consumer.ledger.committable() == {SOURCE: 12})

    assert turns == [[2, 2, 2], [2, 2, 2]]


async def test_after_a_full_turn_the_next_begins_at_once_and_otherwise_later(tmp_path: Path) -> None:
    """A turn costs much whatever it brings, so what comes shortly after a small one is gathered."""
    parts, turns = Parts(tmp_path), list[int]()
    await parts.settle()

    async def body(turn: list[RecordBatch]) -> None:
        turns.append(len(turn))
        first = sum(turns)
        if len(turns) == 1:
            parts.deliver(b"a", first=first)
        if len(turns) == 2:
            asyncio.get_running_loop().call_later(0.1, lambda: parts.deliver(b"c", first=first + 1))
            parts.deliver(b"b", first=first)

    for first in range(3):
        parts.deliver(b"x", first=first)
    async with taking_turns(parts, 3, body, every_seconds=1.0):
        await until(lambda: parts.consumer.ledger.committable() == {SOURCE: 6})

    assert turns == [3, 1, 2]


async def test_the_poison_record_of_a_turn_is_found_and_the_others_are_processed(tmp_path: Path) -> None:
    """INVARIANT: one bad record costs neither its batch nor those that shared its turn."""
    poisons, processed = Poisons(), list[bytes | None]()
    parts = Parts(tmp_path, on_poison=poisons)
    await parts.settle()
    for first in range(0, 20, 4):
        parts.deliver(*(b"bad" if number == 9 else b"%d" % number for number in range(first, first + 4)), first=first)

    async def body(turn: list[RecordBatch]) -> None:
        values = [value for batch in turn for value in batch.values()]
        if b"bad" in values:
            raise ValueError("cannot take this")
        processed.extend(values)

    async with taking_turns(parts, 100, body):
        await until(lambda: parts.consumer.ledger.committable() == {SOURCE: 20})

    assert (poisons.values, poisons.errors) == ([b"bad"], ["cannot take this"])
    assert sorted(processed) == sorted(b"%d" % number for number in range(20) if number != 9)  # type: ignore[type-var]


async def test_a_turn_that_fails_for_a_while_comes_again_whole_and_in_order(tmp_path: Path) -> None:
    parts, seen = Parts(tmp_path), list[bytes | None]()
    await parts.settle()
    for first in range(3):
        parts.deliver(b"%d" % first, first=first)
    failures = 3

    async def body(turn: list[RecordBatch]) -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise KafkaTimeoutError("the broker is away")
        seen.extend(value for batch in turn for value in batch.values())

    async with taking_turns(parts, 100, body):
        await until(lambda: parts.consumer.ledger.committable() == {SOURCE: 3})

    assert seen == [b"0", b"1", b"2"]


async def test_a_batch_that_is_done_is_gone_without_a_garbage_collection(tmp_path: Path) -> None:
    """Batches that wait for the collector are all records of seconds, and looking through them stops the worker."""
    parts = Parts(tmp_path)
    await parts.settle()
    gc.disable()
    try:
        message = weakref.ref(parts.deliver(b"a"))
        async with running(parts, lambda batch: asyncio.sleep(0)):
            await until(lambda: parts.consumer.ledger.committable() == {SOURCE: 1})
        assert message() is None
    finally:
        gc.enable()
