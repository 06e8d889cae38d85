import asyncio
import subprocess
import sys

import pytest
from aiokafka.errors import NodeNotReadyError, TopicAuthorizationFailedError
from mode import Service
from mode.worker import Worker

from stream_app.batching.errors import StoreUnwritable
from stream_app.errors import BrokerUnreachable, StateUnwritable
from stream_app.serve import execute, tell


class Broken(Service):
    """Ends while it starts, or some time afterwards."""

    def __init__(self, reason: Exception, after_start: bool) -> None:
        super().__init__()
        self.reason, self.after_start = reason, after_start

    async def on_start(self) -> None:
        if not self.after_start:
            raise self.reason

    @Service.task
    async def _later(self) -> None:
        raise self.reason


def process_of(reason: Exception, after_start: bool) -> Worker:
    loop = asyncio.new_event_loop()
    return Worker(Broken(reason, after_start), loop=loop, override_logging=False)


@pytest.mark.parametrize("after_start", [False, True])
def test_a_broker_that_dies_while_the_worker_joins_is_a_sentence(after_start: bool) -> None:
    with pytest.raises(BrokerUnreachable, match=r"NodeNotReadyError.*start it again"):
        execute(process_of(NodeNotReadyError(), after_start))


@pytest.mark.parametrize("after_start", [False, True])
def test_a_bug_ends_it_with_status_one(after_start: bool) -> None:
    with pytest.raises(SystemExit) as ended:
        execute(process_of(ValueError("a bug"), after_start))

    assert ended.value.code == 1


HANGING = """
import asyncio

from mode import Service
from mode.worker import Worker

from stream_app import serve
from stream_app.batching.errors import StoreUnwritable


class Hanging(Service):
    async def on_start(self):
        await self.crash(StoreUnwritable("no space left on device"))
        await asyncio.Event().wait()


serve.ENDING_SECONDS = 0.5
serve.execute(Worker(Hanging(), loop=asyncio.new_event_loop(), override_logging=False))
"""


def test_a_crash_that_leaves_others_waiting_ends_the_process_all_the_same() -> None:
    """INVARIANT: a worker that does nothing any more is gone, so that its supervisor starts another."""
    ended = subprocess.run([sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=60)

    assert ended.returncode == StateUnwritable.exit_code
    assert "StateUnwritable('no space left on device: free some space" in ended.stderr


def test_a_full_disk_is_a_sentence() -> None:
    with pytest.raises(StateUnwritable, match="free some space"):
        tell(StoreUnwritable("no space left on device"))


@pytest.mark.parametrize("reason", [None, ValueError("a bug"), TopicAuthorizationFailedError()])
def test_what_waiting_does_not_mend_stays_what_it_is(reason: BaseException | None) -> None:
    tell(reason)
