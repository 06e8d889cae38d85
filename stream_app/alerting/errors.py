"""What can go wrong while people are told.

MonitorError
└── AlertingError
    ├── BadRoutes           the routes cannot be used: the message names the place; exit 2
    ├── BadFeedback         a verdict or a mute cannot be taken: the message says why
    ├── WhatIfRefused       a recorded log or a model cannot be used to try thresholds; exit 2
    ├── UnknownIncident     no incident has this id; UnknownAnomaly, UnknownMute likewise
    ├── NotPossible         the incident is not in a state in which this can be done
    ├── StoreUnavailable    the database refuses: start it, or free its disk; tried again
    ├── DeliveryFailed      an endpoint did not take a message: tried again later
    └── Undeliverable       it never will: dead letter
"""

from stream_app.errors import MonitorError


class AlertingError(MonitorError):
    """Root of what alerting raises on purpose."""


class BadRoutes(AlertingError):
    """The file of routes cannot be used; the message names the place and what is allowed there."""

    exit_code = 2


class BadFeedback(AlertingError):
    """A verdict, a cause or a mute that cannot be taken; the message says what is wrong and repeats no value."""

    exit_code = 2


class WhatIfRefused(AlertingError):
    """What cannot be tried on a recorded log; the message says why, and the remedy."""

    exit_code = 2


class UnknownIncident(AlertingError):
    """No incident has this id."""


class UnknownAnomaly(UnknownIncident):
    """No anomaly of an incident has this id."""


class UnknownMute(UnknownIncident):
    """No mute has this id, or it has ended."""


class NotPossible(AlertingError):
    """The incident is not in a state in which this can be done; the message says why."""


class StoreUnavailable(AlertingError):
    """The incidents' database does not answer or refuses."""

    exit_code = 3


class DeliveryFailed(AlertingError):
    """An endpoint did not take a message; `reason` is a bounded word for metrics, the text holds no secret."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(text or reason)
        self.reason = reason


class Undeliverable(DeliveryFailed):
    """Trying again cannot help."""
