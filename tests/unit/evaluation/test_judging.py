from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.served import Served
from models.verdict import ModelIdentity
from tests.builders.sample_scenario import HundredPieces, PiecesScenario
from tests.evaluation.cli import app
from tests.evaluation.judging import Court, replayed, stems_of
from tests.evaluation.spans import HOUR
from tests.unit.evaluation.small import history


def served() -> list[Served]:
    return [Served(PiecesScenario(), HundredPieces(), ModelIdentity("stock_exhaustion", "1", "", "serving"))]


def court(folder: Path) -> Court:
    return Court(history(), ("stock_exhaustion",), folder, lambda _: None)


def test_the_clean_week_cut_into_pieces_is_judged_as_in_one(tmp_path: Path):
    cuts = [history().world.trained_until + hours * HOUR for hours in (9, 30)]

    whole, (_, in_pieces) = replayed(court(tmp_path), served(), [])[1], replayed(court(tmp_path), served(), cuts)

    assert whole.verdicts
    assert in_pieces.messages == whole.messages
    assert [one.entity for one in in_pieces.verdicts] == [one.entity for one in whole.verdicts]
    assert list(tmp_path.iterdir()) == []


def test_states_are_kept_for_every_moment_a_case_begins_at(tmp_path: Path):
    moments = [history().world.trained_until + hours * HOUR for hours in (0, 9)]

    states, _ = replayed(court(tmp_path), served(), moments)

    assert sorted(states) == moments
    assert states[moments[0]] != states[moments[1]]


def test_either_volume_family_brings_both_volume_scenarios():
    assert stems_of(["daily_workload"]) == ("usage_intensity", "daily_workload")
    assert stems_of(["price_exploit"]) == ("price_exploit",)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["run", "--families", "weather"], "no family weather"),
        (["run", "--seeds", "one"], "give numbers and ranges"),
        (["generate", "--situation", "flood", "-o", "x"], "no situation"),
    ],
)
def test_a_wrong_wish_is_named_in_one_line(arguments: list[str], reason: str):
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200", "TERM": "dumb"})

    assert result.exit_code == 2
    assert reason in result.output


def test_a_situation_is_written_as_a_log_with_its_truth(tmp_path: Path):
    log = tmp_path / "case.jsonl"

    result = CliRunner().invoke(
        app, ["generate", "--seed", "3", "--days", "7", "--situation", "giant add", "-o", str(log)]
    )

    assert result.exit_code == 0
    assert '"situation":"giant add"' in result.output
    assert log.read_text().count("\n") > 100
