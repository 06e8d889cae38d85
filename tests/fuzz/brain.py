"""The target behind intake: what was taken is judged by the shipped models, and nothing of it fails or leaks."""

import asyncio
from collections import Counter
from functools import cache
from random import Random
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry, generate_latest

from models.clock import WallClock
from models.detector import Detector
from models.scenarios.discovery import scenarios
from models.windows import Watermark
from shop_services.contracts.anomaly import Links
from shop_services.contracts.times import milliseconds
from shop_services.contracts.topics import ANOMALY_TOPIC, DEAD_LETTER_TOPIC, SHOP_TOPICS
from stream_app.counting import Counting, Reading
from stream_app.judging import Judging
from stream_app.lineup import Lineup
from stream_app.loading import LoadedModel, load_models, load_rule
from stream_app.metrics import Metrics
from stream_app.sending import FakeSender, Outgoing
from stream_app.settings import SHIPPED_MODELS
from stream_app.topics import aggregates_topic
from stream_app.turn import Slice
from tests.fuzz.events import NOON
from tests.fuzz.intake import Payloads
from tests.fuzz.logs import Logs
from tests.fuzz.secrets import ID_SECRET, SECRET, leaks

SOURCES = tuple(f"{topic}/0" for topic in SHOP_TOPICS)


@cache
def _models() -> dict[str, LoadedModel]:
    return load_models(SHIPPED_MODELS, scenarios().values())


class Brain:
    """All four scenarios behind one intake, on a clock that goes on minute by minute."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.now = milliseconds(NOON)
        self.sender, self.metrics = FakeSender(), Metrics(CollectorRegistry())
        self.clock = WallClock(lambda: self.now / 1000)
        self.counting = Counting(list(scenarios().values()), self.clock, self.sender, self.metrics)
        self.judgings = [self._judging(stem) for stem in scenarios()]
        self.offset = 0

    def _judging(self, stem: str) -> Judging:
        scenario = scenarios()[stem]
        lineup = Lineup(stem, _models()[stem], lambda reason: load_rule(scenario, reason))
        detector = Detector(scenario, lineup.guard, Watermark(30_000, frozenset(SOURCES)), dict(lineup.serving.extras))
        return Judging(
            detector, lineup, self.sender, self.metrics, self.clock, lambda _: Links(), lambda: self.now / 1000
        )

    async def take(self, payloads: Payloads) -> list[Outgoing]:
        """One batch through both stages; gives what was sent."""
        source = self.random.choice(SHOP_TOPICS)
        offsets = range(self.offset, self.offset + len(payloads))
        self.offset += len(payloads)
        await self.counting.take(Slice(source, 0, payloads, offsets, True))
        await self.counting.beat([Reading(name, True) for name in SOURCES])
        for judging in self.judgings:
            reports: list[bytes | None] = [*self.sender.values(aggregates_topic(judging.stem)), self._damaged()]
            first = judging.judged_through + 1
            await judging.take(reports, range(first, first + len(reports)), self.now / 1000)
        self.now += self.random.choice((1_000, 60_000))
        sent, self.sender.sent = self.sender.sent, []
        return sent

    def _damaged(self) -> bytes | None:
        """What is no report: it must be refused and change nothing."""
        reports = [record.value for record in self.sender.sent if record.topic.startswith("monitor-aggregates")]
        raw = self.random.choice(reports)
        at = self.random.randrange(len(raw))
        return self.random.choice((None, b"", SECRET.encode(), self.random.randbytes(30), raw[:at]))


def check(payloads: Payloads, seed: int) -> Counter[str]:
    """How many verdicts the payloads, cut in small batches, led to; AssertionError when one tells too much."""
    random = Random(seed)
    with Logs() as logs:
        brain = Brain(random)
        sent: list[Outgoing] = []
        for start in range(0, len(payloads), 20):
            sent += asyncio.run(brain.take(payloads[start : start + 20]))
    for record in sent:
        assert record.topic.startswith("monitor-aggregates") or not leaks(_told(record), SECRET, ID_SECRET), (
            record.topic
        )
    assert not leaks(generate_latest(brain.metrics.registry) + logs.text().encode(), SECRET, ID_SECRET)
    letters = [msgspec.json.decode(record.value) for record in sent if record.topic == DEAD_LETTER_TOPIC]
    batches = -(-len(payloads) // 20)
    damaged = sum(letter["topic"].startswith("monitor-aggregates") for letter in letters)
    assert damaged == batches * len(brain.judgings), "a damaged report was taken, or a good one refused"
    return Counter({"verdicts": sum(record.topic == ANOMALY_TOPIC for record in sent)})


def _told(record: Outgoing) -> bytes:
    """What a record says, an anomaly without the ids of its evidence."""
    if record.topic != ANOMALY_TOPIC:
        return record.value
    event: dict[str, Any] = msgspec.json.decode(record.value)
    event["data"].pop("evidence")
    return msgspec.json.encode(event)
