"""The command line says what is wrong, and how to go on."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from shop_services.traffic.cli import app

RUNNER = CliRunner()


def test_generate_writes_a_log_and_its_truth(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"

    result = RUNNER.invoke(app, ["generate", "--days", "0.05", "--start", "2026-03-04T20:00:00Z", "-o", str(log)])

    assert result.exit_code == 0, result.output
    assert log.read_bytes().count(b"\n") > 1_000
    assert b'"time":"2026-03-04T20:00:00.000Z"' in log.read_bytes()
    assert (tmp_path / "log.truth.jsonl").exists()


def test_an_unknown_scenario_is_a_sentence_and_not_a_traceback(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["generate", "-o", str(tmp_path / "log.jsonl"), "--anomalies", "price_exploit:nothing"])

    assert result.exit_code == 2
    assert "price_exploit:zero_price" in result.output


def test_a_shop_that_is_not_there_is_a_sentence() -> None:
    result = RUNNER.invoke(app, ["live", "--gateway", "http://127.0.0.1:1", "--duration", "1"])

    assert result.exit_code == 2
    assert "does not answer" in result.output


def test_a_missing_log_is_a_sentence_before_kafka_is_asked(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["replay", str(tmp_path / "log.jsonl")])

    assert result.exit_code == 2
    assert "log.jsonl" in result.output
    assert "Kafka" not in result.output


@pytest.mark.parametrize("speed", ["0", "nan", "fast"])
def test_a_speed_that_is_none_is_refused(tmp_path: Path, speed: str) -> None:
    log = tmp_path / "log.jsonl"
    log.touch()

    result = RUNNER.invoke(app, ["replay", str(log), "--speed", speed])

    assert result.exit_code == 2
    assert "neither max nor a number" in result.output


@pytest.mark.parametrize(("target", "why"), [("/dev/full", "No space left"), ("/dev/null/log.jsonl", "File exists")])
def test_a_log_that_cannot_be_written_is_a_sentence_with_a_remedy(target: str, why: str) -> None:
    result = RUNNER.invoke(app, ["generate", "--days", "0.01", "-o", target])

    assert result.exit_code == 2
    assert why in result.output
    assert "Free some disk space, or name another file" in result.output
