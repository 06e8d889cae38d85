"""Every service that discovery finds runs, tells how it is, and answers errors as problem details."""

from collections.abc import Iterator
from importlib import import_module

import httpx
import pytest
from prometheus_client import CollectorRegistry

from shop_services.chassis.bus import MemoryBus
from shop_services.chassis.clock import WallClock
from shop_services.chassis.live import LiveService
from shop_services.chassis.memory import MemoryDatabase
from shop_services.chassis.metrics import ServiceMetrics
from shop_services.chassis.mint import Mint
from shop_services.chassis.service import Service, services
from shop_services.chassis.settings import PORTS
from shop_services.gateway.upstreams import ROUTES
from tests.builders.serving import served
from tests.builders.waiting import eventually

FILES = ("app", "domain", "handlers", "routes", "store")


@pytest.fixture(scope="module", params=services(), ids=lambda service: service.name)
def service(request: pytest.FixtureRequest) -> Service:
    found: Service = request.param
    return found


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[httpx.Client]:
    database = MemoryDatabase()
    live = LiveService(service, database, WallClock(), Mint("salt"), ServiceMetrics(CollectorRegistry()))
    app = import_module(f"shop_services.{service.name}.app").create(live, database, MemoryBus())

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("a secret")

    with served(app) as opened:
        yield opened


def test_it_has_the_anatomy_of_all_services(service: Service) -> None:
    for name in FILES:
        assert import_module(f"shop_services.{service.name}.{name}").__doc__


def test_it_has_a_port_and_a_way_through_the_gateway(service: Service) -> None:
    assert service.name in PORTS
    assert service.name in ROUTES.values()


def test_the_gateway_leads_to_every_path_it_serves(service: Service, client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    served = {path.split("/")[1] for path in paths} - {"broken"}

    assert served == {part for part, name in ROUTES.items() if name == service.name}


def test_it_is_healthy_and_becomes_ready(client: httpx.Client) -> None:
    assert client.get("/healthz").json()["healthy"] is True
    assert eventually(lambda: client.get("/readyz").status_code == 200)


def test_it_shows_its_metrics_from_the_start(service: Service, client: httpx.Client) -> None:
    text = client.get("/metrics").text

    assert f'shop_received_total{{outcome="failed",service="{service.service}"}} 0.0' in text
    for command in service.commands:
        assert f'command="{command.__name__}",outcome="refused"' in text


def test_an_unknown_path_is_a_problem(client: httpx.Client) -> None:
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404


def test_a_failure_is_a_problem_that_tells_no_secret(client: httpx.Client) -> None:
    answer = httpx.get(f"{client.base_url}/broken")  # the server ends the connection after this

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "a secret" not in answer.text


def test_a_body_that_makes_no_sense_is_a_problem_that_repeats_nothing(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    posts = [path for path, methods in paths.items() if "post" in methods and "{" not in path]

    for path in posts:
        answer = client.post(path, json={"password": ["hunter2"]})

        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert "hunter2" not in answer.text
