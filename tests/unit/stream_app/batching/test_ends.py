"""What is known of partitions that are not fetched for a while."""

from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError

from stream_app.app import lag
from stream_app.batching import positions
from stream_app.batching.ends import ASK_SECONDS
from stream_app.batching.thread import Reach
from tests.unit.stream_app.batching.inproc import SOURCE, Parts

FETCHED = 1_000.0  # seconds since the epoch
PLACE = (SOURCE.topic, SOURCE.partition)


@pytest.fixture
async def parts(tmp_path: Path) -> Parts:
    """A worker that has fetched five of nine records, and has them in hand."""
    held = Parts(tmp_path)
    await held.settle()
    held.deliver(*[b"record"] * 5)
    held.consumer.reach[SOURCE] = Reach(5, 9, FETCHED)
    return held


async def test_the_lag_grows_while_the_queue_is_full(parts: Parts) -> None:
    """INVARIANT: what is told of the lag is true when it matters most."""
    assert lag(parts.app)[SOURCE.topic] == 9
    parts.client.ends = {SOURCE: 90_000}

    await parts.consumer.ask_for_ends(FETCHED + ASK_SECONDS + 1)

    assert lag(parts.app)[SOURCE.topic] == 90_000


async def test_a_broker_that_answers_is_not_away_because_we_do_not_keep_up(parts: Parts) -> None:
    parts.client.ends = {SOURCE: 90_000}

    await parts.consumer.ask_for_ends(FETCHED + ASK_SECONDS + 1)

    position = positions(parts.app)[PLACE]
    assert position.answered_at is not None
    assert position.answered_at > FETCHED
    assert position.polled_at == FETCHED, "what a fetch said is no newer for that"


async def test_whom_a_fetch_was_answered_lately_need_not_ask(parts: Parts) -> None:
    parts.client.ends = AssertionError("it was asked")

    await parts.consumer.ask_for_ends(FETCHED + ASK_SECONDS / 2)

    assert positions(parts.app)[PLACE].answered_at == FETCHED


async def test_without_an_answer_what_is_known_stays_as_old_as_it_is(parts: Parts) -> None:
    parts.client.ends = KafkaConnectionError()

    await parts.consumer.ask_for_ends(FETCHED + ASK_SECONDS + 1)

    assert positions(parts.app)[PLACE].answered_at == FETCHED


async def test_before_any_answer_nothing_is_known(parts: Parts) -> None:
    parts.consumer.reach[SOURCE] = Reach(0, None, None)

    position = positions(parts.app)[PLACE]

    assert (position.end, position.answered_at) == (None, None)
