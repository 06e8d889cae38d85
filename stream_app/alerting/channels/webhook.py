"""`https://` and `http://`: a webhook after the Standard Webhooks specification, signed with every secret given."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from standardwebhooks.webhooks import Webhook

from stream_app.alerting.ports import Message
from stream_app.alerting.routes import Endpoint
from stream_app.alerting.web import Web

SCHEMES = frozenset({"https", "http"})


class WebhookChannel:
    """Posts `{type, timestamp, data}`. `webhook-id` stays the same at every attempt: the receiver's idempotency key."""

    kind = "webhook"

    def __init__(self, endpoint: Endpoint, web: Web) -> None:
        self._url = endpoint.url
        self._timeout = endpoint.timeout_seconds
        self._signers = [Webhook(secret.get_secret_value()) for secret in endpoint.secrets]
        self._web = web

    def send(self, message: Message, at: float) -> None:
        body = msgspec.json.encode(
            {"type": f"incident.{message.kind}", "timestamp": message.data["toldAt"], "data": message.data}
        )
        headers = {"content-type": "application/json", **signed(self._signers, message.id, at, body)}
        self._web.post(self._url.get_secret_value(), body, headers, self._timeout)

    def close(self) -> None:
        """Nothing is held."""


def signed(signers: Sequence[Webhook], message_id: str, at: float, body: bytes) -> dict[str, str]:
    """The headers of one attempt; during a rotation the signatures of all secrets, separated by spaces."""
    moment = datetime.fromtimestamp(int(at), UTC)
    headers = {"webhook-id": message_id, "webhook-timestamp": str(int(at))}
    if signers:
        headers["webhook-signature"] = " ".join(each.sign(message_id, moment, body.decode()) for each in signers)
    return headers


def open_channel(endpoint: Endpoint, web: Web) -> WebhookChannel:
    """The channel of one endpoint."""
    return WebhookChannel(endpoint, web)
