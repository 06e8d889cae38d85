"""The stream of changes: resumed where it was left, bounded for each reader and in their number."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from shop_services.contracts.anomaly import AnomalyDetected
from stream_app.console import api_stream, following
from stream_app.console.anomalies import Filter
from stream_app.console.api_stream import EventStream
from stream_app.console.decode import Anomaly
from stream_app.console.following import Following, TooManyReaders
from stream_app.console.metrics import ConsoleMetrics
from tests.builders.anomalies import anomaly_data, decoded

PATIENCE_SECONDS = 10.0
SCOPE = {"type": "http", "asgi": {"spec_version": "2.4"}, "method": "GET", "headers": []}


def anomaly(number: int, scenario: str = "price_exploit") -> Anomaly:
    return decoded(anomaly_data(anomaly_id=f"one-{number}", scenario=scenario))


@pytest.fixture
def metrics() -> ConsoleMetrics:
    return ConsoleMetrics(CollectorRegistry(), ("anomaly-events",))


@pytest.fixture
def news(metrics: ConsoleMetrics) -> Following:
    return Following(metrics, start="boot")


class Browser:
    """The other side of a stream: takes what is sent, as fast as `takes` lets it."""

    def __init__(self, stream: EventStream, takes: asyncio.Event | None = None) -> None:
        self.text = ""
        self.status = 0
        self._takes = takes
        self.task = asyncio.create_task(self._run(stream))

    async def _run(self, stream: EventStream) -> None:
        await stream(SCOPE, self._receive, self._send)

    async def _receive(self) -> Any:
        await asyncio.Event().wait()

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        if self._takes is not None and message["type"] == "http.response.body":
            await self._takes.wait()
        self.text += message.get("body", b"").decode()

    @property
    def events(self) -> list[dict[str, str]]:
        """The fields of each block that was received."""
        blocks = [block.split("\n") for block in self.text.split("\n\n") if block]
        return [dict(line.partition(":")[::2] for line in block if line) for block in blocks]

    @property
    def ids(self) -> list[str]:
        """The anomalies, in order."""
        data = [event["data"] for event in self.events if event.get("event", "").strip() == "anomaly"]
        return [msgspec.json.decode(each, type=AnomalyDetected).anomaly_id for each in data]

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0)


def opened(news: Following, last: str | None = None, **more: Any) -> EventStream:
    return EventStream(news, more.pop("wanted", Filter()), last, **more)


async def test_a_change_reaches_everybody_with_its_id(news: Following, metrics: ConsoleMetrics) -> None:
    news.put(anomaly(0))
    browsers = [Browser(opened(news)), Browser(opened(news))]
    await until(lambda: all(browser.text for browser in browsers))

    news.put(anomaly(1))

    await until(lambda: all(browser.ids for browser in browsers))
    assert [browser.ids for browser in browsers] == [["one-1"], ["one-1"]]
    assert browsers[0].events[0]["id"].strip() == "boot-1"  # where it begins, before anything has happened
    assert browsers[0].events[1]["id"].strip() == "boot-2"
    assert metrics.registry.get_sample_value("monitor_console_stream_clients") == 2
    for browser in browsers:
        await browser.end()
    assert metrics.registry.get_sample_value("monitor_console_stream_clients") == 0


async def test_it_is_resumed_where_it_was_left(news: Following) -> None:
    for number in range(5):
        news.put(anomaly(number))

    browser = Browser(opened(news, "boot-2"))
    await until(lambda: len(browser.ids) == 3)
    news.put(anomaly(5))
    await until(lambda: len(browser.ids) == 4)

    assert browser.ids == ["one-2", "one-3", "one-4", "one-5"]
    await browser.end()


@pytest.mark.parametrize("last", ["other-3", "boot-99", "boot-0", "boot-x", "", "9" * 90])
async def test_what_cannot_be_resumed_says_so(news: Following, monkeypatch: pytest.MonkeyPatch, last: str) -> None:
    monkeypatch.setattr(following, "KEPT", 3)
    small = Following(ConsoleMetrics(CollectorRegistry(), ()), start="boot")
    for number in range(5):
        small.put(anomaly(number))

    browser = Browser(opened(small, last))
    await until(lambda: "gap" in browser.text)

    assert browser.events[0]["id"].strip() == "boot-5"
    assert browser.ids == []
    await browser.end()


async def test_a_reader_who_is_too_slow_is_let_go_and_counted(
    news: Following, metrics: ConsoleMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes = asyncio.Event()
    slow, quick = Browser(opened(news), takes), Browser(opened(news))
    await until(lambda: bool(quick.text))
    for number in range(following.WAITING + 10):
        news.put(anomaly(number))
        await until(lambda seen=number: len(quick.ids) > seen) if number % 100 == 0 else await asyncio.sleep(0)

    assert metrics.registry.get_sample_value("monitor_console_stream_slow_clients_total") == 1
    takes.set()
    await until(slow.task.done)
    assert slow.ids[0] == "one-0"
    assert len(slow.ids) == following.WAITING  # the bound; the rest it gets by resuming
    resumed = Browser(opened(news, slow.events[-1]["id"].strip()))
    await until(lambda: len(resumed.ids) == 10)
    await quick.end()
    await resumed.end()


async def test_a_reader_who_takes_nothing_is_gone_after_a_while(
    news: Following, metrics: ConsoleMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_stream, "STUCK_SECONDS", 0.01)
    stuck = Browser(opened(news), asyncio.Event())

    await until(stuck.task.done)

    assert metrics.registry.get_sample_value("monitor_console_stream_clients") == 0


async def test_one_reader_too_many_is_told_to_come_back(news: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MOST_READERS", 1)
    first = Browser(opened(news))
    await until(lambda: bool(first.text))

    second = Browser(opened(news))
    await until(second.task.done)

    assert second.status == 503
    assert "ask again later" in second.text
    with pytest.raises(TooManyReaders), news.reading():
        pass
    await first.end()


async def test_silence_is_kept_alive_and_still_says_where_one_is(
    news: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_stream, "HEARTBEAT_SECONDS", 0.01)
    browser = Browser(opened(news, wanted=Filter(scenario="stock_exhaustion")))
    await until(lambda: bool(browser.text))
    news.put(anomaly(0))

    await until(lambda: "id: boot-1" in browser.text)

    assert browser.ids == []
    await browser.end()


async def test_it_ends_when_the_reader_may_no_longer_read(news: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_stream, "HEARTBEAT_SECONDS", 0.01)
    allowed = [True]
    browser = Browser(opened(news, may_go_on=lambda: allowed[0]))
    await until(lambda: bool(browser.text))

    allowed[0] = False

    await until(browser.task.done)


async def test_ten_thousand_changes_leave_what_is_kept_bounded(news: Following) -> None:
    one = anomaly(0)
    for _ in range(10_000):
        news.put(one)

    assert len(news.after(f"boot-{10_000 - following.KEPT}") or ()) == following.KEPT
    assert news.after(f"boot-{10_000 - following.KEPT - 1}") is None
