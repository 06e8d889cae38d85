import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from models.__main__ import main
from models.registry import Registry
from models.training.bundling import write_bundle
from tests.builders.logs import record, shop_lines, write
from tests.builders.messages import added
from tests.builders.trained import trained_svm

BAD_INPUT = 2


class Ended(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """`run("list", "--registry", folder)`: a command as typed."""

    def typed(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["models", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        return Ended(int(end.value.code or 0), *capsys.readouterr())

    return typed


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry with one version, promoted."""
    folder = tmp_path / "registry"
    write_bundle(folder, trained_svm(seed=1), "0001", datetime(2026, 3, 25, tzinfo=UTC))
    Registry(folder).promote("usage_intensity", "0001")
    return folder


def test_list_marks_the_promoted_version(run: Callable[..., Ended], registry: Path) -> None:
    ended = run("list", "--registry", registry)

    assert ended.status == 0
    assert ended.out.startswith("* usage_intensity")


def test_show_prints_the_card(run: Callable[..., Ended], registry: Path) -> None:
    card = msgspec.json.decode(run("show", "usage_intensity", "--registry", registry).out)

    assert card["version"] == "0001"
    assert card["metrics"] == {"recall": 1.0}


def test_verify_passes_what_stands_and_fails_what_was_changed(run: Callable[..., Ended], registry: Path) -> None:
    assert run("verify", registry).status == 0

    (registry / "usage_intensity" / "0001" / "model.onnx").write_bytes(b"x")
    ended = run("verify", registry)

    assert ended.status == 1
    assert "sha256 differs" in ended.out


def test_a_damaged_version_is_not_promoted(run: Callable[..., Ended], registry: Path) -> None:
    (registry / "usage_intensity" / "0001" / "extras.json").unlink()

    ended = run("promote", "usage_intensity", "0001", "--registry", registry)

    assert ended.status == BAD_INPUT
    assert "no readable extras.json" in ended.err


def test_rollback_lets_the_version_before_serve_again(run: Callable[..., Ended], registry: Path) -> None:
    write_bundle(registry, trained_svm(seed=2), "0002", datetime(2026, 3, 26, tzinfo=UTC))
    run("promote", "usage_intensity", "0002", "--registry", registry)

    ended = run("rollback", "usage_intensity", "--registry", registry)

    assert (ended.status, ended.out) == (0, "usage_intensity 0001 serves again\n")
    assert run("rollback", "usage_intensity", "--registry", registry).status == BAD_INPUT


def test_shadow_marks_a_version_and_off_removes_the_mark(run: Callable[..., Ended], registry: Path) -> None:
    write_bundle(registry, trained_svm(seed=2), "0002", datetime(2026, 3, 26, tzinfo=UTC))

    assert run("shadow", "usage_intensity", "0002", "--registry", registry).status == 0
    assert "~ usage_intensity      0002" in run("list", "--registry", registry).out
    assert run("shadow", "usage_intensity", "--off", "--registry", registry).status == 0
    assert "~" not in run("list", "--registry", registry).out
    assert run("shadow", "usage_intensity", "0009", "--registry", registry).status == BAD_INPUT


def test_the_shipped_models_stand(run: Callable[..., Ended]) -> None:
    assert run("verify").status == 0


def test_replay_writes_what_the_worker_would_publish(run: Callable[..., Ended], tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", shop_lines(1 / 24, 5, 0.0, 0.0, 0.0))
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"

    ended = run("replay", log, "-o", first, "--save-state", tmp_path / "state")
    again = run("replay", log, "-o", second, "--report-from", "2026-03-25T17:30:00Z")

    assert (ended.status, again.status) == (0, 0)
    assert "records in" in ended.err
    kept = [line for line in first.read_bytes().splitlines() if b'"time":"2026-03-25T17:0' not in line]
    assert set(second.read_bytes().splitlines()) <= set(kept)
    assert (tmp_path / "state").stat().st_size > 0


BAD: dict[str, tuple[list[str], str]] = {
    "a refit on a missing log": (["refit", "--log", "nowhere.jsonl"], "cannot be read"),
    "a refit on one day": (["refit", "--log", "short.jsonl"], "training needs 7"),
    "a refit on an empty log": (["refit", "--log", "empty.jsonl"], "holds no records"),
    "a refit on a wrong topic": (["refit", "--log", "topic.jsonl"], "names the topic 'orders'"),
    "a refit without its anomalies": (["refit", "--log", "short.jsonl", "--anomalies", "nowhere"], "cannot be read"),
    "an evaluation on one day": (["evaluate", "usage_intensity", "--log", "short.jsonl"], "training needs 7"),
    "an evaluation of nothing": (["evaluate", "nothing", "--log", "short.jsonl"], "no scenario nothing"),
    "a calibration on one day": (["calibrate", "--budget", "1/week", "--log", "short.jsonl"], "training needs 7"),
    "a calibration to nothing": (["calibrate", "--budget", "few", "--log", "short.jsonl"], "as 0.5/week"),
    "a missing log": (["train", "--log", "nowhere.jsonl"], "cannot be read"),
    "a short log": (["train", "--log", "short.jsonl"], "training needs 7"),
    "an empty log": (["train", "--log", "empty.jsonl"], "holds no records"),
    "a wrong topic": (["replay", "topic.jsonl", "-o", "out.jsonl"], "names the topic 'orders'"),
    "an unknown scenario": (["replay", "short.jsonl", "-o", "out.jsonl", "--only", "nothing"], "no scenario nothing"),
    "a wrong time": (["replay", "short.jsonl", "-o", "out.jsonl", "--report-from", "noon"], "no RFC 3339 time"),
    "no such state": (["replay", "short.jsonl", "-o", "out.jsonl", "--load-state", "nowhere"], "cannot be read"),
    "no such calendar": (["replay", "short.jsonl", "-o", "out.jsonl", "--calendar", "nowhere"], "cannot be read"),
    "no place to write": (["replay", "short.jsonl", "-o", "nowhere/out.jsonl"], "cannot be written"),
    "no models": (["replay", "short.jsonl", "-o", "out.jsonl", "--registry", "nowhere"], "no version is promoted"),
    "an empty registry": (["list", "--registry", "nowhere"], "holds no models"),
    "nothing to verify": (["verify", "nowhere"], "holds no models"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence_and_status_two(
    case: str, run: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        Path("short.jsonl"), [record("cart-events", added(1, 7, 1, 1.0, f"1{hour}:00:00"), None) for hour in range(9)]
    )
    write(Path("empty.jsonl"), [])
    write(Path("topic.jsonl"), [record("orders", b"{}", None)])
    words, sentence = BAD[case]

    ended = run(*words)

    assert ended.status == BAD_INPUT
    assert sentence in " ".join(ended.err.replace("│", " ").split())
    assert "Traceback" not in ended.err
