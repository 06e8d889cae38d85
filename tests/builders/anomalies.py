"""Builds what the monitor publishes: anomalies of all four scenarios with their revisions, and readings."""

import math
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from shop_services.contracts import anomaly
from shop_services.contracts.envelope import Envelope, encode
from shop_services.contracts.ids import uuid7
from shop_services.contracts.times import milliseconds, rfc3339
from stream_app.console.decode import Anomaly, decode_anomaly

EVENING = datetime(2026, 3, 25, 20, 30, tzinfo=UTC)
MINUTE_MS = 60_000
VOLUMES = {
    ("shop", "cqshop"): 42.0,
    ("service", "cart-service"): 19.0,
    ("service", "order-service"): 3.2,
    ("service", "warehouse-service"): 11.0,
    ("service", "user-management-service"): 2.6,
    ("service", "notification-service"): 3.1,
}
MODEL = anomaly.Model(name="stock_exhaustion", version="2026.03.24-1", sha256="9f2c" * 16, stage="serving")


def anomaly_data(**changes: Any) -> anomaly.AnomalyDetected:
    """A stock exhaustion that was just opened, with the changes asked for."""
    start = changes.pop("start", EVENING - timedelta(minutes=12))
    minutes = changes.pop("minutes", 10)
    end = start + timedelta(minutes=minutes)
    told = {
        "window": anomaly.Window(start=rfc3339(start), end=rfc3339(end)),
        "detected_at_event_time": rfc3339(end),
        "detected_at": rfc3339(changes.pop("wall", datetime.now(UTC))),
    }
    entity = anomaly.Entity(**dict(zip(("kind", "id"), changes.pop("entity", ("product", "7")), strict=True)))
    return anomaly.AnomalyDetected(**{**_exhaustion(), **told, "entity": entity, **changes})


def anomaly_record(data: anomaly.AnomalyDetected) -> bytes:
    """The record's value: a CloudEvent."""
    return encode(
        Envelope(
            specversion="1.0",
            id=uuid7(datetime.now(UTC)),
            source=anomaly.SOURCE,
            type=anomaly.TYPE,
            time=data.detected_at_event_time,
            subject=f"anomaly/{data.anomaly_id}",
            data=msgspec.Raw(msgspec.json.encode(data)),
        )
    )


def decoded(data: anomaly.AnomalyDetected) -> Anomaly:
    """The anomaly as the console reads it off the topic."""
    read = decode_anomaly(anomaly_record(data))
    if read is None:
        raise ValueError("the builder made another event than an anomaly")
    return read


def sample_anomalies(now: datetime = EVENING) -> list[anomaly.AnomalyDetected]:
    """One open anomaly a scenario, each with its revisions, and two that are over; in order of publication."""
    back = timedelta(minutes=1)
    return [
        *_resolved(now - 150 * back),
        *_retracted(now - 95 * back),
        *_exhaustion_story(now - 14 * back),
        _exploit(now - 31 * back),
        *_silence_story(now - 9 * back),
        _excess(now - 6 * back),
    ]


def past_anomalies(count: int, until: datetime, seed: int = 5) -> Iterator[anomaly.AnomalyDetected]:
    """Many anomalies that are over, the newest last."""
    chance = random.Random(seed)
    for number in range(count, 0, -1):
        product = str(chance.randint(1, 400))
        pieces = chance.randint(80, 900)
        yield anomaly_data(
            anomaly_id=str(uuid.UUID(int=chance.getrandbits(128))),
            start=until - timedelta(minutes=13 * number),
            minutes=chance.randint(3, 90),
            status=chance.choice(["resolved"] * 9 + ["retracted"]),
            severity=chance.choice(["warning", "warning", "critical", "info"]),
            entity=("product", product),
            revision=2,
            score=round(chance.uniform(1.0, 4.0), 3),
            actual=float(pieces),
            summary=f"{pieces} pieces of product {product} were reserved and not bought; usually 20 to 60 are.",
        )


