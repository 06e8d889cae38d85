"""Incidents over HTTP, on the store that alerting writes."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert

from shop_services.contracts.anomaly import AnomalyDetected
from stream_app.alerting.incidents.incident import Incident
from stream_app.alerting.store import tables
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.ledger import Ledger
from stream_app.alerting.store.outbox import Outbox
from stream_app.console import incident_search
from stream_app.console.server import create_api
from stream_app.console.state import Console
from tests.builders.access import PASSWORD, SECRETS, TOKENS, Client, guarded_console
from tests.builders.incidents import MINUTE
from tests.unit.stream_app.console.conftest import CART, PRODUCT

READ, ACT, ADMIN = TOKENS["read"], TOKENS["act"], TOKENS["admin"]


def listed(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = client.ask("GET", f"/api/incidents{query}", token=READ)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["incidents"]
    return found


def the_open_one(client: Client) -> str:
    return str(listed(client, "?severity=critical")[0]["incidentId"])


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("query", "entities"),
    [
        ("", ["service/cart-service", "product/7"]),
        ("?state=open", ["product/7"]),
        ("?state=resolved", ["service/cart-service"]),
        ("?severity=critical", ["product/7"]),
        ("?scenario=daily_workload", ["service/cart-service"]),
        ("?entity=product/7", ["product/7"]),
        ("?entity=product/7&severity=warning", []),
        ("?since=2026-03-25T23:00:00Z", ["service/cart-service"]),
        ("?since=2030-01-01T00:00:00Z", []),
    ],
)
def test_filters_join(client: Client, query: str, entities: list[str]) -> None:
    assert [one["entities"][0] for one in listed(client, query)] == entities


@pytest.mark.usefixtures("two")
def test_one_incident_comes_with_anomalies_history_and_deliveries(client: Client) -> None:
    whole = client.ask("GET", f"/api/incidents/{the_open_one(client)}", token=READ).json()

    assert [msgspec.convert(one, AnomalyDetected).anomaly_id for one in whole["anomalies"]] == [PRODUCT.id]
    assert [step["kind"] for step in whole["history"]] == ["opened"]
    assert [(one["endpoint"], one["kind"], one["state"]) for one in whole["deliveries"]] == [
        ("oncall", "opened", "waiting")
    ]


@pytest.mark.usefixtures("two")
def test_acknowledging_names_whose_token_it_was(client: Client) -> None:
    path = f"/api/incidents/{the_open_one(client)}/acknowledge"

    answered = client.ask("POST", path, token=ACT, json={"note": "on it"})

    assert answered.json()["acknowledged"]["by"] == "act-token"
    assert answered.json()["acknowledged"]["note"] == "on it"
    assert client.ask("POST", path, token=ACT).status_code == 200


@pytest.mark.usefixtures("two")
def test_snoozing_lasts_as_long_as_was_said(client: Client, console: Console) -> None:
    path = f"/api/incidents/{the_open_one(client)}/snooze"

    answered = client.ask("POST", path, token=ACT, json={"minutes": 30})

    assert answered.json()["snoozedUntil"] > "2026"
    for wrong in ({}, {"minutes": 0}, {"minutes": 1e9}, {"minutes": 5, "hours": 1}, {"minutes": "NaN"}):
        assert client.ask("POST", path, token=ACT, json=wrong).status_code == 422, wrong


@pytest.mark.usefixtures("two")
def test_what_cannot_be_done_is_told_with_its_reason(client: Client) -> None:
    (over,) = listed(client, "?state=resolved")

    unknown = client.ask("POST", "/api/incidents/nothing/acknowledge", token=ACT)

    assert (unknown.status_code, unknown.json()["detail"]) == (404, "no incident has the id nothing")
    assert client.ask("GET", "/api/incidents/nothing", token=READ).status_code == 404
    refused = client.ask("POST", f"/api/incidents/{over['incidentId']}/snooze", token=ACT, json={"minutes": 5})
    assert refused.status_code == 409
    assert "is resolved" in refused.json()["detail"]


@pytest.mark.parametrize("query", ["?state=odd", "?limit=0", "?limit=1000", "?cursor=odd", "?since=yesterday"])
def test_a_filter_that_cannot_be_used_is_refused(client: Client, query: str) -> None:
    assert client.ask("GET", f"/api/incidents{query}", token=READ).status_code == 422


@pytest.mark.usefixtures("two")
def test_what_was_given_up_is_sent_again(client: Client, database: Database) -> None:
    with database.writing() as connection:
        posted = next(one for held in Ledger(connection).living(0) for one in Outbox(connection).of(held))
        Outbox(connection).bury(posted.number, 1, "refused")
    dead = posted.id

    answered = client.ask("POST", "/api/messages/resend", token=ACT, json={"ids": [dead, "none"]})

    assert answered.json() == {"revived": [dead], "unknown": ["none"]}
    assert client.ask("POST", "/api/messages/resend", token=ACT, json={}).status_code == 422
    assert client.ask("POST", "/api/messages/resend", token=ACT, json={"everything": True}).status_code == 200


ACTS = [
    ("/api/incidents/x/acknowledge", None),
    ("/api/incidents/x/snooze", {"minutes": 5}),
    ("/api/messages/resend", {"everything": True}),
    ("/api/incidents/x/verdicts", {"verdict": "true"}),
    ("/api/anomalies/x/verdicts", {"verdict": "true"}),
    ("/api/mutes", {"scenario": "price_exploit", "minutes": 5}),
]


@pytest.mark.parametrize(("path", "body"), ACTS)
def test_whoever_may_only_read_cannot_act(client: Client, path: str, body: dict[str, Any] | None) -> None:
    refused = client.ask("POST", path, token=READ, json=body)

    assert refused.status_code == 403
    assert "read-token has not the scope act" in refused.json()["detail"]
    assert client.ask("POST", path, json=body).status_code == 401


@pytest.mark.usefixtures("two")
def test_every_act_and_every_refusal_is_in_the_audit_log(client: Client) -> None:
    one = the_open_one(client)
    client.ask("POST", f"/api/incidents/{one}/acknowledge", token=ACT)
    client.ask("POST", "/api/incidents/nothing/acknowledge", token=ACT)
    client.ask("POST", f"/api/incidents/{one}/acknowledge", token=READ)
    client.ask("POST", f"/api/incidents/{one}/acknowledge", token="mon_stolen")
    client.sign_in("actor", "wrong")
    client.sign_in(PASSWORD, "actor")  # the fields mixed up

    answer = client.ask("GET", "/api/audit", token=ADMIN)

    told = [(one["who"], one["action"], one["outcome"]) for one in answer.json()["entries"]]
    assert told[::-1] == [
        ("act-token", "acknowledge", "done"),
        ("act-token", "acknowledge", "failed"),
        ("read-token", "POST act", "refused"),
        ("nobody", "POST unknown", "refused"),
        ("actor", "sign in", "refused"),
        ("nobody", "sign in", "refused"),
    ]
    assert not any(secret in answer.text for secret in (*SECRETS, "mon_stolen"))
    assert client.ask("GET", "/api/audit", token=ACT).status_code == 403


def test_the_audit_log_is_read_page_by_page(client: Client, console: Console) -> None:
    for number in range(25):
        console.door.trail.add("sre", "test", f"{number}", "done")
    targets, cursor = [], ""
    while True:
        page = client.ask("GET", f"/api/audit?limit=10{cursor}", token=ADMIN).json()
        targets += [one["target"] for one in page["entries"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"

    assert targets == [str(number) for number in reversed(range(25))]


def test_a_database_that_is_away_is_a_503_with_its_reason(tmp_path: Path) -> None:
    console = guarded_console(tmp_path)
    (tmp_path / "alerts.db").mkdir()
    client = Client(create_api(console))

    refused = client.ask("GET", "/api/incidents", token=READ)

    assert refused.status_code == 503
    assert "the incidents' database refused" in refused.json()["detail"]
    assert client.ask("GET", "/api/audit", token=ADMIN).status_code == 503
    console.desk.close()


def test_ten_thousand_incidents_are_paged_in_bounded_steps(
    client: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(database, 10_000)
    asked: list[int] = []
    page_of = Ledger.page

    def counted(ledger: Ledger, state: str | None, limit: int, before: tuple[int, str] | None) -> list[Incident]:
        asked.append(limit)
        return page_of(ledger, state, limit, before)

    monkeypatch.setattr(Ledger, "page", counted)

    first = client.ask("GET", "/api/incidents?limit=100", token=READ).json()
    rare = client.ask("GET", "/api/incidents?entity=product/9999999", token=READ).json()

    assert len(first["incidents"]) == 100
    assert first["nextCursor"]
    assert rare["incidents"] == []
    assert rare["nextCursor"]  # there is more to be looked at
    assert sum(asked) <= 2 * incident_search.LOOKED_AT
    below = client.ask("GET", f"/api/incidents?limit=1&cursor={first['nextCursor']}", token=READ).json()
    assert below["incidents"][0]["startedAt"] < first["incidents"][-1]["startedAt"]


def test_following_the_cursor_gives_every_incident_once(client: Client, database: Database) -> None:
    keep(database, 470)
    ids: list[str] = []
    cursor = ""
    while True:
        page = client.ask("GET", f"/api/incidents?limit=97&severity=warning{cursor}", token=READ).json()
        ids += [one["incidentId"] for one in page["incidents"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"

    assert len(ids) == len(set(ids)) == 470


def keep(database: Database, count: int) -> None:
    """So many incidents, a minute apart, each with one anomaly."""
    incidents, anomalies = [], []
    for number in range(count):
        event = msgspec.structs.replace(CART.event, anomaly_id=f"anomaly-{number}")
        one = msgspec.structs.replace(CART, event=event, start=CART.start - number * MINUTE)
        held = Incident(id=f"incident-{number}", opened=one.start, first_seen=one.detected)
        row = {"id": held.id, "state": "open", "severity": "warning", "opened": held.opened, "last_end": one.end}
        incidents.append({**row, "changed": 1, "is_planned": True, "data": msgspec.json.encode(held)})
        anomalies.append({"id": one.id, "incident": held.id, "data": msgspec.json.encode(one)})
    with database.writing() as connection:
        connection.execute(insert(tables.incidents), incidents)
        connection.execute(insert(tables.anomalies), anomalies)
