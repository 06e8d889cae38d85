"""Turns a valid event into one that is wrong somewhere, and into bytes."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.events import valid_event
from tests.fuzz.json_text import Fragment, Members, text_of
from tests.fuzz.secrets import SECRET
from tests.fuzz.values import any_number, any_time, any_value

READ = ("productId", "userId", "orderOwner", "cartId", "quantity", "price")
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252")
UNKNOWN = ("com.cqshop.cart.Unheard", "com.cqshop.cart.productAddedToCart", "", "order", f"com.{SECRET}")

Change = Callable[[Members, Random], None]


def any_payload(random: Random) -> bytes | None:
    """What may stand on a shop topic: two of five are as they should be."""
    if random.random() < 0.06:
        return _no_event(random)
    event = valid_event(random)
    for _ in range(random.choice((0, 0, 1, 1, 2, 4))):
        random.choice(CHANGES)(event, random)
    raw = text_of(event).encode("utf-8", "surrogatepass")
    return _damaged(raw, random) if random.random() < 0.12 else raw


def _no_event(random: Random) -> bytes | None:
    size = random.choice((0, 1, 7, 300, 5_000))
    secret = SECRET.encode()
    noise = random.randbytes(size) + secret
    wrong = (None, b"", b" ", b"null", b"[]", b"{}", b"\n", b'"' + secret + b'"', noise, bytes(size), secret * 50_000)
    return random.choice(wrong)


def _place(event: Members, random: Random) -> Members:
    """The event itself or its data."""
    data = next((value for name, value in event.pairs if name == "data" and isinstance(value, Members)), event)
    return random.choice((event, data, data))


def _replace(event: Members, random: Random) -> None:
    place = _place(event, random)
    place.change(random.choice(place.names() or [""]), lambda _: any_value(random))


def _drop(event: Members, random: Random) -> None:
    place = _place(event, random)
    place.drop(random.choice(place.names() or [""]))


def _double(event: Members, random: Random) -> None:
    place = _place(event, random)
    if place.pairs:
        name, value = random.choice(place.pairs)
        place.pairs.insert(random.randrange(len(place.pairs) + 1), (name, random.choice((value, any_value(random)))))


def _number(event: Members, random: Random) -> None:
    place = _place(event, random)
    name = random.choice(READ)
    place.drop(name)
    place.pairs.append((name, any_number(random)))


def _time(event: Members, random: Random) -> None:
    event.change("time", lambda _: any_time(random))


def _unknown(event: Members, random: Random) -> None:
    event.change("type", lambda _: random.choice(UNKNOWN))


def _more(event: Members, random: Random) -> None:
    name = random.choice(("extra", SECRET, "\x00", "Id", "productid", "__proto__", *READ))
    _place(event, random).pairs.append((name, any_value(random)))


def _wrap(event: Members, random: Random) -> None:
    def wrapped(value: Any) -> Any:
        return random.choice(([value], text_of(value), Members([("data", value)]), None, Fragment("")))

    event.change("data", wrapped)


def _shuffle(event: Members, random: Random) -> None:
    random.shuffle(_place(event, random).pairs)


OFTEN: tuple[Change, ...] = (_replace, _number)
CHANGES: tuple[Change, ...] = (*OFTEN, *OFTEN, _drop, _double, _time, _unknown, _more, _wrap, _shuffle)


def _damaged(raw: bytes, random: Random) -> bytes:
    """The bytes cut, doubled, sprinkled or written in another encoding."""
    kind, at = random.randrange(9), random.randrange(len(raw))
    if kind == 0:
        return raw[:at]
    if kind == 1:
        return raw[at:]
    if kind == 2:
        return raw[:at] + random.randbytes(random.randrange(1, 4)) + raw[at:]
    if kind == 3:
        return raw[:at] + bytes([raw[at] ^ 1 << random.randrange(8)]) + raw[at + 1 :]
    if kind == 4:
        return raw.decode("utf-8", "replace").encode(random.choice(ENCODINGS), "replace")
    if kind == 5:
        return raw + random.choice((b"\n", b" ", b"\x00", b",")) + random.choice((raw, b"", b"}"))
    if kind == 6:
        return raw.replace(b",", b",\n ") if random.random() < 0.5 else b"\n" + raw
    if kind == 7:
        return raw + b" " * random.choice((1, 3_000, 1_000_000 - len(raw), 1_000_001 - len(raw), 1_048_576))
    return raw[:at] + raw[at + random.randrange(1, 9) :]
