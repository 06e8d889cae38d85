"""`log://`: a line in the process's own log, for trying out routes and for the local run."""

import structlog

from stream_app.alerting.ports import Message
from stream_app.alerting.routes import Endpoint
from stream_app.alerting.web import Web

SCHEMES = frozenset({"log"})
log = structlog.get_logger(__name__)


class LogChannel:
    """Writes title and id."""

    kind = "log"

    def send(self, message: Message, at: float) -> None:
        log.info("told", id=message.id, kind=message.kind, severity=message.severity, title=message.title)

    def close(self) -> None:
        """Nothing is held."""


def open_channel(endpoint: Endpoint, web: Web) -> LogChannel:
    """The channel of one endpoint."""
    return LogChannel()
