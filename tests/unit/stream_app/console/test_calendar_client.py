"""The console changes the calendar where the worker keeps it: over the worker's own API."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.calendar import read_calendar, read_day
from models.errors import LogRefused
from stream_app.console.calendar_client import CalendarClient, CalendarUnchanged
from stream_app.console.pages.calendar import window_of
from tests.builders.worker_answers import create_worker

TOKEN = "token-of-the-worker"
TYPED = {
    "start": "2026-03-25T02:00",
    "end": "2026-03-25T03:00",
    "reason": "maintenance",
    "scenario": "daily_workload",
    "entities": "service/order-service, product/7",
}


def client(folder: Path, token: str = TOKEN) -> CalendarClient:
    worker = create_worker(calendar=folder / "calendar.json", token=TOKEN)
    return CalendarClient("http://worker", token, httpx.ASGITransport(worker))


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


def test_a_window_is_announced_in_the_workers_file_and_removed(tmp_path: Path):
    async def work() -> None:
        desk = client(tmp_path)
        await desk.add(window_of(TYPED))
        (window,) = (await desk.read()).windows
        assert read_calendar(tmp_path / "calendar.json").windows == (window,)
        assert window.entities == ("service/order-service", "product/7")
        await desk.remove(window.id)
        assert (await desk.read()).windows == ()

    run(work)


def test_a_day_is_closed_in_the_workers_file_and_opened_again(tmp_path: Path):
    async def work() -> None:
        desk = client(tmp_path)
        await desk.close(read_day("2026-03-24"))
        assert read_calendar(tmp_path / "calendar.json").closed_days == {read_day("2026-03-24")}
        assert (await desk.read()).closed_days == (read_day("2026-03-24"),)
        await desk.reopen(read_day("2026-03-24"))
        with pytest.raises(CalendarUnchanged, match="the day is not closed"):
            await desk.reopen(read_day("2026-03-24"))

    run(work)


def test_what_was_typed_must_be_a_day():
    with pytest.raises(LogRefused, match="no day"):
        read_day("")


def test_without_the_token_it_is_only_read(tmp_path: Path):
    async def work() -> None:
        desk = client(tmp_path, token="")
        assert (await desk.read()).windows == ()
        with pytest.raises(CalendarUnchanged, match="Bearer <token>"):
            await desk.add(window_of(TYPED))

    run(work)


def test_a_worker_that_is_away_is_a_sentence():
    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    async def work() -> None:
        with pytest.raises(CalendarUnchanged, match="the worker at http://worker does not answer"):
            await CalendarClient("http://worker", transport=httpx.MockTransport(away)).read()

    run(work)


def test_an_answer_of_somebody_else_is_a_sentence():
    async def work() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>"))
        with pytest.raises(CalendarUnchanged, match="no worker"):
            await CalendarClient("http://worker", transport=transport).read()

    run(work)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"end": "2026-03-25T01:00"}, "not after its start"),
        ({"start": ""}, "needs start and end"),
        ({"entities": "planet/7"}, "no entity"),
        ({"scenario": "nonsense"}, "no scenario nonsense"),
    ],
)
def test_what_is_no_window_is_refused_in_words(change: dict[str, str], said: str):
    with pytest.raises(LogRefused, match=said):
        window_of({**TYPED, **change})
