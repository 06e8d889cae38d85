"""Another threshold on a recorded log, against what is configured, from Python and as typed."""

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shop_services.contracts.topics import SHOP_TOPICS
from stream_app.__main__ import app, main
from stream_app.alerting.errors import WhatIfRefused
from stream_app.alerting.trying import Trial, try_out
from stream_app.settings import Settings
from tests.builders.logs import START, shop_lines, without, write

STEM = "daily_workload"
OUTAGE = START + timedelta(hours=2)


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    gone = without(shop_lines(4 / 24, 5, 0.0, 0.0, 0.0), SHOP_TOPICS, OUTAGE, OUTAGE + timedelta(minutes=30))
    return write(tmp_path_factory.mktemp("outage") / "log.jsonl", gone)


def configured(folder: Path, text: str) -> Settings:
    (folder / "monitor.toml").write_text(text)
    return Settings(config=folder / "monitor.toml")


def test_the_present_is_what_is_configured(outage: Path, tmp_path: Path):
    settings = configured(tmp_path, f"[detectors.{STEM}]\nthreshold = 10.0\n")

    found = try_out(settings, [outage], Trial(STEM, threshold=1.0))

    assert (list(found.present), found.added) == ([], list(found.changed))
    assert found.added


def test_a_detector_that_is_off_is_tried_as_if_it_were_on(outage: Path, tmp_path: Path):
    settings = configured(tmp_path, f'[detectors.{STEM}]\nmode = "off"\n')

    found = try_out(settings, [outage], Trial(STEM))

    assert (list(found.present), len(found.added)) == ([], len(found.changed))
    assert found.added


def test_what_the_calendar_announces_is_reported_either_way_by_nobody(outage: Path, tmp_path: Path):
    begin, end = (f"{OUTAGE + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (-1, 2))
    settings = configured(tmp_path, f"[[calendar.windows]]\nstart = {begin}\nend = {end}\n")

    found = try_out(settings, [outage], Trial(STEM))

    assert (list(found.present), list(found.changed)) == ([], [])


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        (Trial("nonsense", 1.0), "there is no scenario nonsense"),
        (Trial(STEM, 0.01), "threshold: Input should be greater than"),
        (Trial(STEM, 1.0, -1.0), "minimum_volume: "),
    ],
)
def test_what_cannot_be_configured_cannot_be_tried(trial: Trial, said: str, outage: Path):
    with pytest.raises(WhatIfRefused, match=said):
        try_out(Settings(), [outage], trial)


def test_as_typed_it_lists_what_would_come_and_go(outage: Path):
    typed = ["alerts", "what-if", "--log", str(outage), "--scenario", STEM, "--threshold", "10"]

    answer = CliRunner().invoke(app, typed)

    assert answer.exit_code == 0
    lines = answer.stdout.splitlines()
    assert all("- 2026-03-25 19:" in line for line in lines[:-1])
    assert lines[-1] == f"0 more, {len(lines) - 1} fewer, 0 the same; {len(lines) - 1} are reported at present"


def test_without_a_log_the_answer_is_one_sentence_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    typed = ["stream_app", "alerts", "what-if", "--scenario", STEM, "--threshold", "2"]
    monkeypatch.setattr("sys.argv", typed)

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert capsys.readouterr().err == "stream_app: there is no recorded log to look at; record one, then name it\n"
