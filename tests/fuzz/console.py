"""The target behind the monitor's topics: the console's feed, its API, and the worker's calendar API."""

import asyncio
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, generate_latest

from models.calendar import read_calendar
from stream_app.calendar_api import add_calendar
from stream_app.calendar_file import CalendarFile
from stream_app.console.server import create_api
from stream_app.console.state import Console
from stream_app.console.tail import Batch
from stream_app.metrics import Metrics
from tests.builders.access import SECRETS, guarded_console
from tests.fuzz.logs import Logs
from tests.fuzz.monitor_records import any_record
from tests.fuzz.requests import Asked, any_request
from tests.fuzz.secrets import SECRET, TOKEN, leaks

RECORDS = 40  # before the requests of one check


def check(payloads: Any, seed: int) -> Counter[str]:
    """Feed records, ask; how the requests were answered. The payloads only say how many requests are made."""
    random = Random(seed)
    with Logs() as logs, tempfile.TemporaryDirectory() as folder:
        console = guarded_console(Path(folder))
        _feed(console, random)
        calendar = CalendarFile(Path(folder) / "calendar.json", Metrics(CollectorRegistry()))
        worker = FastAPI()
        add_calendar(worker, calendar, TOKEN)
        asked = [any_request(console, random) for _ in payloads]
        outcomes = asyncio.run(_ask(create_api(console), worker, asked))
        _check_calendar(calendar)
        console.desk.close()
    assert not leaks(logs.text(), SECRET, TOKEN, *SECRETS), "content in the log"
    return outcomes


def _feed(console: Console, random: Random) -> None:
    """Read records; each is kept, known before, or refused without a word of its content."""
    records: list[Any] = [any_record(offset, random) for offset in range(RECORDS)]
    console.feed.take(Batch(records, {"anomaly-events": 0}, ()))
    reasons = [refused.reason for refused in console.feed.state.refused]
    assert not leaks("".join(reasons), SECRET), f"content among {reasons}"
    console.measure()
    assert not leaks(generate_latest(console.metrics.registry), SECRET), "content in metrics"


async def _ask(console: FastAPI, worker: FastAPI, asked: list[Asked]) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    clients = [
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://monitor") for app in (console, worker)
    ]
    for one in asked:
        answer = await clients[one.is_for_worker].request(
            one.method, one.path, params=one.query, headers=one.headers, content=one.body
        )
        _check_answer(one, answer)
        outcomes[f"{answer.status_code}"] += 1
    for client in clients:
        await client.aclose()
    return outcomes


def _check_answer(asked: Asked, answer: httpx.Response) -> None:
    assert answer.status_code in asked.allowed, f"{asked} was answered {answer.status_code}: {answer.text[:200]}"
    if answer.status_code >= 400:
        assert not leaks(answer.content, SECRET, TOKEN, *SECRETS), f"{asked} was told: {answer.text[:300]}"
    if answer.headers.get("content-type") == "application/json" and answer.content:
        answer.json()


def _check_calendar(calendar: CalendarFile) -> None:
    """What was added can be read again and is understood by every scenario."""
    if calendar.path is not None and calendar.path.exists():
        held = read_calendar(calendar.path)
        assert held == calendar.current
        held.announced("price_exploit")
        held.closed()
