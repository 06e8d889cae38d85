"""The monitor's own topics: names, partitions, configuration. Created before anything reads them."""

from dataclasses import dataclass, field

from shop_services.contracts.topics import ANOMALY_TOPIC, DEAD_LETTER_TOPIC

READINGS_TOPIC = "monitor-readings"
APP_ID = "cqshop-monitor"
AGGREGATES_PREFIX = "monitor-aggregates-"
CONFORMANCE = "conformance"  # judged beside the scenarios, on a topic of its own
ALERT_DEAD_LETTER_TOPIC = "alert-dead-letters"
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class TopicLayout:
    """Partition count and Kafka's own configuration of one topic."""

    partitions: int
    configs: dict[str, str] = field(default_factory=dict)


def aggregates_topic(stem: str) -> str:
    """Where intake's reports for one scenario go."""
    return AGGREGATES_PREFIX + stem


def state_table(stem: str) -> str:
    """The table that holds one scenario's snapshots."""
    return f"state-{stem}"


def state_topic(stem: str) -> str:
    """The table's changelog, by the name that Faust gives it."""
    return f"{APP_ID}-{state_table(stem)}-changelog"


def monitor_topics(stems: tuple[str, ...]) -> dict[str, TopicLayout]:
    """Every topic the monitor writes, for the scenarios of these stems.

    A scenario has one partition: it is judged in one place, because what counts as strange there needs the whole shop
    (how many products changed price at once, which share of whose stock). What arrives is aggregates, not events.
    The states' changelogs are here too: Faust would keep each on a single broker.
    """
    retained = {"retention.ms": str(7 * 24 * HOUR_MS)}
    aggregates = TopicLayout(1, {"retention.ms": str(24 * HOUR_MS), "segment.bytes": str(64 * 2**20)})
    return {
        ANOMALY_TOPIC: TopicLayout(4, {"cleanup.policy": "compact"}),
        DEAD_LETTER_TOPIC: TopicLayout(1, retained),
        READINGS_TOPIC: TopicLayout(1, {"retention.ms": str(24 * HOUR_MS)}),
        **{aggregates_topic(stem): aggregates for stem in (*stems, CONFORMANCE)},
        **{state_topic(stem): TopicLayout(1, {"cleanup.policy": "compact"}) for stem in (*stems, CONFORMANCE)},
    }


def alert_topics() -> dict[str, TopicLayout]:
    """The topics that alerting writes."""
    return {ALERT_DEAD_LETTER_TOPIC: TopicLayout(1, {"retention.ms": str(30 * 24 * HOUR_MS)})}
