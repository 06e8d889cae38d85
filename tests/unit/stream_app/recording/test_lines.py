"""What is kept of a record: enough to be judged again, and nothing of a person."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.clock import EventClock, ScaledClock, WallClock
from models.recording import Recording
from shop_services.contracts.synthetic import RESERVED_FROM
from stream_app.recording.lines import Lines
from tests.builders.logs import shop_lines, write
from tests.builders.messages import added, ms
from tests.builders.recorded import Written
from tests.fuzz.secrets import SECRET, leaks

CART = "cart-events"
NOW = ms("10:00:05")
UUID = "019ca6bb-541f-7855-9653-8bdf3cc12540"


def lines(*records: Written, clock: Any = WallClock(), topic: str = CART) -> list[dict[str, Any]]:
    return [json.loads(line.text) for line in Lines(clock).of(topic, 0, records)]


def event(**attributes: Any) -> bytes:
    """A ProductAddedToCart with other attributes."""
    return json.dumps(json.loads(added(1, 7, 2, 9.5, "10:00:00")) | attributes).encode()


def test_a_line_has_the_decoded_fields_and_what_the_type_says() -> None:
    (line,) = lines(Written(0, NOW, event(id=UUID, correlationid=UUID)))

    assert line == {
        "topic": CART,
        "key": "1",
        "value": {
            "specversion": "1.0",
            "id": UUID,
            "source": "/cqshop/cart-service",
            "type": "com.cqshop.cart.ProductAddedToCart",
            "time": "2026-03-02T10:00:00.000Z",
            "data": {"productId": 1, "userId": 7, "cartId": 7, "quantity": 2, "price": 9.5},
            "correlationid": UUID,
        },
        "arrived": NOW,
    }


def with_secrets() -> list[Written]:
    """A secret in every place of a record that a producer fills in."""
    base = json.loads(event())
    places: list[dict[str, Any]] = [{name: SECRET} for name in (*base, "email", "causationid", "traceparent")]
    places += [{"causationid": {"of": SECRET}}, {"correlationid": [SECRET]}, {"data": base["data"] | {"email": SECRET}}]
    places += [{"data": base["data"] | {name: SECRET}} for name in base["data"]]
    values = [json.dumps(base | place).encode() for place in places]
    odd = Written(0, NOW, event(), SECRET.encode(), (("arrived", SECRET.encode()), ("email", SECRET.encode())))
    return [Written(0, NOW, value) for value in values] + [odd, Written(0, NOW, SECRET.encode())]


def test_no_secret_gets_into_a_line() -> None:
    """INVARIANT: wherever a producer puts it, key, headers and identifiers too."""
    written = Lines(WallClock())
    found = [line.text for record in with_secrets() for line in written.of(CART, 0, [record])]

    assert len(found) >= 8  # fields that nobody reads, and identifiers, do not cost the record
    assert not [text for text in found if leaks(text, SECRET)]
    assert set(written.tally.refused) == {"undecodable", "bad_time"}
    assert written.tally.unknown == 1


def test_personal_fields_of_every_type_are_left_out() -> None:
    """The shop's own names, addresses and digests, as its services write them."""
    raw = [json.loads(line) for line in shop_lines(0.05, 3, 0.0, 0.0, 0.0)]
    personal = {name for each in raw for name in each["value"]["data"]} - {
        "productId", "userId", "orderOwner", "cartId", "quantity", "price",
    }  # fmt: skip
    assert {"username"} <= personal

    kept = [line for each in raw for line in lines(_written(each), topic=each["topic"])]

    assert len(kept) == len(raw)
    assert not personal & {name for line in kept for name in line["value"]["data"]}
    assert "subject" not in {name for line in kept for name in line["value"]}


