import shutil
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from stream_app.alerting.channels import open_channel
from stream_app.alerting.channels.alertmanager import alerts_of
from stream_app.alerting.errors import DeliveryFailed, Undeliverable
from stream_app.alerting.planning import Notice, Planner
from stream_app.alerting.routes import Endpoint
from stream_app.alerting.web import Web, trusted
from tests.builders.alerting import CONSOLE, routes_of
from tests.builders.incidents import EVENING_MS, MINUTE, WALL, again, book_of, only, resolved, seen
from tests.builders.receiver import Receiver, receiver

OLD, NEW, OTHER = (f"whsec_{letter * 32}" for letter in "ABC")


@pytest.fixture
def other_side() -> Iterator[Receiver]:
    with receiver() as held:
        yield held


def notices(*anomalies: object) -> list[Notice]:
    """What is told when an incident goes through these revisions and is over."""
    planner, book, told = Planner(routes_of(), CONSOLE), book_of(), []
    for one in anomalies:
        book.take(one, WALL)  # type: ignore[arg-type]
        book.settle(EVENING_MS + 60 * MINUTE, WALL)
        told += planner.plan(only(book), WALL)
    return told


def webhook(url: str, *secrets: str, web: Web | None = None) -> object:
    return open_channel("a", Endpoint.model_validate({"url": url, "secrets": secrets}), web or Web(allow_private=True))


def test_the_specifications_own_library_verifies_the_signature_of_every_secret(other_side: Receiver):
    (notice,) = notices(seen("product/7"))
    now = datetime.now(UTC).timestamp()

    webhook(other_side.url(), NEW, OLD).send(notice.message, now)  # type: ignore[attr-defined]

    (got,) = other_side.taken
    for secret in (OLD, NEW):
        assert Webhook(secret).verify(got.body, got.headers)["type"] == "incident.opened"
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(got.body.replace(b"warning", b"trivial"), got.headers)


def test_every_attempt_has_the_same_id_and_body_and_its_own_time(other_side: Receiver):
    (notice,) = notices(seen("product/7"))
    channel = webhook(other_side.url(), NEW)

    for at in (1_800_000_000, 1_800_000_600):
        channel.send(notice.message, at)  # type: ignore[attr-defined]

    first, second = other_side.taken
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == notice.message.id
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


def test_the_name_is_resolved_once_and_that_address_is_connected_to(other_side: Receiver):
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    url = f"http://hooks.example.com:{other_side.port}/hook"
    webhook(url, web=Web(True, resolver)).send(notices(seen("product/7"))[0].message, 0)  # type: ignore[attr-defined]

    assert asked == ["hooks.example.com"]
    assert other_side.taken[0].headers["host"] == f"hooks.example.com:{other_side.port}"


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:192.168.0.1"])
def test_a_name_that_leads_inside_is_refused_though_another_address_of_it_does_not(inside: str):
    web = Web(resolver=lambda host, port: ["93.184.215.14", inside])

    with pytest.raises(DeliveryFailed) as raised:
        webhook("https://hooks.example.com", web=web).send(notices(seen("product/7"))[0].message, 0)  # type: ignore[attr-defined]

    assert raised.value.reason == "forbidden_address"


def test_a_redirect_is_not_followed(other_side: Receiver):
    with receiver() as elsewhere:
        other_side.status, other_side.location = 307, elsewhere.url()

        with pytest.raises(DeliveryFailed) as raised:
            webhook(other_side.url()).send(notices(seen("product/7"))[0].message, 0)  # type: ignore[attr-defined]

        assert raised.value.reason == "status_3xx"
        assert elsewhere.all == []


def test_an_endpoint_that_is_gone_is_not_tried_again(other_side: Receiver):
    other_side.status = 410

    with pytest.raises(Undeliverable):
        webhook(other_side.url()).send(notices(seen("product/7"))[0].message, 0)  # type: ignore[attr-defined]


def test_alertmanager_is_told_when_it_ends_and_ends_the_alert_with_the_former_severity():
    one = seen("product/7")
    worse = again(one, severity="critical")
    opened, updated, over = (each.message.data for each in notices(one, worse, resolved(worse, 20)))
    now = datetime(2026, 3, 25, 21, tzinfo=UTC)

    (alert,) = alerts_of(opened, now)
    assert alert["endsAt"] > now.isoformat()

    former, current = alerts_of(updated, now)
    assert (former["labels"], former["endsAt"]) == (alert["labels"], now.isoformat())
    assert current["labels"]["severity"] == "critical"

    (ended,) = alerts_of(over, now)
    assert (ended["labels"], ended["endsAt"]) == (current["labels"], now.isoformat())
    assert ended["startsAt"] <= ended["endsAt"]


def test_alertmanager_gets_a_list_at_its_own_path(other_side: Receiver):
    url = f"alertmanager+http://127.0.0.1:{other_side.port}/am/"
    webhook(url).send(notices(seen("product/7"))[0].message, WALL / 1000)  # type: ignore[attr-defined]

    (got,) = other_side.taken
    assert got.path == "/am/api/v2/alerts"
    assert got.json[0]["labels"]["alertname"] == "ShopIncident"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for hooks.example.com and its key."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("openssl makes the certificate")
    crt, key = tmp_path / "crt.pem", tmp_path / "key.pem"
    name = ["-subj", "/CN=hooks.example.com", "-addext", "subjectAltName=DNS:hooks.example.com"]
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", str(key), "-out", str(crt)]
    subprocess.run([openssl, *made, *name], check=True, capture_output=True)
    return crt, key


@pytest.mark.parametrize(("host", "reason"), [("hooks.example.com", ""), ("other.example.com", "unreachable")])
def test_the_certificate_must_be_that_of_the_name_though_an_address_is_connected_to(
    certificate: tuple[Path, Path], host: str, reason: str
):
    tls, trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), trusted()
    tls.load_cert_chain(*certificate)
    trust.load_verify_locations(certificate[0])
    (notice,) = notices(seen("product/7"))

    with receiver(tls=tls) as other_side:
        web = Web(True, lambda host, port: ["127.0.0.1"], trust)
        channel = webhook(f"https://{host}:{other_side.port}/hook", web=web)
        failure = ""
        try:
            channel.send(notice.message, 0)  # type: ignore[attr-defined]
        except DeliveryFailed as error:
            failure = error.reason

    assert failure == reason
    assert len(other_side.taken) == (not reason)
