"""Cookies age, and failures are counted in a table that stays small."""

import time

import pytest

from stream_app.access.document import AccessDocument
from stream_app.console.access.attempts import OF_A_NAME, OF_AN_ADDRESS, WITHIN_SECONDS, Attempts
from stream_app.console.access.sessions import SECONDS, Sessions
from tests.builders.access import access_content


@pytest.fixture
def document() -> AccessDocument:
    return AccessDocument.model_validate(access_content())


def test_a_cookie_counts_for_twelve_hours(document: AccessDocument, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions, now = Sessions(b"k" * 32), time.time()
    cookie = sessions.issue(document, "actor")

    monkeypatch.setattr(time, "time", lambda: now + SECONDS - 60)
    assert sessions.identity(document, cookie)
    monkeypatch.setattr(time, "time", lambda: now + SECONDS + 60)
    assert sessions.identity(document, cookie) is None


def test_a_new_password_ends_what_was_open(document: AccessDocument) -> None:
    sessions = Sessions(b"k" * 32)
    cookie = sessions.issue(document, "actor")
    content = access_content()
    content["people"]["actor"]["password"] = "$argon2id$another"

    assert sessions.identity(AccessDocument.model_validate(content), cookie) is None


def test_the_cookie_tells_nothing_of_the_password(document: AccessDocument) -> None:
    digest = document.people["actor"].password.get_secret_value()

    assert digest[-20:] not in Sessions(b"k" * 32).issue(document, "actor")


@pytest.mark.parametrize("payload", [[], {}, 7, ["actor"], ["actor", "x", "y"], [["actor"], "x"], [None, None]])
def test_a_cookie_of_another_form_is_nobodys(document: AccessDocument, payload: object) -> None:
    sessions = Sessions(b"k" * 32)

    assert sessions.identity(document, str(sessions._signer.dumps(payload))) is None


def test_an_address_is_held_back_before_a_name_is() -> None:
    attempts = Attempts()
    for number in range(OF_AN_ADDRESS):
        attempts.failed("sre", "10.0.0.1", float(number))

    assert attempts.wait("other", "10.0.0.1", 10.0) == WITHIN_SECONDS - 10
    assert attempts.wait("sre", "10.0.0.2", 10.0) == 0
    assert attempts.wait("sre", "10.0.0.1", WITHIN_SECONDS) == 0
    for number in range(OF_A_NAME):
        attempts.failed("sre", f"10.0.1.{number}", 20.0)
    assert attempts.wait("sre", "10.0.0.2", 21.0) > 0


def test_the_table_of_failures_is_bounded() -> None:
    attempts = Attempts(most_keys=100)
    for number in range(1_000):
        attempts.failed(f"name-{number}", f"10.0.{number}", float(number))

    assert len(attempts) == 100