def test_a_line_is_read_as_its_record_was(tmp_path: Path) -> None:
    """INVARIANT: what is recorded is judged like what was sent, number by number, link by link."""
    raw = [json.loads(line) for line in shop_lines(0.05, 3, 0.03, 0.05, 0.01)]
    original = write(tmp_path / "sent.jsonl", shop_lines(0.05, 3, 0.03, 0.05, 0.01))
    written = Lines(EventClock())
    again = [line.text for each in raw for line in written.of(each["topic"], 0, [_written(each)])]
    recorded = write(tmp_path / "recorded.jsonl", again)

    for sent, kept in zip(Recording([original]).blocks(), Recording([recorded]).blocks(), strict=True):
        for name in ("kind", "time", "product", "user", "cart", "quantity", "cause", "request", "event_id", "offset"):
            assert (getattr(sent.columns, name) == getattr(kept.columns, name)).all(), name
        assert sent.columns.price.tobytes() == kept.columns.price.tobytes()
        assert (sent.arrived == kept.arrived).all()


def _written(line: dict[str, Any]) -> Written:
    """A record as `traffic replay` sends it."""
    headers = [("arrived", str(line["arrived"]).encode())] if "arrived" in line else []
    return Written(0, NOW, json.dumps(line["value"]).encode(), line["key"].encode(), headers)


def test_identifiers_that_are_none_still_link_cause_and_effect() -> None:
    command, effect = lines(
        Written(0, NOW, event(id="kim@example.com")), Written(1, NOW, event(id=UUID, causationid="kim@example.com"))
    )

    assert command["value"]["id"] == effect["value"]["causationid"]
    assert not leaks(json.dumps([command, effect]), "kim")


def test_what_cannot_be_read_and_what_probes_wrote_is_counted() -> None:
    written = Lines(WallClock())

    found = written.of(
        CART,
        0,
        [
            Written(0, NOW, b"garbage"),
            Written(1, NOW, None),
            Written(2, NOW, added(1, 7, 2, 9.5, "10:00:00")),
            Written(3, NOW, event(type="com.other.Thing")),
            Written(4, NOW, added(RESERVED_FROM, RESERVED_FROM, 1, 1.0, "10:00:00")),
        ],
    )

    assert [line.offset for line in found] == [2]
    tally = written.tally
    assert (tally.read, tally.kept, tally.unknown, tally.probes) == (5, 1, 1, 1)
    assert dict(tally.refused) == {"undecodable": 1, "empty": 1}


@pytest.mark.parametrize(
    ("clock", "arrived"),
    [
        (WallClock(), NOW),
        (ScaledClock(60.0, ms("17:30:00"), NOW / 1000 - 2), ms("17:32:00")),
        (EventClock(), ms("10:00:30")),
    ],
    ids=["wall", "scaled", "events"],
)
def test_arrival_is_told_by_the_monitors_clock(clock: Any, arrived: int) -> None:
    late = Written(0, NOW, added(1, 7, 2, 9.5, "10:00:00"), b"7", [("arrived", b"%d" % ms("10:00:30"))])

    (line,) = lines(late, clock=clock)

    assert line["arrived"] == arrived


def test_without_a_known_arrival_the_line_says_none_and_is_placed_by_its_time() -> None:
    (line,) = Lines(EventClock()).of(CART, 0, [Written(0, NOW, added(1, 7, 2, 9.5, "10:00:00"))])

    assert line.arrived == ms("10:00:00")
    assert "arrived" not in json.loads(line.text)


def test_arrivals_of_a_source_never_fall() -> None:
    written = Lines(WallClock())
    first = written.of(CART, 0, [Written(0, NOW, added(1, 7, 2, 9.5, "10:00:00"))])
    second = written.of(CART, 0, [Written(1, NOW - 5_000, added(1, 7, 2, 9.5, "10:00:00"))])

    assert second[0].arrived == first[0].arrived
    assert json.loads(second[0].text)["arrived"] == NOW - 5_000


@pytest.mark.parametrize("identifier", ["", "-" * 36])
def test_an_event_without_an_identifier_of_its_own_is_kept(identifier: str) -> None:
    (line,) = lines(Written(0, NOW, event(id=identifier)))

    assert line["value"]["id"] == identifier
