"""INVARIANT: a password, an activation code and an e-mail address never leave the service.

Not to a topic, not in a metric, not in an answer; the code is answered only where the service is told to.
"""

import pytest

from shop_services.chassis.bus import MemoryBus
from shop_services.chassis.memory import MemoryDatabase
from shop_services.users.app import create
from tests.builders.live_shop import live_service
from tests.builders.serving import served
from tests.builders.waiting import eventually

PASSWORD, EMAIL = "hunter2-hunter2", "alice@example.org"


@pytest.mark.parametrize("echo_codes", [True, False])
def test_secrets_stay_inside(echo_codes: bool) -> None:
    database, bus = MemoryDatabase(), MemoryBus()
    live = live_service("users", database, echo_codes=echo_codes)
    with served(create(live, database, bus)) as client:
        registered = client.post("/users", json={"username": "alice", "password": PASSWORD, "email": EMAIL})
        with live.reading() as store:
            code = store.account(1).activation_code
        wrong = client.post("/users/1/activation", json={"code": "guess"})
        right = client.post("/users/1/activation", json={"code": code})
        shown = client.get("/users/1")
        metrics = client.get("/metrics")
        assert eventually(lambda: len(bus.records) == 6)

    assert [answer.status_code for answer in (registered, wrong, right, shown)] == [202, 422, 202, 200]
    assert shown.json() == {"userId": 1, "username": "alice", "isActive": True}
    assert registered.json().get("activationCode") == (code if echo_codes else None)
    published = b"".join(record.value for record in bus.records).decode()
    for secret in (PASSWORD, EMAIL, code):
        assert secret not in published + metrics.text + wrong.text + right.text + shown.text
    assert "passwordDigest" in published
