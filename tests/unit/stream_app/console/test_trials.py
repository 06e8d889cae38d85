"""Another threshold on a recorded log, asked from the console."""

import asyncio
import os
from pathlib import Path

import pytest

from stream_app.console.options import ConsoleOptions
from stream_app.console.trials import Question, TrialRefused, Trials
from tests.builders.logs import shop_lines, write


@pytest.fixture
def trials(tmp_path: Path) -> Trials:
    write(tmp_path / "evening.jsonl", shop_lines(1 / 24, 5, 0.0, 0.0, 0.0))
    (tmp_path / "notes.txt").write_text("no log")
    return Trials(ConsoleOptions(recordings=tmp_path))


def test_a_log_is_judged_by_a_process_of_its_own(trials: Trials):
    outcome = asyncio.run(trials.answer(Question("evening.jsonl", "usage_intensity", 0.5)))

    assert outcome.records > 1_000
    assert outcome.gone == ()
    assert not trials.is_busy


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question("evening.jsonl", "usage_intensity", 99.0), "threshold: "),
        (Question("notes.txt", "usage_intensity", 1.0), "no such recording"),
        (Question("../evening.jsonl", "usage_intensity", 1.0), "no such recording"),
    ],
)
def test_what_cannot_be_tried_is_refused_in_a_sentence(trials: Trials, question: Question, said: str):
    with pytest.raises(TrialRefused, match=said):
        asyncio.run(trials.answer(question))


def test_one_log_is_judged_at_a_time(trials: Trials):
    trials.is_busy = True

    with pytest.raises(TrialRefused, match="another log"):
        asyncio.run(trials.answer(Question("evening.jsonl", "usage_intensity", 1.0)))


def test_recordings_are_listed_the_newest_first(trials: Trials, tmp_path: Path):
    write(tmp_path / "older.jsonl", [])
    os.utime(tmp_path / "older.jsonl", (1, 1))

    assert trials.recordings() == ["evening.jsonl", "older.jsonl"]
    assert Trials(ConsoleOptions(recordings=tmp_path / "gone")).recordings() == []
    assert Trials(ConsoleOptions()).recordings() == []


def test_a_folder_of_logs_is_a_recording_too(trials: Trials, tmp_path: Path):
    (tmp_path / "nothing").mkdir()
    (tmp_path / "shop").mkdir()
    lines = shop_lines(1 / 24, 5, 0.0, 0.0, 0.0)
    for number, half in enumerate((lines[:600], lines[600:])):
        write(tmp_path / "shop" / f"{number}.jsonl", half)

    outcome = asyncio.run(trials.answer(Question("shop", "usage_intensity", 0.5)))

    assert outcome.records == len(lines)
    assert "nothing" not in trials.recordings()


def test_the_folder_of_a_recorder_is_one_recording(trials: Trials, tmp_path: Path):
    (tmp_path / "recorder.json").write_text("{}")

    assert trials.recordings() == [tmp_path.name]
    assert asyncio.run(trials.answer(Question(tmp_path.name, "usage_intensity", 1.0))).records > 1_000
