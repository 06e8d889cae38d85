"""Change windows of a running worker: a file, and an API that writes it."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from models.calendar import read_calendar
from stream_app.access.file import AccessFile
from stream_app.calendar_api import add_calendar
from stream_app.calendar_file import CalendarFile
from stream_app.metrics import Metrics
from tests.builders.access import EXPIRED, SECRETS, TOKENS, write_access

WINDOW = {"start": "2026-03-25T02:00:00Z", "end": "2026-03-25T03:00:00Z", "reason": "maintenance"}
DAY = "2026-03-24"
TOKEN = {"Authorization": "Bearer secret"}


def calendar(path: Path | None) -> CalendarFile:
    return CalendarFile(path, Metrics(CollectorRegistry()))


def asked(
    held: CalendarFile, method: str, path: str, token: str = "secret", access: AccessFile | None = None, **said: Any
) -> httpx.Response:
    app = FastAPI()
    add_calendar(app, held, token, access)

    async def once() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://worker") as client:
            return await client.request(method, path, **said)

    return asyncio.run(once())


def test_a_changed_file_counts_from_the_next_look(tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    held = calendar(path)
    held.refresh()
    assert held.current.closed_days == frozenset()

    path.write_text('{"closed_days": ["2026-03-24"]}')
    held.refresh()

    assert len(held.current.closed_days) == 1


def test_a_file_that_became_unreadable_leaves_the_last_good_calendar(tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    path.write_text('{"closed_days": ["2026-03-24"]}')
    held = calendar(path)
    held.refresh()

    path.write_text('{"closed_days": [')
    held.refresh()
    held.refresh()

    assert len(held.current.closed_days) == 1
    assert "cannot be read" in held.problem
    value = held.metrics.registry.get_sample_value
    assert value("monitor_calendar_reloads_total", {"result": "refused"}) == 1


def test_a_window_is_added_listed_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    path.write_text('{"closed_days": ["2026-03-24"]}')
    held = calendar(path)
    held.refresh()

    added = asked(held, "POST", "/calendar/windows", json=WINDOW, headers=TOKEN)
    listed = asked(held, "GET", "/calendar").json()

    assert added.status_code == 201
    assert [window["id"] for window in listed["windows"]] == [added.json()["id"]]
    assert listed["closed_days"] == ["2026-03-24"]
    assert read_calendar(path) == held.current

    removed = asked(held, "DELETE", f"/calendar/windows/{added.json()['id']}", headers=TOKEN)
    again = asked(held, "DELETE", f"/calendar/windows/{added.json()['id']}", headers=TOKEN)

    assert (removed.status_code, again.status_code) == (204, 404)
    assert read_calendar(path).windows == ()
    assert len(read_calendar(path).closed_days) == 1


def test_adding_the_same_window_twice_keeps_one(tmp_path: Path) -> None:
    held = calendar(tmp_path / "calendar.json")

    for _ in range(2):
        asked(held, "POST", "/calendar/windows", json=WINDOW, headers=TOKEN)

    assert len(held.current.windows) == 1


def test_a_day_is_closed_and_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    held = calendar(path)

    closed = [asked(held, "PUT", f"/calendar/closed-days/{DAY}", headers=TOKEN).status_code for _ in range(2)]

    assert closed == [204, 204]
    assert asked(held, "GET", "/calendar").json()["closed_days"] == [DAY]
    assert read_calendar(path) == held.current

    opened = [asked(held, "DELETE", f"/calendar/closed-days/{DAY}", headers=TOKEN).status_code for _ in range(2)]
    assert opened == [204, 404]
    assert read_calendar(path).closed_days == frozenset()


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "0000-00-00", "%00", "9" * 500])
def test_what_is_no_day_is_refused(day: str, tmp_path: Path) -> None:
    answer = asked(calendar(tmp_path / "calendar.json"), "PUT", f"/calendar/closed-days/{day}", headers=TOKEN)

    assert (answer.status_code, answer.json()["detail"]) == (422, "this is no day; write it as 2026-03-24")


def test_the_last_day_there_is_can_be_closed(tmp_path: Path) -> None:
    held = calendar(tmp_path / "calendar.json")
    asked(held, "PUT", "/calendar/closed-days/9999-12-31", headers=TOKEN)

    (day,) = held.current.closed()
    assert day.end - day.start == 86_400_000


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_days_are_changed_by_whoever_may_act(method: str, tmp_path: Path) -> None:
    held, access = calendar(tmp_path / "calendar.json"), AccessFile(write_access(tmp_path / "access.toml"))
    path = f"/calendar/closed-days/{DAY}"

    reader = {"Authorization": f"Bearer {TOKENS['read']}"}
    assert asked(held, method, path, access=access, headers=reader).status_code == 403
    assert asked(held, method, path, access=access).status_code == 401


REFUSALS: dict[str, tuple[dict[str, Any], int, str]] = {
    "no token": ({"json": WINDOW}, 401, "MONITOR_API_TOKEN"),
    "a wrong token": ({"json": WINDOW, "headers": {"Authorization": "Bearer guess"}}, 401, "MONITOR_API_TOKEN"),
    "no window": ({"content": b"{", "headers": TOKEN}, 422, "start and end"),
    "deep nesting": ({"content": b'{"x":' * 100_000, "headers": TOKEN}, 422, "no window"),
    "a long name": ({"json": {**WINDOW, "entities": ["x" * 9_000]}, "headers": TOKEN}, 422, "no entity"),
    "a wrong scenario": ({"json": {**WINDOW, "scenarios": ["x"]}, "headers": TOKEN}, 422, "no scenario x"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_may_not_be_added_is_refused_with_a_reason(case: str, tmp_path: Path) -> None:
    said, status, reason = REFUSALS[case]

    answer = asked(calendar(tmp_path / "calendar.json"), "POST", "/calendar/windows", **said)

    assert answer.status_code == status
    assert reason in answer.json()["detail"]
    assert len(answer.content) < 1_000
    assert not (tmp_path / "calendar.json").exists()


def test_without_a_token_in_the_settings_nobody_may_change_it(tmp_path: Path) -> None:
    answer = asked(calendar(tmp_path / "c.json"), "POST", "/calendar/windows", token="", json=WINDOW, headers=TOKEN)

    assert answer.status_code == 403


def test_a_damaged_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    path.write_text("{")

    answer = asked(calendar(path), "POST", "/calendar/windows", json=WINDOW, headers=TOKEN)

    assert answer.status_code == 409
    assert path.read_text() == "{"


def test_without_a_file_the_remedy_is_named() -> None:
    answer = asked(calendar(None), "POST", "/calendar/windows", json=WINDOW, headers=TOKEN)

    assert answer.status_code == 409
    assert "MONITOR_CALENDAR" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("token", "status"),
    [(TOKENS["act"], 201), (TOKENS["admin"], 201), (TOKENS["read"], 403), (EXPIRED, 401), ("", 401), ("secret", 201)],
)
def test_tokens_of_the_access_file_that_may_act_may_change_it(tmp_path: Path, token: str, status: int) -> None:
    held, access = calendar(tmp_path / "calendar.json"), AccessFile(write_access(tmp_path / "access.toml"))
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    answered = asked(held, "POST", "/calendar/windows", access=access, json=WINDOW, headers=headers)

    assert answered.status_code == status
    assert not any(secret in answered.text for secret in SECRETS)


def test_an_access_file_that_cannot_be_used_lets_nobody_change_it(tmp_path: Path) -> None:
    held, access = calendar(tmp_path / "calendar.json"), AccessFile(tmp_path / "access.toml")
    headers = {"Authorization": f"Bearer {TOKENS['admin']}"}

    refused = asked(held, "POST", "/calendar/windows", token="", access=access, json=WINDOW, headers=headers)

    assert refused.status_code == 401
