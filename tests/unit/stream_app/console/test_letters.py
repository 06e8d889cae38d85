"""Dead letters of the shop's topics, as the console keeps them."""

import pytest
from kafka.consumer.fetcher import ConsumerRecord

from stream_app.console.decode import UndecodableRecord
from stream_app.console.letters import Letters, decode_letter
from stream_app.console.options import ConsoleOptions
from stream_app.console.state import Console
from stream_app.console.tail import Batch
from stream_app.dead_letters import DeadLetter, to_records


def letter(offset: int, topic: str = "cart-events", reason: str = "undecodable") -> DeadLetter:
    return DeadLetter(topic, 0, offset, reason, "no JSON")


def test_the_newest_stand_first_and_a_letter_read_twice_is_one():
    letters = Letters()
    for offset in (1, 2, 1):
        letters.put(letter(offset))

    assert [one.offset for one in letters.newest()] == [2, 1]
    assert (len(letters), letters.version) == (2, 2)


def test_the_oldest_make_room_and_are_counted():
    letters = Letters(limit=2)
    for offset in range(5):
        letters.put(letter(offset))

    assert [one.offset for one in letters.newest()] == [4, 3]
    assert letters.evicted == 3


def test_those_that_made_room_are_counted_in_the_metrics():
    console = Console.build(ConsoleOptions())
    console.timeline.letters.limit = 1
    for offset in range(3):
        console.timeline.letters.put(letter(offset))

    console.measure()
    console.measure()

    counted = console.metrics.registry.get_sample_value("monitor_console_evicted_dead_letters_total")
    assert counted == 2


def test_they_are_chosen_by_topic_and_reason():
    letters = Letters()
    for one in (letter(1), letter(2, "order-events"), letter(3, "order-events", "empty")):
        letters.put(one)

    assert [one.offset for one in letters.newest("order-events")] == [3, 2]
    assert [one.offset for one in letters.newest(reason="empty")] == [3]
    assert letters.topics() == ["cart-events", "order-events"]
    assert letters.reasons() == ["empty", "undecodable"]


def test_what_is_no_letter_is_refused_without_its_content():
    with pytest.raises(UndecodableRecord) as refused:
        decode_letter(b'{"topic": "secret-of-somebody"')

    assert "secret" not in str(refused.value)


def test_the_feed_takes_letters_and_a_missing_topic_of_them_blinds_nobody():
    console = Console.build(ConsoleOptions())
    (record,) = to_records([letter(7)])
    read = ConsumerRecord(record.topic, 0, 0, 0, 0, 0, record.key, record.value, (), 0, 0, 0, 0)

    console.feed.take(Batch([read], {}, (console.options.dead_letter_topic,)))

    assert [one.offset for one in console.timeline.letters.newest()] == [7]
    assert console.feed.state.missing == ()
