"""The read API over a timeline that was filled by hand."""

import asyncio
import time

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from shop_services.contracts.anomaly import AnomalyDetected
from stream_app.console import api
from stream_app.console.anomalies import LIMIT, Filter
from stream_app.console.decode import decode_reading
from stream_app.console.options import ConsoleOptions
from stream_app.console.server import create_api
from stream_app.console.state import Console
from tests.builders.anomalies import EVENING, decoded, past_anomalies, sample_anomalies, sample_readings


@pytest.fixture
def console() -> Console:
    console = Console.build(ConsoleOptions())
    for data in [*past_anomalies(30, EVENING.replace(hour=12)), *sample_anomalies()]:
        console.timeline.anomalies.put(decoded(data))
    for reading in sample_readings():
        console.timeline.curves.put(*decode_reading(msgspec.json.encode(reading)))
    return console


class Client:
    """Speaks HTTP to an application in this process."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app)

    def get(self, path: str, params: dict[str, str | int] | None = None) -> httpx.Response:
        return self.ask("GET", path, params)

    def ask(self, method: str, path: str, params: dict[str, str | int] | None = None) -> httpx.Response:
        async def once() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://console") as client:
                return await client.request(method, path, params=params)

        return asyncio.run(once())


@pytest.fixture
def client(console: Console) -> Client:
    return Client(create_api(console))


def test_open_anomalies_of_all_scenarios_are_listed(client: Client) -> None:
    found = client.get("/api/anomalies", params={"status": "open"}).json()["anomalies"]

    assert {one["scenario"] for one in found} == {
        "stock_exhaustion",
        "price_exploit",
        "usage_intensity",
        "daily_workload",
    }
    assert {one["status"] for one in found} <= {"opened", "updated"}


def test_filters_join(client: Client) -> None:
    query: dict[str, str | int] = {"status": "resolved", "scenario": "usage_intensity"}

    found = client.get("/api/anomalies", params=query).json()["anomalies"]

    assert [one["entity"]["id"] for one in found] == ["cqshop"]


def test_following_the_cursor_gives_every_anomaly_once(client: Client) -> None:
    ids: list[str] = []
    query: dict[str, str | int] = {"limit": 7}
    while True:
        page = client.get("/api/anomalies", params=query).json()
        ids += [one["anomalyId"] for one in page["anomalies"]]
        if page["nextCursor"] is None:
            break
        query["cursor"] = page["nextCursor"]

    assert len(ids) == len(set(ids)) == 36


def test_one_anomaly_comes_with_its_revisions_and_fits_the_contract(client: Client) -> None:
    wanted = sample_anomalies()[-2]

    body = client.get(f"/api/anomalies/{wanted.anomaly_id}").json()

    assert msgspec.convert(body["anomaly"], AnomalyDetected).summary == wanted.summary
    assert [step["revision"] for step in body["revisions"]] == [1, 2]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/anomalies/unknown", 404),
        ("/api/anomalies?cursor=nonsense", 422),
        ("/api/anomalies?cursor=--5_x", 422),
        (f"/api/anomalies?cursor={'9' * 5000}_x", 422),
        ("/api/anomalies?limit=0", 422),
        ("/api/anomalies?status=broken", 422),
        ("/api/readings?hours=-1", 422),
    ],
)
def test_a_request_that_cannot_be_served_is_told_so(client: Client, path: str, code: int) -> None:
    assert client.get(path).status_code == code


def test_a_refused_parameter_is_named_and_not_repeated(client: Client) -> None:
    answer = client.get("/api/anomalies?limit=hunter2&status=hunter2")

    assert {one["loc"][1] for one in answer.json()["detail"]} == {"limit", "status"}
    assert "hunter2" not in answer.text


def test_readings_of_an_entity_come_with_their_band(client: Client) -> None:
    query: dict[str, str | int] = {"entity": "order-service", "hours": 1}

    series = client.get("/api/readings", params=query).json()["series"]

    assert [one["entity"] for one in series] == [{"kind": "service", "id": "order-service"}]
    assert len(series[0]["readings"]) == 60
    assert series[0]["readings"][-1]["actual"] == 0.0
    assert series[0]["readings"][-1]["upper"] > 0


def test_an_answer_has_a_bound_and_says_how_to_stay_below_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "READINGS_LIMIT", 1_000)

    refused = client.get("/api/readings")

    assert refused.status_code == 422
    assert refused.json() == {
        "detail": "these are 1,080 readings, at most 1,000 are given: name a scenario, an entity, or fewer hours"
    }
    assert client.get("/api/readings?hours=1").status_code == 200


def test_only_what_people_say_and_do_can_be_changed(client: Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    changing = {path for path, operations in paths.items() if set(operations) - {"get"}}
    assert changing == {
        "/api/incidents/{incident_id}/acknowledge",
        "/api/incidents/{incident_id}/snooze",
        "/api/incidents/{incident_id}/verdicts",
        "/api/anomalies/{anomaly_id}/verdicts",
        "/api/mutes",
        "/api/mutes/{mute_id}",
        "/api/messages/resend",
    }
    refused = client.ask("POST", "/api/anomalies")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
    assert refused.json() == {"detail": "nothing can be changed there; /openapi.json tells what can"}


def test_an_address_that_is_none_is_told_to_programs_in_json(client: Client) -> None:
    answered = client.get("/api/anomaly")

    assert answered.status_code == 404
    assert answered.json() == {"detail": "there is no /api/anomaly; /openapi.json tells what there is"}


def test_the_description_of_an_anomaly_is_that_of_its_declaration(client: Client) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]

    assert set(schemas["AnomalyDetected"]["properties"]) == {
        field.encode_name for field in msgspec.structs.fields(AnomalyDetected)
    }


def test_ready_only_when_all_was_read_and_the_broker_answers(client: Client, console: Console) -> None:
    assert client.get("/readyz").status_code == 503

    console.feed.state.heard = time.monotonic()
    console.feed.state.caught_up = True

    assert client.get("/readyz").status_code == 200
    assert client.get("/healthz").json() == {"alive": True}


def test_metrics_count_what_is_kept(client: Client) -> None:
    page = client.get("/metrics").text

    assert 'monitor_console_anomalies{status="opened"} 2.0' in page
    assert 'monitor_console_undecodable_total{topic="anomaly-events"} 0.0' in page


def test_ten_thousand_anomalies_are_paged_without_looking_at_all_of_them(
    client: Client, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = decoded(next(past_anomalies(1, EVENING)))
    for number in range(LIMIT):
        event = msgspec.structs.replace(first.event, anomaly_id=f"old-{number:05}")
        console.timeline.anomalies.put(msgspec.structs.replace(first, event=event, start=first.start - number))
    looked: list[str] = []
    admits = Filter.admits
    monkeypatch.setattr(Filter, "admits", lambda held, one: bool(looked.append("") or admits(held, one)))

    page = client.get("/api/anomalies?limit=500").json()
    deep = client.get(f"/api/anomalies?limit=500&cursor={first.start - 9_000}_old-09000").json()

    assert len(page["anomalies"]) == len(deep["anomalies"]) == 500
    assert deep["anomalies"][0]["anomalyId"] == "old-09001"
    assert len(looked) <= 2 * (500 + 2)
