"""Who waits for whom, from single commands and answers."""

import random
import time

import numpy as np
import pytest

from models.conformance import requests as bounds
from models.conformance.linking import LOOSE_BITS, accumulate
from models.conformance.memory import ConformanceMemory
from models.conformance.pairs import pairs
from models.conformance.requests import Command, Requests, Settled
from models.conformance.usual import Usual
from models.decode import decode
from models.facts import Facts
from tests.builders.logs import shop_lines
from tests.builders.messages import ms, reserved

MINUTE = 60_000


def command(asked: int, loose: int = 0) -> Command:
    return Command(0, asked, loose, ("application-command-topic/0", asked, "id"))


def test_every_command_with_an_event_of_its_own_is_a_pair() -> None:
    labels = {pair.label for pair in pairs()}

    assert "OrderCreationRequested>OrderCreated" in labels
    assert "ProductAdditionRequested>ProductAddedToWarehouse|ProductUpdatedInWarehouse" in labels
    assert len(labels) == 14


def test_an_answer_comes_once() -> None:
    held = Requests()
    assert held.ask(1, command(100)) is None

    answer = held.answer(1, 300)

    assert answer is not None
    assert (answer.time, answer.settled) == (300, Settled.ANSWERED)
    assert held.answer(1, 300) is None
    assert held.ask(1, command(100)) is None
    assert held.open == {}


def test_an_answer_may_be_heard_of_before_its_command() -> None:
    held = Requests()

    assert held.answer(1, 300) is None
    answer = held.ask(1, command(100))

    assert answer is not None
    assert answer.time == 300
    assert held.open == {}


def test_full_books_cost_no_more_than_others() -> None:
    """Of a busy shop they are always full. One that looks for its oldest entry takes a hundred times as long."""
    held, seconds = Requests(), []
    for begin in range(0, 3 * bounds.MOST, bounds.MOST):
        since = time.process_time()
        for key in range(begin, begin + bounds.MOST):
            held.answer(key, key)
        seconds.append(time.process_time() - since)

    assert held.dropped == 2 * bounds.MOST
    assert seconds[2] < 10 * seconds[0]


def test_an_answer_after_all_is_late() -> None:
    held = Requests()
    held.ask(1, command(100))
    held.give_up(1)

    answer = held.answer(1, 90_000)

    assert answer is not None
    assert answer.settled is Settled.LATE


def test_without_ids_the_oldest_command_is_meant_and_doubt_is_told() -> None:
    held = Requests()
    held.ask(1, command(100, loose=7))
    held.ask(2, command(200, loose=7))

    first, second = held.answer_loosely(11, 0, 7, 300), held.answer_loosely(12, 0, 7, 400)

    assert first is not None
    assert second is not None
    assert (first.command.asked, first.is_ambiguous) == (100, True)
    assert (second.command.asked, second.is_ambiguous) == (200, False)
    assert held.answer_loosely(12, 0, 7, 400) is None


def test_an_answer_without_ids_is_no_answer_to_a_later_command() -> None:
    held = Requests()
    held.answer_loosely(11, 0, 7, 300)

    assert held.ask(1, command(400, loose=7)) is None
    assert list(held.open) == [1]


def test_books_are_bounded_and_count_what_they_drop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST", 10)
    held = Requests()

    for key in range(25):
        held.ask(key, command(key, loose=key % 3 + 1))
        held.answer(1_000 + key, key)

    assert len(held.open) == len(held.given) == 10
    assert held.dropped == 30


def test_counting_is_lawful_however_batches_are_cut() -> None:
    """INVARIANT: the facts of a log do not depend on batches, and doubles do not tie to another command."""
    values = [line.partition(b'"value":')[2].rstrip()[:-1] for line in shop_lines(0.05, 5, 0.05, 0.05, 0.02)]
    columns = decode(values, range(len(values))).columns
    number = np.sort(np.random.default_rng(3).integers(0, 20, len(columns)))
    parts = [accumulate(columns.where(number == part)).grouped() for part in range(20)]
    random.Random(4).shuffle(parts)

    merged, whole = Facts.concat(parts).grouped(), accumulate(columns).grouped()

    assert len(whole) > 100
    assert all(np.array_equal(getattr(merged, name), getattr(whole, name)) for name in ("entity", "key", "n", "amount"))
    assert (whole.amount // whole.n <= 2**LOOSE_BITS).all()


def test_what_nobody_could_see_is_not_missed() -> None:
    """INVARIANT: a time in which the broker was away says nothing about the shop."""
    memory = ConformanceMemory()
    memory.requests.ask(1, command(ms("12:00:00")))
    memory.doubt(ms("12:05:00"))
    memory.requests.ask(2, command(ms("12:04:00")))

    memory.rows(ms("12:30:00"))

    assert memory.requests.open == {}
    assert all(minute.unanswered == 0 for usual in memory.usual for minute in usual.minutes.values())


def test_a_kept_memory_goes_on_where_it_was() -> None:
    """INVARIANT: a restart changes no verdict."""
    values = [reserved(7, 3, 1, f"12:{number:02}:00") for number in range(30)]
    facts = accumulate(decode(values, range(30)).columns)
    original, loaded = ConformanceMemory(), ConformanceMemory()
    original.absorb("warehouse-events/0", facts.take(slice(0, 15)))
    original.requests.ask(99, command(ms("12:14:00"), loose=5))
    original.rows(ms("12:15:00"))

    loaded.load(original.save())
    for memory in (original, loaded):
        memory.absorb("warehouse-events/0", facts.take(slice(15, 30)))
        memory.rows(ms("12:40:00"))

    assert loaded.save() == original.save()


def test_commands_that_may_come_to_nothing_speak_only_when_hardly_any_is_answered() -> None:
    """A product that sells out refuses half of what is asked for in these minutes; a dead warehouse refuses all."""
    usual = Usual(asked=10_000, unanswered=10, answers=9_990)
    (code,) = [code for code, pair in enumerate(pairs()) if pair.command == "ProductReservationRequested"]
    tolerated = pairs()[code].tolerated

    assert usual.surprise(50, 100, tolerated) == 0.0
    assert usual.surprise(100, 100, tolerated) > 6.0
    assert usual.surprise(5, 7, 0.0) > 6.0