def sample_readings(until: datetime = EVENING, hours: float = 3.0, seed: int = 3) -> list[dict[str, Any]]:
    """One-minute readings of the shop and its services; orders have stopped nine minutes before the end."""
    chance = random.Random(seed)
    last = milliseconds(until) // MINUTE_MS * MINUTE_MS
    starts = range(last - int(hours * 60) * MINUTE_MS, last, MINUTE_MS)
    return [
        _reading(kind, name, start, _usual(volume, start), chance, last)
        for start in starts
        for (kind, name), volume in VOLUMES.items()
    ]


def _exhaustion() -> dict[str, Any]:
    return {
        "anomaly_id": "5b0f6a52-5f0e-5f9e-9d53-0f5c0c2a7a01",
        "status": "opened",
        "revision": 1,
        "scenario": "stock_exhaustion",
        "severity": "critical",
        "score": 2.41,
        "direction": "high",
        "expected": 38.0,
        "actual": 940.0,
        "lower": 0.0,
        "upper": 120.0,
        "unit": "pieces",
        "model": MODEL,
        "summary": "User 4711 holds 940 of 1,000 pieces of product 7 in reservations and bought none; usual is 38.",
        "explanation": (
            anomaly.Contribution(feature="share_of_stock_reserved", value=0.94, typical=0.04, contribution=1.32),
            anomaly.Contribution(feature="reservations_per_minute", value=21.0, typical=0.8, contribution=0.71),
            anomaly.Contribution(feature="bought_share", value=0.0, typical=0.63, contribution=0.29),
            anomaly.Contribution(feature="distinct_users", value=1.0, typical=9.0, contribution=0.09),
        ),
        "impact": anomaly.Impact(kind="stock_held", amount=940, unit="pieces"),
        "evidence": tuple(
            anomaly.Evidence(topic="warehouse-events", partition=2, offset=88_120 + n, event_id=uuid7(EVENING, n))
            for n in range(6)
        ),
        "links": anomaly.Links(runbook="https://runbooks.cqshop.example/stock-exhaustion"),
    }


def _exhaustion_story(start: datetime) -> list[anomaly.AnomalyDetected]:
    first = anomaly_data(start=start, minutes=4, score=1.12, severity="warning", actual=310.0)
    grown = {"status": "updated", "revision": 2, "score": 1.9, "severity": "warning", "actual": 700.0}
    second = anomaly_data(start=start, minutes=8, **grown)
    return [first, second, anomaly_data(start=start, minutes=12, status="updated", revision=3)]


def _exploit(start: datetime) -> anomaly.AnomalyDetected:
    return anomaly_data(
        start=start,
        minutes=20,
        anomaly_id="5b0f6a52-5f0e-5f9e-9d53-0f5c0c2a7a02",
        scenario="price_exploit",
        entity=("product", "112"),
        severity="warning",
        score=1.57,
        direction="low",
        expected=249.0,
        actual=2.49,
        lower=211.65,
        upper=286.35,
        unit="currency",
        summary="Product 112 is sold at 2.49 instead of about 249.00; 17 users ordered 61 pieces within 20 minutes.",
        impact=anomaly.Impact(kind="revenue_below_reference", amount=15_037.11, unit="currency"),
        explanation=(
            anomaly.Contribution(feature="price_ratio", value=0.01, typical=1.0, contribution=1.1),
            anomaly.Contribution(feature="orders_per_minute", value=3.05, typical=0.1, contribution=0.47),
        ),
    )


def _silence_story(start: datetime) -> list[anomaly.AnomalyDetected]:
    story = {
        "anomaly_id": "5b0f6a52-5f0e-5f9e-9d53-0f5c0c2a7a03",
        "scenario": "daily_workload",
        "entity": ("service", "order-service"),
        "direction": "low",
        "expected": 3.6,
        "actual": 0.0,
        "lower": 0.9,
        "upper": 7.4,
        "unit": "events",
        "summary": "order-service is silent: 0 events a minute since 20:21, about 3.6 (0.9 to 7.4) are usual now.",
        "impact": anomaly.Impact(kind="orders_missing", amount=29, unit="orders"),
        "evidence": (),
        "model": anomaly.Model(name="daily_workload", version="2026.03.20-1", sha256="41ab" * 16, stage="serving"),
        "explanation": (
            anomaly.Contribution(feature="order-service_events", value=0.0, typical=3.6, contribution=1.4),
            anomaly.Contribution(feature="minutes_silent", value=9.0, typical=0.0, contribution=0.75),
        ),
    }
    opened = anomaly_data(start=start, minutes=3, score=1.3, severity="warning", **story)
    return [opened, anomaly_data(start=start, minutes=8, status="updated", revision=2, score=2.15, **story)]


