"""What the consumer does when a partition does not go on where it was read to."""

from pathlib import Path

import pytest
from faust.types import TP

from tests.unit.stream_app.batching.inproc import SOURCE, Parts


class Jumps:
    """Notes what a topic is told, and begins where it is told to."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []
        self.asked: list[int] = []

    async def on_jump(self, tp: TP, expected: int, began: int) -> None:
        self.told.append((expected, began))

    def start_from(self, tp: TP, committed: int) -> int:
        self.asked.append(committed)
        return max(committed, 0) // 10 * 10


async def jumping(folder: Path, position: int, committed: int | None = None) -> tuple[Parts, Jumps]:
    """A consumer whose client goes on at `position`, wherever it was told to begin."""
    jumps = Jumps()
    parts = Parts(folder, on_jump=jumps.on_jump, start_from=jumps.start_from)
    parts.client.committed_offset = committed
    await parts.settle()
    parts.client.next_offset, parts.client.values = position, [b"a", b"b"]
    await parts.fetch()
    return parts, jumps


async def test_records_that_are_gone_are_told_and_the_rest_is_delivered(tmp_path: Path) -> None:
    parts, jumps = await jumping(tmp_path, position=60, committed=25)

    assert jumps.told == [(25, 60)]  # read again was to be from 20 on, but what was committed is done
    assert parts.channel.queue.get_nowait().value.first_offset == 60


@pytest.mark.parametrize(("position", "committed"), [(40, None), (22, 25)], ids=["first start", "done before"])
async def test_what_nobody_missed_is_not_told(tmp_path: Path, position: int, committed: int | None) -> None:
    parts, jumps = await jumping(tmp_path, position, committed)

    assert jumps.told == []
    assert parts.channel.queue.get_nowait().value.first_offset == position


async def test_another_log_is_begun_where_the_topic_says_and_its_offsets_are_committed(tmp_path: Path) -> None:
    parts, jumps = await jumping(tmp_path, position=20, committed=25)
    old = parts.channel.queue.get_nowait().message

    for _ in range(2):  # the first fetch shows that it is another log, and is not delivered
        parts.client.next_offset, parts.client.values = 0, [b"new"]
        await parts.fetch()

    assert jumps.told == [(22, 0)]
    assert jumps.asked == [25, -1]
    assert old.acked  # nobody gets what is still in the queue of the old log
    assert parts.client.sought[-1] == {SOURCE: 0}
    (new,) = [parts.channel.queue.get_nowait() for _ in range(parts.channel.queue.qsize())]
    assert (new.value.first_offset, new.value.values()) == (0, [b"new"])
    parts.consumer.ledger.finish(new.message.delivery)
    await parts.consumer.commit()
    assert parts.client.committed[-1] == {SOURCE: 1}  # although more was committed of the old log
