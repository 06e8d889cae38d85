"""Verdicts and mutes over HTTP."""

import time
from datetime import datetime
from typing import Any

import pytest

from tests.builders.access import TOKENS, Client
from tests.unit.stream_app.console.conftest import PRODUCT

READ, ACT, ADMIN = TOKENS["read"], TOKENS["act"], TOKENS["admin"]
FALSE = {"verdict": "false", "cause": "a load test"}


@pytest.fixture
def incident(client: Client, two: None) -> str:
    """The open one, of a product."""
    (found,) = client.ask("GET", "/api/incidents?severity=critical", token=READ).json()["incidents"]
    return str(found["incidentId"])


def said(client: Client, incident: str) -> list[dict[str, Any]]:
    answer = client.ask("GET", f"/api/incidents/{incident}/verdicts", token=READ)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["verdicts"]
    return found


def muted(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.ask("GET", "/api/mutes", token=READ).json()["mutes"]
    return found


def test_a_verdict_on_an_incident_is_one_on_each_of_its_anomalies(client: Client, incident: str) -> None:
    judged = client.ask("POST", f"/api/incidents/{incident}/verdicts", token=ACT, json=FALSE)

    assert judged.json()["incidentId"] == incident
    (given,) = said(client, incident)
    assert given["at"] > "2026"
    assert {name: given[name] for name in given if name != "at"} == {
        "anomalyId": judged.json()["anomalies"][0],
        "verdict": "false",
        "cause": "a load test",
        "by": "act-token",
        "scenario": "stock_exhaustion",
        "entity": "product/7",
    }


def test_a_verdict_on_one_anomaly_gives_its_incident_and_may_be_changed(client: Client, incident: str) -> None:
    path = f"/api/anomalies/{PRODUCT.id}/verdicts"

    for verdict in ("unsure", "true"):
        assert client.ask("POST", path, token=ACT, json={"verdict": verdict}).json()["incidentId"] == incident

    assert [one["verdict"] for one in said(client, incident)] == ["unsure", "true"]


def test_a_mute_is_listed_until_it_is_ended(client: Client) -> None:
    wanted = {"scenario": "stock_exhaustion", "entity": "product/7", "minutes": 90, "reason": "stocktaking"}

    made = client.ask("POST", "/api/mutes", token=ACT, json=wanted)

    assert made.status_code == 201
    assert muted(client) == [made.json()]
    assert (made.json()["by"], made.json()["reason"]) == ("act-token", "stocktaking")
    assert 85 * 60 < datetime.fromisoformat(made.json()["until"]).timestamp() - time.time() <= 90 * 60

    path = f"/api/mutes/{made.json()['id']}"
    assert client.ask("DELETE", path, token=READ).status_code == 403
    assert [client.ask("DELETE", path, token=ACT).status_code for _ in range(2)] == [204, 404]
    assert muted(client) == []


@pytest.mark.parametrize(
    ("path", "body", "status", "reason"),
    [
        ("/api/incidents/x/verdicts", FALSE, 404, "no incident has the id x"),
        ("/api/anomalies/x/verdicts", FALSE, 404, "no anomaly of an incident has this id"),
        ("/api/incidents/x/verdicts", {"verdict": "odd"}, 422, "verdict"),
        ("/api/incidents/x/verdicts", {"verdict": "true", "cause": "x" * 201}, 422, "cause"),
        ("/api/incidents/x/verdicts", {"verdict": "true", "causes": "x"}, 422, "causes"),
        ("/api/mutes", {"scenario": "odd", "minutes": 5}, 422, "there is no such scenario"),
        ("/api/mutes", {"scenario": "price_exploit", "entity": "odd", "minutes": 5}, 422, "there is no such entity"),
        ("/api/mutes", {"scenario": "price_exploit", "minutes": 43_201}, 422, "minutes"),
        ("/api/mutes", {"scenario": "price_exploit", "minutes": 0}, 422, "minutes"),
        ("/api/mutes", {"scenario": "price_exploit"}, 422, "minutes"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_reason(
    client: Client, path: str, body: dict[str, Any], status: int, reason: str
) -> None:
    answer = client.ask("POST", path, token=ACT, json=body)

    assert answer.status_code == status
    assert reason in answer.text


def test_what_people_say_is_in_the_audit_log(client: Client, incident: str) -> None:
    client.ask("POST", f"/api/incidents/{incident}/verdicts", token=ACT, json=FALSE)
    client.ask("POST", "/api/anomalies/x/verdicts", token=ACT, json=FALSE)
    mute = client.ask("POST", "/api/mutes", token=ADMIN, json={"scenario": "price_exploit", "minutes": 5}).json()
    client.ask("DELETE", f"/api/mutes/{mute['id']}", token=ACT)
    client.ask("POST", "/api/mutes", token=READ, json={"scenario": "price_exploit", "minutes": 5})

    entries = client.ask("GET", "/api/audit", token=ADMIN).json()["entries"]

    assert [(one["who"], one["action"], one["target"], one["outcome"]) for one in entries[::-1]] == [
        ("act-token", "judge", incident, "done"),
        ("act-token", "judge", "x", "failed"),
        ("admin-token", "mute", "price_exploit", "done"),
        ("act-token", "unmute", mute["id"], "done"),
        ("read-token", "POST act", "/api/mutes", "refused"),
    ]


def test_every_route_is_described_with_what_it_takes(client: Client) -> None:
    described = client.ask("GET", "/openapi.json", token=READ).json()

    bodies = described["components"]["schemas"]
    assert bodies["Judgement"]["properties"]["verdict"]["enum"] == ["true", "expected", "false", "new_normal", "unsure"]
    assert all("description" in bodies["Muting"]["properties"][name] for name in ("entity", "minutes"))
    assert set(described["paths"]["/api/mutes"]["post"]["responses"]) == {"201", "401", "403", "422", "503"}
