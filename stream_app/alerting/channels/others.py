"""Every other scheme goes through Apprise: chat, mail, pagers (https://github.com/caronc/apprise/wiki).

Apprise knows no idempotency key, resolves names itself and does not say why something failed: prefer a webhook where
there is a choice. Its URLs hold tokens, so its own log is silenced.
"""

import logging
from urllib.parse import urlsplit

import apprise

from stream_app.alerting.addresses import permitted
from stream_app.alerting.channels import REST
from stream_app.alerting.errors import BadRoutes, DeliveryFailed
from stream_app.alerting.ports import Message
from stream_app.alerting.routes import Endpoint
from stream_app.alerting.web import Web

SCHEMES = frozenset({REST})
TYPES = {"critical": apprise.NotifyType.FAILURE, "warning": apprise.NotifyType.WARNING, "info": apprise.NotifyType.INFO}


class AppriseChannel:
    """Title and text to one service."""

    kind = "apprise"

    def __init__(self, service: apprise.Apprise, host: str, port: int, web: Web) -> None:
        self._service = service
        self._host = host
        self._port = port
        self._web = web

    def send(self, message: Message, at: float) -> None:
        self._check_address()
        is_over = message.kind == "resolved"
        how = apprise.NotifyType.SUCCESS if is_over else TYPES[message.severity]
        if not self._service.notify(body=message.text, title=message.title, notify_type=how):
            raise DeliveryFailed("not_taken", "the service did not take it")

    def close(self) -> None:
        """Nothing is held."""

    def _check_address(self) -> None:
        """Refuse a host inside our networks. Of many schemes the URL's host is a token: it has no address."""
        try:
            permitted(self._host, self._port, self._web.resolver, self._web.allow_private)
        except DeliveryFailed as error:
            if error.reason != "unknown_host":
                raise


def open_channel(endpoint: Endpoint, web: Web) -> AppriseChannel:
    """The channel of one endpoint; raises BadRoutes when Apprise does not know the scheme."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    service = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False, app_id="cqshop-monitor"))
    url = endpoint.url.get_secret_value()
    if not service.add(url):
        scheme = url.partition("://")[0]
        raise BadRoutes(f"url: {scheme}:// is no channel of ours, and Apprise cannot use it")
    return AppriseChannel(service, urlsplit(url).hostname or "", 443, web)
