"""What the console learns of the worker over HTTP, and what it says when there is no answer."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from stream_app.console.health import HealthPoller
from tests.builders.anomalies import EVENING
from tests.builders.worker_answers import create_worker


def ask(app: FastAPI, poller: HealthPoller) -> None:
    async def once() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://worker") as client:
            await poller.ask(client)

    asyncio.run(once())


def test_a_worker_that_answers_is_read() -> None:
    poller = HealthPoller("http://worker")

    ask(create_worker(EVENING), poller)

    assert poller.state.answers
    assert poller.state.readiness.pipeline.watermark == int(EVENING.timestamp() * 1000)
    assert poller.state.by_label("monitor_consumer_lag_records", "topic")[("order-events",)] == 3
    assert poller.state.by_label("monitor_dead_letters_total", "topic", "reason") == {("cart-events", "not_json"): 2}


def test_a_worker_that_is_not_ready_is_read_all_the_same() -> None:
    app, poller = FastAPI(), HealthPoller("http://worker")
    body = '{"ready": false, "pipeline": {"healthy": false, "reason": "Kafka is down", "news": 1}}'
    app.get("/readyz")(lambda: PlainTextResponse(body, 503))
    app.get("/metrics")(lambda: PlainTextResponse(""))

    ask(app, poller)

    assert poller.state.answers
    assert poller.state.readiness.pipeline.reason == "Kafka is down"


@pytest.mark.parametrize("body", ["<html>", '{"pipeline": 3}'], ids=["no JSON", "another shape"])
def test_something_else_at_the_address_is_no_worker(body: str) -> None:
    app, poller = FastAPI(), HealthPoller("http://worker")
    app.get("/readyz")(lambda: PlainTextResponse(body))

    ask(app, poller)

    assert not poller.state.answers
    assert "is no worker" in poller.state.reason


def test_an_unreachable_worker_is_said_and_what_was_known_is_kept() -> None:
    poller = HealthPoller("http://127.0.0.1:1")
    ask(create_worker(EVENING), poller)

    async def ask_nobody() -> None:
        async with httpx.AsyncClient(base_url="http://127.0.0.1:1", trust_env=False) as client:
            await poller.ask(client)

    asyncio.run(ask_nobody())

    assert not poller.state.answers
    assert "does not answer" in poller.state.reason
    assert len(poller.state.readiness.scenarios) == 4
