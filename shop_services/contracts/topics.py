"""The topics of the shop and the public ones of the monitor."""

from shop_services.contracts.catalogue import MessageType, owners

COMMAND_TOPIC = "application-command-topic"
EVENT_TOPICS: tuple[str, ...] = tuple(sorted(owner.TOPIC for owner in owners()))
SHOP_TOPICS: tuple[str, ...] = (COMMAND_TOPIC, *EVENT_TOPICS)

ANOMALY_TOPIC = "anomaly-events"
DEAD_LETTER_TOPIC = "monitor-dead-letter"


def topic_of(kind: MessageType) -> str:
    """Where messages of this type are published: commands on the command topic, events on their owner's."""
    return COMMAND_TOPIC if kind.is_command else kind.topic
