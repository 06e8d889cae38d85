"""What can go wrong in the simulator.

TrafficError
├── UnknownScenario
├── UnreadableLog
├── GatewayUnreachable
└── KafkaUnreachable
"""

from __future__ import annotations

from collections.abc import Sequence


class TrafficError(Exception):
    """Root of everything the simulator raises; its text is a sentence with a remedy."""


class UnknownScenario(TrafficError):
    """No variant has this name, or it cannot be played here."""

    def __init__(self, name: str, possible: Sequence[str]) -> None:
        super().__init__(
            f"There is no scenario {name!r} to play here. Take all, none or some of: {', '.join(possible)}."
        )


class UnreadableLog(TrafficError):
    """A log to replay is missing or not what it should be."""


class GatewayUnreachable(TrafficError):
    """Nobody answers at the gateway's address."""


class KafkaUnreachable(TrafficError):
    """No broker answers at the bootstrap address."""
