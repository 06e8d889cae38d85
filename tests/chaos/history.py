"""The recorded log that is brought to Kafka while things die."""

from datetime import UTC, datetime
from pathlib import Path

from shop_services.traffic.casting import chosen
from shop_services.traffic.generate import Generation, Wish, write_log

START = datetime(2026, 3, 25, 17, tzinfo=UTC)  # the evening after the days the shipped models learnt from
EVENTS_PER_DAY = 43_000  # about what the simulated shop says; an evening is busier
INCIDENTS_PER_DAY = 6.0
EVENING = 12_000  # events up to which a log is of one evening, with an incident of every kind that shows by then
EVENING_DAYS = 5 / 24
EVENING_CAST = "stock_exhaustion:giant_add,price_exploit:shifted_decimal,daily_workload:service_stopped"


def write_history(path: Path, events: int, seed: int) -> int:
    """Write a log of about so many events, with incidents; gives their number.

    Every message in it arrives once and in time: catching up, a worker knows sooner than a replay what is to arrive
    late or again, so the two may then judge otherwise.
    """
    if events <= EVENING:
        wish = Wish(EVENING_DAYS, seed, START, chosen(EVENING_CAST))
    else:
        wish = Wish(events / EVENTS_PER_DAY, seed, START, chosen("all"), INCIDENTS_PER_DAY)
    return write_log(Generation.of(wish), path, lambda messages, share: None)