def _excess(start: datetime) -> anomaly.AnomalyDetected:
    return anomaly_data(
        start=start,
        minutes=5,
        anomaly_id="5b0f6a52-5f0e-5f9e-9d53-0f5c0c2a7a04",
        scenario="usage_intensity",
        entity=("service", "cart-service"),
        severity="warning",
        score=1.34,
        expected=21.0,
        actual=49.0,
        lower=11.0,
        upper=33.0,
        unit="events",
        summary="cart-service is busier than it should be: 49 events a minute, 21 (11 to 33) are usual now.",
        impact=None,
        evidence=(),
        explanation=(anomaly.Contribution(feature="events_1_min", value=49, typical=21, contribution=0.9),),
    )


def _resolved(start: datetime) -> list[anomaly.AnomalyDetected]:
    same = {
        "anomaly_id": "5b0f6a52-5f0e-5f9e-9d53-0f5c0c2a7a05",
        "scenario": "usage_intensity",
        "entity": ("shop", "cqshop"),
        "severity": "warning",
        "direction": "high",
        "expected": 40.0,
        "actual": 96.0,
        "lower": 22.0,
        "upper": 61.0,
        "unit": "events",
        "score": 1.6,
        "evidence": (),
        "impact": None,
    }
    said = "The whole shop was busier than it should be: 96 events a minute, 40 (22 to 61) were usual."
    opened = anomaly_data(start=start, minutes=2, summary=said, **same)
    return [opened, anomaly_data(start=start, minutes=18, status="resolved", revision=2, summary=said, **same)]


def _retracted(start: datetime) -> list[anomaly.AnomalyDetected]:
    same = {
        "anomaly_id": "5b0f6a52-5f0e-5f9e-9d53-0f5c0c2a7a06",
        "scenario": "price_exploit",
        "entity": ("product", "31"),
        "severity": "info",
        "score": 1.04,
    }
    said = "Product 31 looked underpriced; a late price change explains it."
    return [anomaly_data(start=start, minutes=6, status="retracted", revision=2, summary=said, **same)]


def _usual(volume: float, start: int) -> float:
    """More in the evening: the shop's day has its peak at 21 h."""
    hour = start / 3_600_000 % 24
    return volume * (0.55 + 0.45 * math.cos((hour - 21) / 24 * 2 * math.pi))


def _reading(kind: str, name: str, start: int, usual: float, chance: random.Random, last: int) -> dict[str, Any]:
    spread = 2.6 * math.sqrt(usual) + 0.5
    actual = max(0, round(chance.gauss(usual, math.sqrt(usual) * 0.8)))
    minutes_left = (last - start) // MINUTE_MS
    if name == "order-service" and minutes_left <= 9:
        actual = 0
    if name == "cart-service" and minutes_left <= 6:
        actual = round(actual * 2.4)
    if kind == "shop" and 132 <= minutes_left <= 150:
        actual = round(actual * 2.3)
    return {
        "scenario": "daily_workload" if name == "order-service" else "usage_intensity",
        "entity": {"kind": kind, "id": name},
        "start": start,
        "end": start + MINUTE_MS,
        "actual": float(actual),
        "expected": round(usual, 2),
        "lower": round(max(0.0, usual - spread), 2),
        "upper": round(usual + spread, 2),
        "unit": "events",
        "score": round(abs(actual - usual) / spread, 3),
        "at": milliseconds(datetime.now(UTC)),
    }
