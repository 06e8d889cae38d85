"""Values that no field expects."""

from random import Random
from typing import Any

from tests.fuzz.json_text import Fragment, Members
from tests.fuzz.secrets import SECRET

NUMBERS = (
    "0", "-0", "-1", "1", "0.0", "-0.0", "1.0", "1.5", "-0.01", "1e2", "1E+2", "1e-400", "1e400", "-1e400", "1e308",
    "1.7976931348623157e308", "1.7976931348623159e308", "4.9e-324", "2147483648", "1099511627775", "1099511627776",
    "4611686018427387903", "4611686018427387904", "9007199254740993", "9223372036854775807", "9223372036854775808",
    "-9223372036854775809", "18446744073709551616", "1" + "0" * 400, "9" * 5000, "0." + "3" * 900,
)  # fmt: skip
NO_JSON = (
    "NaN", "Infinity", "-Infinity", "nan", "01", "1.", ".5", "+1", "0x10", "1_000", "--1", "tru", "None", "", "'a'",
)  # fmt: skip
STRINGS = (
    "", " ", "7", "-1", "NaN", "null", "0000", "\x00", "\u202e", "ä", "🧺" * 9, "ſ", "%s{0}", "../../etc/passwd",
)  # fmt: skip
SURROGATES = (
    '"\\ud800"', '"\\udc00"', '"\\ud800\\ud800"', '"\\ud83d\\ude00"', '"a\\udfffb"', '"\\u0000"', '"\\x"', '"\\ud8"',
)  # fmt: skip
TIMES = (
    "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000+23:59", "9999-12-31T23:59:59.999Z", "0000-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59-23:59", "-2026-03-02T12:00:00.00Z", "+2026-03-02T12:00:00.00Z", "1969-12-31T23:59:59.999Z",
    "1969-12-31T23:59:59.9999Z", "1970-01-01T00:00:00.000Z", "2026-02-29T12:00:00.000Z", "2024-02-29T12:00:00.000Z",
    "2026-03-02T24:00:00.000Z", "2026-03-02T12:00:60.000Z", "2026-03-02T12:00:00", "2026-03-02T12:00:00.000",
    "2026-03-02T12:00:00Z", "2026-03-02T12:00:00.5Z", "2026-03-02T12:00:00.123456789Z", "2026-03-02 12:00:00.000Z",
    "2026-03-02T12:00:00,000Z", "2026-03-02t12:00:00.000z", "20260302T120000.000000Z", "2026-W10-1T12:00:00.000Z",
    "2026-03-02T12:00:00.00ZZ", " 2026-03-02T12:00:00.00Z", "2026-03-02T12:00:00.00 Z", "2026-03-02T12:00:00.0  Z",
    "2026-03-02T13:00:00.001+01:00", "2026-03-02T12:00:00.001-00:00", "2026-03-02T12:00:00+24:00", "NaT", "now",
    "today", "NaT" + "\x00" * 20 + "Z", "now" + "\x00" * 20 + "Z", "\x00" * 23 + "Z", "yesterday", "1772452800000",
    "2026-03-02T12:00:00" + "\x00" * 4 + "Z", "2026-03-02T12:00:00.000Z\x00", " " * 23 + "Z", "Z" * 24,
    "２０２６-03-02T12:00:00.000Z",
)  # fmt: skip


def nested(random: Random) -> Fragment:
    """Lists or objects in one another, sometimes too deep to be read."""
    depth = random.choice((3, 40, 5_000, 100_000))
    return Fragment(random.choice(("[" * depth + "]" * depth, '{"x":' * depth + "1" + "}" * depth, "[" * depth)))


def any_value(random: Random) -> Any:
    """Anything but what is expected."""
    kind = random.randrange(9)
    if kind == 0:
        return Fragment(random.choice(NUMBERS))
    if kind == 1:
        return Fragment(random.choice(NO_JSON))
    if kind == 2:
        return random.choice(STRINGS) + random.choice(("", SECRET))
    if kind == 3:
        return Fragment(random.choice(SURROGATES))
    if kind == 4:
        return random.choice(TIMES)
    if kind == 5:
        return random.choice((None, True, False, [], [SECRET], Members(), Members([(SECRET, SECRET)])))
    if kind == 6:
        return nested(random) if random.random() < 0.3 else None
    return any_text(random) if kind == 7 else Fragment(str(random.randrange(-(10**6), 10**9)))


def any_text(random: Random) -> str:
    """Text of any characters, seldom a very long one."""
    if random.random() < 0.01:
        return SECRET + "x" * random.choice((999_000, 1_000_000, 1_048_576))
    return "".join(chr(random.choice((random.randrange(128), random.randrange(0xD800)))) for _ in range(24))


def any_number(random: Random) -> Fragment:
    """A number, of a size or a form that a field may not take."""
    return Fragment(random.choice(NUMBERS))


def any_time(random: Random) -> str:
    """A time that is none, or far away; or one of 24 characters with one of them changed."""
    if random.random() < 0.7:
        return random.choice(TIMES)
    usual = list("2026-03-02T12:00:00.000Z")
    usual[random.randrange(24)] = random.choice("0123456789 +-:.,TZtz\x00ä")
    return "".join(usual)
