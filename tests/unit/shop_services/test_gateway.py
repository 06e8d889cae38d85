"""The gateway against services that answer, refuse and stay silent."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from prometheus_client import CollectorRegistry

from shop_services.chassis.metrics import ServiceMetrics
from shop_services.chassis.settings import load_settings
from shop_services.gateway.app import create_gateway
from shop_services.gateway.upstreams import upstreams
from tests.builders.serving import served


def answer(request: httpx.Request) -> httpx.Response:
    """Cart answers what it was asked, orders are too slow, the warehouse is gone, users refuse."""
    if request.url.path == "/openapi.json":
        return httpx.Response(200, json={"paths": {f"/{request.url.port}": {}}, "components": {"schemas": {}}})
    if request.url.path == "/readyz":
        return httpx.Response(200 if request.url.port == 8082 else 503)
    if request.url.port == 8084:
        raise httpx.ReadTimeout("silence", request=request)
    if request.url.port == 8083:
        raise httpx.ConnectError("nobody", request=request)
    if request.url.port == 8081:
        return httpx.Response(409, json={"title": "taken"}, headers={"content-type": "application/problem+json"})
    asked = {"method": request.method, "url": str(request.url), "body": request.content.decode()}
    return httpx.Response(202, json=asked)


@contextmanager
def gateway() -> Iterator[httpx.Client]:
    metrics = ServiceMetrics(CollectorRegistry())
    app = create_gateway(upstreams(load_settings()), metrics, transport=httpx.MockTransport(answer))
    with served(app) as client:
        yield client


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with gateway() as opened:
        yield opened


def test_a_request_reaches_its_service_as_it_was(client: httpx.Client) -> None:
    answered = client.post("/carts/3/lines?x=1", json={"productId": 7})

    assert answered.status_code == 202
    assert answered.json() == {
        "method": "POST",
        "url": "http://127.0.0.1:8082/carts/3/lines?x=1",
        "body": '{"productId":7}',
    }


def test_a_path_keeps_what_is_escaped_in_it(client: httpx.Client) -> None:
    answered = client.post("/carts/a%3Fb%00%20c?x=%26")

    assert answered.json()["url"] == "http://127.0.0.1:8082/carts/a%3Fb%00%20c?x=%26"


def test_a_refusal_comes_back_as_it_was(client: httpx.Client) -> None:
    answered = client.post("/users", json={})

    assert (answered.status_code, answered.json()) == (409, {"title": "taken"})
    assert answered.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "name", "why"), [("/orders", "orders", "in time"), ("/products", "warehouse", "reached")]
)
def test_a_service_that_does_not_answer_is_a_problem(client: httpx.Client, path: str, name: str, why: str) -> None:
    answered = client.post(path, json={})

    assert answered.status_code == 503
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json()["service"] == name
    assert why in answered.json()["detail"]


def test_an_unknown_path_is_a_problem(client: httpx.Client) -> None:
    assert client.get("/nowhere").headers["content-type"] == "application/problem+json"


def test_it_is_ready_when_every_service_is(client: httpx.Client) -> None:
    answered = client.get("/readyz")

    assert answered.status_code == 503
    assert {name for name, ready in answered.json()["services"].items() if ready} == {"cart"}


def test_the_interfaces_are_shown_as_one(client: httpx.Client) -> None:
    assert set(client.get("/openapi.json").json()["paths"]) == {f"/{port}" for port in range(8081, 8086)}


def test_metrics_know_routes_not_ids(client: httpx.Client) -> None:
    client.get("/carts/of-kim")

    text = client.get("/metrics").text

    assert 'route="/carts/{rest:path}"' in text
    assert "of-kim" not in text
