"""Whether a broker holds every record of the log once: else what the workers counted says nothing of the workers."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from shop_services.contracts.topics import SHOP_TOPICS
from shop_services.traffic.replay import read_log
from tests.chaos.topics import records


def differences(bootstrap: str, log: Path) -> Sequence[str]:
    """Records that are missing or held more than once, in words, or that there are none."""
    sent = Counter(hash((record.topic, record.value)) for record in read_log(log))
    held = Counter(hash((record.topic, record.value)) for topic in SHOP_TOPICS for record in records(bootstrap, topic))
    missing, doubled = (sent - held).total(), (held - sent).total()
    if not missing and not doubled:
        return ["(Kafka holds every record of the log once)"]
    return [f"(Kafka itself holds {missing} records of the log not at all, {doubled} once too often)"]
