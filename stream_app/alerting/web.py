"""HTTP to an endpoint: the checked address, no redirects, no proxies, only the status of the answer counts."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

import certifi
import httpx

from stream_app.alerting.addresses import Resolver, permitted, resolve
from stream_app.alerting.errors import DeliveryFailed, Undeliverable

PORTS = {"http": 80, "https": 443}
GONE = 410  # the Standard Webhooks' word for: never again


def trusted() -> ssl.SSLContext:
    """The authorities of the web and those of this machine (SSL_CERT_FILE adds a company's own)."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


@dataclass(frozen=True, slots=True)
class Web:
    """Posts to URLs that come from people. `allow_private` lets it into our own networks."""

    allow_private: bool = False
    resolver: Resolver = resolve
    trust: ssl.SSLContext = field(default_factory=trusted)

    def post(self, url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> None:
        """Return when the answer is 2xx; else DeliveryFailed or Undeliverable, whose texts hold no part of the URL."""
        try:
            target = httpx.URL(url)
            host = target.raw_host.decode()
            address = permitted(host, target.port or PORTS[target.scheme], self.resolver, self.allow_private)
            self._post(target.copy_with(host=address), target, body, headers, timeout)
        except httpx.TimeoutException as error:
            raise DeliveryFailed("timeout") from error
        except httpx.TransportError as error:
            raise DeliveryFailed("unreachable", f"cannot connect ({type(error).__name__})") from error

    def _post(
        self, pinned: httpx.URL, named: httpx.URL, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> None:
        sent = {"user-agent": "cqshop-monitor", **headers, "host": named.netloc.decode()}
        with (
            httpx.Client(verify=self.trust, trust_env=False, follow_redirects=False, timeout=timeout) as client,
            client.stream("POST", pinned, content=body, headers=sent, extensions=_server_name(named)) as answer,
        ):
            if not answer.is_success:
                _refuse(answer.status_code)


def _server_name(named: httpx.URL) -> dict[str, str]:
    """The certificate must be that of the name, although the address is connected to."""
    return {"sni_hostname": named.raw_host.decode()} if named.scheme == "https" else {}


def _refuse(status: int) -> NoReturn:
    if status == GONE:
        raise Undeliverable("gone", "the endpoint answered 410, it is gone for good")
    raise DeliveryFailed(f"status_{status // 100}xx", f"the endpoint answered {status}")
