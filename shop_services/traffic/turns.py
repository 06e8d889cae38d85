"""Work of many actors at once: bounded in number, and that of one actor one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

Work = Callable[[], Awaitable[None]]


class Turns:
    """`async with Turns(8) as turns: await turns.take(actor, work)`; leaving waits for what is under way.

    At most `at_once` pieces of work are under way or wait for an earlier one of their actor; `take` waits for room.
    """

    def __init__(self, at_once: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._tasks = asyncio.TaskGroup()
        self._latest: dict[int | str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)

    async def take(self, actor: int | str, work: Work) -> None:
        """Begin the work as soon as there is room, after what this actor still has under way."""
        await self._slots.acquire()
        task = self._tasks.create_task(self._turn(self._latest.get(actor), work))
        self._latest[actor] = task
        task.add_done_callback(lambda done: self._forget(actor, done))

    async def _turn(self, earlier: asyncio.Task[None] | None, work: Work) -> None:
        try:
            if earlier is not None:
                await asyncio.wait((earlier,))
            await work()
        finally:
            self._slots.release()

    def _forget(self, actor: int | str, done: asyncio.Task[None]) -> None:
        if self._latest.get(actor) is done:
            del self._latest[actor]
