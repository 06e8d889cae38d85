"""What a configuration file may say, and how a mistake in it is told: file, line, key, what is allowed."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.finding import Finding
from models.tuning import Tuning
from stream_app.config import Config, ConfigRefused, read_config
from stream_app.config.changes import changes
from stream_app.config.places import places
from stream_app.config.reading import parse_config
from stream_app.config_cli import app

GOOD = """\
[detectors.daily_workload]
mode = "dry"
threshold = 1.5
minimum_volume = 20
budget_per_week = 0.5

[detectors.conformance]
mode = "off"

[calendar]
closed_days = [2026-03-24]

[[calendar.windows]]
start = 2026-03-25T02:00:00Z
end = 2026-03-25T03:00:00Z
reason = "maintenance"
scenarios = ["daily_workload"]
entities = ["service/order-service"]

[routes.endpoints.night]
url = "https://example.com/hook?token=s3cret"

[[routes.routes]]
endpoints = ["night"]
severities = ["critical"]
"""

MISTAKES = {
    "no TOML": ("[detectors\n", ":1:11: no TOML"),
    "unknown section": ("[detector]\n", ":1:1: detector: unknown key; allowed here: detectors, calendar, routes"),
    "unknown detector": ("[detectors.daily]\nmode = 'on'\n", "there is no detector daily; there are daily_workload"),
    "unknown key": (
        "[detectors.price_exploit]\nmode = 'on'\ntreshold = 2\n",
        ":3:1: detectors.price_exploit.treshold: unknown key; allowed here: mode, threshold, minimum_volume, budget",
    ),
    "unknown mode": (
        "\n[detectors.price_exploit]\n  mode = 'silent'\n",
        ":3:3: detectors.price_exploit.mode: Input should be 'on', 'dry' or 'off'",
    ),
    "threshold zero": ("[detectors.price_exploit]\nthreshold = 0\n", ":2:1: detectors.price_exploit.threshold: "),
    "threshold nan": ("[detectors.price_exploit]\nthreshold = nan\n", "threshold: "),
    "threshold is text": ("[detectors.price_exploit]\nthreshold = 'high'\n", "should be a valid number"),
    "negative volume": ("detectors.price_exploit.minimum_volume = -1\n", ":1:1: detectors.price_exploit.minimum_vol"),
    "budget zero": ("[detectors.price_exploit]\nbudget_per_week = 0\n", "greater than 0"),
    "key twice": ("[detectors]\n[detectors]\n", ":2:11: no TOML"),
    "window ends first": (
        "[[calendar.windows]]\nstart = 2026-03-25T03:00:00Z\nend = 2026-03-25T02:00:00Z\n",
        ":1:1: calendar.windows.0: the window ends at",
    ),
    "second window without zone": (
        "[[calendar.windows]]\nstart = 2026-03-25T02:00:00Z\nend = 2026-03-25T03:00:00Z\n"
        "[[calendar.windows]]\nstart = 2026-03-25T02:00:00\nend = 2026-03-25T03:00:00Z\n",
        ":5:1: calendar.windows.1.start: Input should have timezone info",
    ),
    "window of no scenario": (
        "[[calendar.windows]]\nstart = 2026-03-25T02:00:00Z\nend = 2026-03-25T03:00:00Z\nscenarios = ['x']\n",
        "there is no scenario x",
    ),
    "no date": ("[calendar]\nclosed_days = ['soon']\n", ":2:1: calendar.closed_days.0: "),
    "route to nowhere": ("[[routes.routes]]\nendpoints = ['night']\n", "the endpoint night, which is not declared"),
    "wrong severity": ("[[routes.routes]]\nendpoints = ['n']\nseverities = ['bad']\n", "severities.0: Input should be"),
}


def refusal(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    with pytest.raises(ConfigRefused) as refused:
        parse_config(raw, "monitor.toml")
    return str(refused.value)


def test_a_file_says_what_detectors_take() -> None:
    config = parse_config(GOOD.encode(), "monitor.toml")

    assert config.of("daily_workload").tuning == Tuning(True, True, 1.5, 20.0)
    assert config.of("conformance").tuning == Tuning(is_on=False)
    assert config.of("price_exploit").tuning == Tuning()
    calendar = config.calendar.calendar()
    assert calendar.closed_days == {date(2026, 3, 24)}
    assert [window.reason for window in calendar.windows] == ["maintenance"]
    assert config.routes.routes[0].endpoints == ("night",)


def test_an_empty_file_changes_nothing() -> None:
    assert changes(Config(), parse_config(b"", "monitor.toml")) == []


@pytest.mark.parametrize(("text", "told"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_mistake_is_told_with_its_place_and_what_is_allowed(text: str, told: str) -> None:
    message = refusal(text)

    assert told in message
    assert "monitor.toml" in message


def test_all_mistakes_are_told_at_once() -> None:
    text = "[detectors.price_exploit]\nmode = 'x'\nthreshold = 99\n[calendar]\nclosed = 1\n"

    assert len(refusal(text).splitlines()) == 4


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"\x00", b"a = " + b"[" * 5_000], ids=["no text", "zero", "deep"])
def test_what_is_no_configuration_at_all_is_refused(raw: bytes) -> None:
    assert "monitor.toml" in refusal(raw)


def test_a_refusal_repeats_no_secret() -> None:
    secret = "https://u:s3cret@example.com"
    text = f"[routes.endpoints.night]\nurl = 7\ntoken = '{secret}'\n[[routes.routes]]\nendpoints = '{secret}'\n"

    assert "s3cret" not in refusal(text)
    assert "s3cret" not in repr(parse_config(GOOD.encode(), "monitor.toml"))


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(ConfigRefused, match=r"nowhere\.toml: cannot be read \(No such file"):
        read_config(Path("nowhere.toml"))


def test_keys_stand_where_they_are_said_to_stand() -> None:
    found = places(GOOD)

    assert found["detectors", "daily_workload", "threshold"] == (3, 1)
    assert found["calendar", "windows", 0, "end"] == (15, 1)
    assert found["routes", "routes", 0, "endpoints"] == (24, 1)


def test_check_tells_what_would_change(tmp_path: Path) -> None:
    before, after = tmp_path / "before.toml", tmp_path / "after.toml"
    before.write_text(GOOD)
    after.write_text(GOOD.replace('"dry"', '"on"').replace("2026-03-24", "2026-03-26").replace("s3cret", "other"))

    result = CliRunner().invoke(app, ["check", str(after), "--dry-run", "--against", str(before)])

    assert result.exit_code == 0
    assert result.output.splitlines()[1:] == [
        "detectors.daily_workload.mode: dry -> on",
        "calendar.closed_days: - 2026-03-24",
        "calendar.closed_days: + 2026-03-26",
        "routes.endpoints: changed: night",
    ]


def test_the_schema_names_every_key() -> None:
    schema = json.loads(CliRunner().invoke(app, ["schema"]).output)

    assert set(schema["properties"]) == {"detectors", "calendar", "routes"}
    assert schema["$defs"]["DetectorConfig"]["properties"]["mode"]["enum"] == ["on", "dry", "off"]


def test_of_too_little_nothing_is_told() -> None:
    finding = Finding("", "low", 12.0, 0.0, 8.0, 16.0)

    assert Tuning(minimum_volume=12.0).admits(finding)
    assert not Tuning(minimum_volume=12.5).admits(finding)
