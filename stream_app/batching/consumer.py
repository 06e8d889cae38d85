"""Faust's consumer, moving batches: acknowledge, flush, commit, and hand partitions over in good order."""

import asyncio
import contextlib
from collections.abc import Collection, Iterable, Mapping, MutableMapping
from typing import Any, cast

from aiokafka.errors import KafkaError
from faust.tables.manager import TableManager
from faust.types import TP, Message

from stream_app.batching.ends import AskingConsumer
from stream_app.batching.failures import is_passing
from stream_app.batching.jumps import Jump
from stream_app.batching.message import BatchMessage
from stream_app.batching.table import BatchTable

MOST_DIRTY = 200_000  # changed keys of all tables
REVOKE_SHARE = 0.4  # of the session timeout: what finishing batches in hand may take before the group drops us
LOOK_AGAIN_SECONDS = 0.05  # stock streams acknowledge past the consumer


class BatchConsumer(AskingConsumer):
    """The consumer of the transport `batchkafka`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._has_sought = False  # since the last rebalance
        self._batch_done = asyncio.Event()

    # -- acknowledge, flush, commit

    def ack(self, message: Message) -> bool:
        """Every agent is done with the message."""
        if not isinstance(message, BatchMessage) or message.delivery is None:
            return super().ack(message)
        message.acked = True
        self._unacked_messages.discard(message)
        self.ledger.finish(message.delivery)
        self._n_acked += 1
        self._batch_done.set()
        return True

    def _filter_committable_offsets(self, tps: Iterable[TP]) -> dict[TP, int]:
        wanted = set(tps)
        batches = {tp: offset for tp, offset in self.ledger.committable().items() if tp in wanted}
        # A topic that starts before its committed offset must not move it back.
        ahead = {tp: offset for tp, offset in batches.items() if self._should_commit(tp, offset)}
        self.ledger.confirm({tp: batches[tp] for tp in batches.keys() - ahead.keys()})
        return super()._filter_committable_offsets(wanted - self.ledger.partitions()) | ahead

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterable[TP]:  # type: ignore[override]
        yield from super()._filter_tps_with_pending_acks(topics)
        for tp in self.ledger.committable():
            if topics is None or tp in topics or tp.topic in topics:
                yield tp

    async def _commit_tps(self, tps: Iterable[TP], start_new_transaction: bool) -> bool:
        # The offsets first: a batch that ends while the tables are flushed may have changes this flush does not carry.
        offsets = self._filter_committable_offsets(tps)
        if not await self._flush_tables() or not offsets:
            return False
        await self._handle_attached(offsets)
        return await self._commit_offsets(offsets, start_new_transaction)

    @property
    def _tables(self) -> list[BatchTable]:
        return [table for table in self.app.tables.values() if isinstance(table, BatchTable)]

    async def _flush_tables(self) -> bool:
        """True when every change is in its changelog; what a passing error kept back is flushed by the next commit."""
        try:
            await asyncio.gather(*(table.flush() for table in self._tables))
        except KafkaError as error:
            if not is_passing(error):
                await self.crash(error)
            self.log.warning("changelogs could not be written, nothing is committed: %r", error)
            return False
        return True

    @property
    def must_commit(self) -> bool:
        """True when the tables hold so many changes that agents should wait for a commit."""
        return sum(table.n_dirty for table in self._tables) > MOST_DIRTY

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        before = {tp: self._committed_offset[tp] for tp in offsets}
        did_commit = await super()._commit_offsets(offsets, start_new_transaction)
        if did_commit:
            self.ledger.confirm(offsets)
        else:
            self._committed_offset.update(before)  # Faust notes them as committed although they were not
        return did_commit

    # -- rebalance and end

    async def highwaters(self, *partitions: TP) -> MutableMapping[TP, int]:
        """Ends of changelogs, before recovery compares local copies with them: Faust ends the worker where it differs.

        A changelog that was deleted begins at 0 again; what is stored of the old one is not what others would recover.
        """
        ends = {**await super().highwaters(*partitions)}
        tables = {table.changelog_topic_name: table for table in self._tables}
        recovery = cast(TableManager, self.app.tables).recovery
        for tp in partitions:
            if tp.topic in tables and tables[tp.topic].discard_if_ahead(tp, ends.get(tp) or 0):
                self.log.warning("%s/%s is another changelog: the local copy is dropped", *tp)
                for offsets in (recovery.active_offsets, recovery.standby_offsets):
                    if tp in offsets:
                        offsets[tp] = cast(Any, None)  # as Faust notes a table without a local copy
        return ends

    async def perform_seek(self) -> None:
        """Go back to the committed offsets; whatever was in flight will be read again."""
        async with self._fetching:
            self._era = era = self._era + 1
            self._forget(self.ledger.partitions())
            self._drop_backlog(self._backlog.keys() | self._written.keys())
            await super().perform_seek()
            if era == self._era:  # else a rebalance has come in between, and a seek follows
                await self._start_where_asked(self.assignment())
            self._has_sought = era == self._era

    def resume_flow(self) -> None:
        """Allow fetching; recovery resumes the flow for changelogs first, and once more after the seek.

        Only then may source partitions be read: just before, Faust empties the queues.
        """
        super().resume_flow()
        self._is_settled = self._has_sought

    async def _start_where_asked(self, partitions: Iterable[TP]) -> None:
        """Move partitions whose topic says where to begin."""
        starts: dict[TP, int] = {}
        for tp in partitions:
            committed = self._committed_offset[tp]
            for channel in self._conductor.channels(tp):
                if channel.start_from is not None:
                    starts[tp] = max(0, channel.start_from(tp, -1 if committed is None else committed))
        if starts:
            await super().seek_wait(starts)
        for tp, offset in starts.items():
            self.ledger.advance(tp, offset)

    async def _meet(self, found: Mapping[TP, Jump]) -> Collection[TP]:
        era = self._era
        for tp, jump in found.items():
            if (expected := self._missed_from(tp, jump)) is not None:
                self.log.warning("%s/%s was to go on at %s and goes on at %s", *tp, expected, jump.began)
                await self._tell_of_jump(tp, expected, jump.began)
        others = {tp: jump for tp, jump in found.items() if jump.is_another_log}
        if others and era == self._era:  # else a rebalance has come in between, and a seek follows
            await self._begin_anew(others)
        return others.keys()

    def _missed_from(self, tp: TP, jump: Jump) -> int | None:
        """Where the partition was to go on; None when nothing is missed: what was committed is done."""
        committed = self._committed_offset[tp] or 0
        if jump.is_another_log:
            return jump.expected
        is_first_start = not committed and not jump.expected
        return None if is_first_start or jump.began <= committed else max(jump.expected, committed)

    async def _tell_of_jump(self, tp: TP, expected: int, began: int) -> None:
        for channel in self._conductor.channels(tp):
            if channel.on_jump is not None:
                await channel.on_jump(tp, expected, began)

    async def _begin_anew(self, others: Mapping[TP, Jump]) -> None:
        """Forget the old log, in hand and committed, and begin where the topic says, else where the new one does."""
        async with self._fetching:
            self._forget(others)
            self._drop_backlog(others)
            for tp in others:
                self._committed_offset[tp] = self._read_offset[tp] = None
            await super().seek_wait({tp: jump.began for tp, jump in others.items()})
            await self._start_where_asked(others)

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Seek while no fetch is under way, so that none of its records are lost."""
        async with self._fetching:
            self._drop_backlog(partitions)
            await super().seek_wait(partitions)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Stop the flow, finish what is in hand within a bounded time, flush and commit, then let the partitions go."""
        self._era += 1
        self._has_sought = self._is_settled = False
        self.stop_flow()
        self.app.flow_control.suspend()
        self.app.flow_control.clear()
        self._drop_backlog(self._backlog.keys() | self._written.keys())
        try:
            await self.wait_empty()
        finally:
            self._forget(revoked | self.ledger.partitions())
            for table in self._tables:
                table.release(table.owned)
        await super().on_partitions_revoked(revoked)

    async def wait_empty(self) -> None:
        """Wait a bounded time for the batches in hand, then commit a bounded time; neither holds a rebalance up."""
        seconds = REVOKE_SHARE * min(self.app.conf.broker_session_timeout, self.app.conf.broker_rebalance_timeout)
        try:
            async with asyncio.timeout(seconds):
                await self._wait_until_idle()
                await self._commit_all()
        except TimeoutError:
            self.log.warning("not all batches could be finished and committed in %.1f s; they are read again", seconds)

    async def _wait_until_idle(self) -> None:
        while any(not message.acked for message in list(self._unacked_messages)):
            self._batch_done.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._batch_done.wait(), LOOK_AGAIN_SECONDS)

    async def _commit_all(self) -> None:
        # The first call may only have waited for a commit that was already under way.
        for _ in range(2):
            if self.ledger.committable() or self._acked or any(table.n_dirty for table in self._tables):
                await self.commit()

    def _forget(self, partitions: Iterable[TP]) -> None:
        # A late ack of these messages must not move an offset: they are delivered anew, here or elsewhere.
        for message in self.ledger.forget(partitions):
            message.acked = True
            self._unacked_messages.discard(message)
        for tp in list(self.reach):
            if tp not in self.ledger.partitions():
                del self.reach[tp]
