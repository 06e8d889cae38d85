"""Requests to the monitor's two servers, right and wrong."""

import string
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import quote

from stream_app.console.state import Console
from tests.builders.access import EXPIRED, TOKENS
from tests.fuzz.json_text import Members, text_of
from tests.fuzz.secrets import SECRET, TOKEN
from tests.fuzz.values import any_number, any_text, any_time, any_value

READ = frozenset({200, 307, 401, 404, 422, 503})
ACTED = frozenset({200, 201, 401, 403, 404, 405, 409, 413, 422})
CHANGED = frozenset({200, 201, 204, 400, 401, 404, 405, 409, 422})
METHODS = ("GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PATHS = ("/api/anomalies", "/api/readings", "/healthz", "/readyz", "/metrics", "/openapi.json", "/api/", "/api/x/y")
SAID: tuple[list[tuple[str, Any]], ...] = (
    [("note", SECRET)],
    [("minutes", 5)],
    [("ids", ["x"]), ("endpoint", SECRET[:40]), ("everything", False)],
    [("verdict", "false"), ("cause", SECRET)],
    [("scenario", "price_exploit"), ("entity", "product/7"), ("minutes", 5)],
)
PARAMETERS = ("status", "scenario", "limit", "cursor", "entity", "hours", "unknown")
RIGHT = ("open", "past", "opened", "price_exploit", "1", "500", "24", "0.5", "cqshop", "1774470000000_x")
TEXTS = (
    "",
    "-1",
    "0",
    "501",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "9" * 5000,
    "_",
    "1_",
    "-_x",
    "٣_x",
    "1__2",
    "null",
    "../..",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and which statuses are right answers to it."""

    path: str
    method: str = "GET"
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, bytes] = field(default_factory=dict)
    body: bytes = b""
    allowed: frozenset[int] = READ
    is_for_worker: bool = False


def any_request(console: Console, random: Random) -> Asked:
    """A request to the console, or to the worker's calendar."""
    if random.random() < 0.4:
        return _of_calendar(random)
    return replace(_of_console(console, random), headers=_token(random))


def _of_console(console: Console, random: Random) -> Asked:
    if random.random() < 0.3:
        return _of_incidents(random)
    if random.random() < 0.25:
        return _of_one(console, random)
    query = [(random.choice(PARAMETERS), _parameter(random)) for _ in range(random.choice((0, 1, 1, 2, 3)))]
    if random.random() < 0.7:
        return Asked(random.choice(PATHS[:2]), "GET", query)
    return Asked(random.choice(PATHS), random.choice(METHODS), query, allowed=READ | {403, 405})


def _token(random: Random) -> dict[str, bytes]:
    """Mostly one that may read, or more."""
    token = random.choice((*TOKENS.values(), *TOKENS.values(), EXPIRED, "", "x", "\xff", "mon_" + "9" * 5000))
    return {"Authorization": f"Bearer {token}".encode("latin-1")} if token else {}


def _of_incidents(random: Random) -> Asked:
    """Acts on incidents that are not there, with bodies of all kinds; and the lists."""
    name = quote(random.choice(("unknown", "%00", "..", any_text(random)[:80].replace(SECRET, ""))), safe="%")
    paths = [f"/api/incidents/{name}/{act}" for act in ("acknowledge", "snooze", "verdicts")]
    paths += [f"/api/anomalies/{name}/verdicts", "/api/mutes", "/api/messages/resend"]
    if random.random() < 0.4:
        query = [(random.choice((*PARAMETERS, "since", "state", "severity")), _parameter(random)) for _ in range(2)]
        path = random.choice(("/api/incidents", "/api/audit", f"/api/incidents/{name}"))
        return Asked(path, "GET", query, allowed=READ | {403})
    return Asked(random.choice(paths), "POST", [], {}, _act(random), ACTED)


def _act(random: Random) -> bytes:
    body = Members([member for said in random.sample(SAID, random.choice((1, 1, 1, 2))) for member in said])
    if len(body.names()) > 1 and random.random() < 0.3:
        body.drop(random.choice(body.names()))
    for name in body.names():
        if random.random() < 0.3:
            body.change(name, lambda _: random.choice((any_value, any_number, any_time))(random))
    raw = text_of(body).encode("utf-8", "surrogatepass")
    return random.choice((raw, raw, raw, raw[: random.randrange(len(raw))], b"", b"[" * 100_000, random.randbytes(40)))


def _parameter(random: Random) -> str:
    kind = random.randrange(4)
    if kind == 0:
        return random.choice(RIGHT)
    if kind == 1:
        return random.choice(TEXTS)
    return random.choice((any_time(random), SECRET)) if kind == 2 else any_text(random)[:2000]


def _of_one(console: Console, random: Random) -> Asked:
    known = [anomaly.event.anomaly_id for anomaly in console.timeline.anomalies.open()]
    name = random.choice([*known, "unknown", "%00", "..", "a/b", any_text(random)[:200]])
    return Asked("/api/anomalies/" + quote(name, safe="%"))


def _of_calendar(random: Random) -> Asked:
    token = random.choice((TOKEN, TOKEN, TOKEN, "", "x", TOKEN + "x", "\xff"))
    headers = {"Authorization": f"Bearer {token}".encode("latin-1")} if token else {}
    if random.random() < 0.2:
        name = random.choice(("unknown", "".join(random.choices(string.hexdigits, k=12)), "a%2Fb", "%00"))
        return Asked(f"/calendar/windows/{name}", "DELETE", [], headers, b"", CHANGED, True)
    if random.random() < 0.2:
        day = random.choice(("2026-03-24", "9999-12-31", "2026-02-30", "%00", "x" * 500))
        return Asked(f"/calendar/closed-days/{day}", random.choice(("PUT", "DELETE")), [], headers, b"", CHANGED, True)
    if random.random() < 0.1:
        return Asked("/calendar", random.choice(METHODS), [], headers, b"", CHANGED, True)
    return Asked("/calendar/windows", "POST", [], headers, _window(random), CHANGED, True)


def _window(random: Random) -> bytes:
    """A window as it is posted."""
    window = Members(
        [
            ("start", "2026-03-25T02:00:00Z"),
            ("end", "2026-03-25T03:00:00+00:30"),
            ("reason", SECRET),
            ("scenarios", ["price_exploit"]),
            ("entities", ["product/7", "service/cart-service"]),
            ("unknown", SECRET),
        ]
    )
    for _ in range(random.choice((0, 1, 1, 2))):
        value = random.choice((any_value, any_number, any_time))(random)
        value = random.choice(("unheard", "shop/", "/", "product")) if value == [SECRET] else value
        window.change(random.choice(window.names()), lambda _, value=value: value)
        if random.random() < 0.2:
            window.drop(random.choice(window.names()))
    raw = text_of(window).encode("utf-8", "surrogatepass")
    return random.choice((raw, raw, raw, raw[: random.randrange(len(raw))], b"", b"[" * 100_000, random.randbytes(40)))
