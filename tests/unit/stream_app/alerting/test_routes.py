from datetime import UTC, datetime
from pathlib import Path

import pytest

from stream_app.alerting.channels import open_channels
from stream_app.alerting.errors import BadRoutes
from stream_app.alerting.routes import QuietHours, Route
from stream_app.alerting.routes_file import load_routes
from stream_app.alerting.web import Web

GOOD = """
[endpoints.oncall]
url = "https://hooks.example.com/${TOKEN}"
secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]

[endpoints.chat]
url = "json://chat.example.com"

[[routes]]
endpoints = ["oncall"]
severities = ["critical"]

[[routes]]
endpoints = ["chat"]
digest_minutes = 30
quiet = { start = 22:00:00, until = 07:00:00, zone = "Europe/Berlin" }
"""


def file_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "routes.toml"
    path.write_text(text)
    return path


def test_a_file_is_read_with_its_secrets_from_the_environment(tmp_path: Path):
    routes = load_routes(file_of(tmp_path, GOOD), {"TOKEN": "t0k3n"})

    assert routes.endpoints["oncall"].url.get_secret_value() == "https://hooks.example.com/t0k3n"
    assert {name: each.kind for name, each in open_channels(routes, Web()).items()} == {
        "oncall": "webhook",
        "chat": "apprise",
    }


def test_without_a_file_of_their_own_routes_stand_in_the_configuration(tmp_path: Path):
    nested = GOOD.replace("[[routes]]", "[[routes.routes]]").replace("[endpoints.", "[routes.endpoints.")
    config = tmp_path / "monitor.toml"
    config.write_text("[detectors.price_exploit]\nmode = 'dry'\n" + nested)

    assert load_routes(None, {"TOKEN": "t"}, config) == load_routes(file_of(tmp_path, GOOD), {"TOKEN": "t"})


def test_without_a_file_nobody_is_told():
    assert load_routes(None, {}).endpoints == {}


def test_secrets_do_not_show(tmp_path: Path):
    routes = load_routes(file_of(tmp_path, GOOD), {"TOKEN": "t0k3n"})

    for text in (repr(routes), str(routes), routes.model_dump_json()):
        assert "t0k3n" not in text
        assert "MfKQ9r8" not in text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[endpoints.a\n", "line 1"),
        ('[endpoints.a]\nurl = "https://${NOWHERE}"\n', "endpoints.a.url: NOWHERE is not set"),
        ('[endpoints.a]\nurl = "hooks.example.com/s3cret"\n', "endpoints.a.url: a URL with a scheme"),
        ('[endpoints.a]\nurl = "https://a.example"\nsecrets = ["whsec_!s3cret"]\n', "endpoints.a.secrets.0: not a"),
        ('[endpoints.a]\nurl = "log://"\n[[routes]]\nendpoints = ["b"]\n', "routes.0.endpoints: there is no end"),
        ('[endpoints.a]\nurl = "log://"\n[[routes]]\nendpoints = ["a"]\nseverity = 1\n', "routes.0.severity: Extra"),
        ('[[routes]]\nendpoints = ["a"]\nseverities = ["bad"]\n', "routes.0.severities.0: Input should be"),
        ('[endpoints.a]\nurl = "log://"\n[[routes]]\nendpoints = ["a"]\nquiet = {start = 22:00:00, until = 07:00:00,'
         ' zone = "Berlin"}\n', "routes.0.quiet.zone: no such time zone"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place_and_without_its_value(tmp_path: Path, text: str, place: str):
    with pytest.raises(BadRoutes) as raised:
        load_routes(file_of(tmp_path, text), {})

    assert place in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(BadRoutes, match=r"MONITOR_ROUTES=.*nowhere"):
        load_routes(tmp_path / "nowhere", {})


def test_a_scheme_nobody_knows_is_named_with_its_endpoint(tmp_path: Path):
    routes = load_routes(file_of(tmp_path, '[endpoints.a]\nurl = "pigeon://user:s3cret@loft"\n'), {})

    with pytest.raises(BadRoutes, match=r"endpoints\.a: url: pigeon://") as raised:
        open_channels(routes, Web())

    assert "s3cret" not in str(raised.value)


def berlin(**changes: object) -> QuietHours:
    return QuietHours.model_validate({"start": "22:00", "until": "07:00", "zone": "Europe/Berlin"} | changes)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-25T20:59:00", None),  # 21:59 in Berlin
        ("2026-03-25T21:00:00", "2026-03-26T06:00:00"),
        ("2026-03-26T05:59:00", "2026-03-26T06:00:00"),
        ("2026-03-26T06:00:00", None),
        ("2026-03-28T23:30:00", "2026-03-29T05:00:00"),  # the clocks go forward in this night
    ],
)
def test_quiet_hours_reach_over_midnight_in_their_own_time_zone(now: str, end: str | None):
    found = berlin().end_of(datetime.fromisoformat(now).replace(tzinfo=UTC))

    assert (found.astimezone(UTC).replace(tzinfo=None).isoformat() if found else None) == end


def test_quiet_hours_hold_on_the_days_on_which_they_begin():
    friday_night = datetime(2026, 3, 27, 23, tzinfo=UTC)

    assert berlin(days=["fri"]).end_of(friday_night)
    assert berlin(days=["fri"]).end_of(friday_night.replace(day=28)) is None


def test_what_is_critical_is_told_in_quiet_hours_too():
    route = Route(endpoints=("a",), quiet=berlin())
    night = datetime(2026, 3, 25, 23, tzinfo=UTC)

    assert route.held_until("critical", night) is None
    assert route.held_until("warning", night) == datetime(2026, 3, 26, 6, tzinfo=UTC)


def test_a_digest_is_due_at_the_next_full_interval():
    route = Route(endpoints=("a",), digest_minutes=30)

    assert route.held_until("warning", datetime(2026, 3, 25, 12, 10, 5, tzinfo=UTC)) == datetime(
        2026, 3, 25, 12, 30, tzinfo=UTC
    )
