"""What somebody sees who asks for something that cannot be: one line, and the status that says whose fault it is."""

import subprocess
import sys
from pathlib import Path

import pytest
from kafka.errors import KafkaTimeoutError
from rich.console import Console

from deploy.local import __main__ as command
from deploy.local import parts
from deploy.local.options import SHOP_START, RunOptions
from deploy.local.screen import Screen
from deploy.local.shop_time import ShopTime


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.local", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--duration", "soon"], ["--duration", "DURATION", "'soon'", "valid number"]),
        (["--speed", "0"], ["--speed", "SPEED", "'0'", "greater than or equal to 1"]),
        (["--gateway-port", "80"], ["--gateway-port", "GATEWAY_PORT", "'80'", "8080"]),
        (["--tempo", "2"], ["--tempo"]),
    ],
    ids=["duration", "speed", "port", "unknown"],
)
def test_a_bad_option_is_one_line_with_its_value_and_what_is_allowed(arguments: list[str], named: list[str]) -> None:
    done = call(*arguments)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert [word for word in named if word not in done.stderr] == []


def test_a_request_without_a_run_is_refused(tmp_path: Path) -> None:
    done = call("stop", "orders", "--folder", str(tmp_path))

    assert done.returncode == 3
    assert done.stderr == f"deploy.local: no run uses {tmp_path}: start one with make run\n"


def test_a_part_that_does_not_exist_is_refused_where_it_was_asked_for(tmp_path: Path) -> None:
    done = call("stop", "order", "--folder", str(tmp_path))

    assert done.returncode == 2
    assert done.stderr.startswith("deploy.local: Invalid value for 'PART': 'order' is none of kafka, users, cart,")
    assert len(done.stderr.splitlines()) == 1


def test_every_part_of_a_run_can_be_asked_for() -> None:
    options, clock = RunOptions(), ShopTime(60.0, SHOP_START, 0.0)

    run = [parts.kafka(options), *parts.shop(options, clock), *parts.monitor(options, clock)]
    run += [parts.canary(options, clock), parts.recorder(options, clock), *parts.watchers(options)]

    assert [part.name for part in (*run, parts.shoppers(options, clock))] == list(parts.PART_NAMES)


def test_a_folder_that_cannot_be_emptied_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").touch()  # a file where the last run left a folder

    status = command.run(RunOptions(folder=tmp_path), Screen(Console(quiet=True)))

    assert status == 3
    assert capsys.readouterr().err.startswith(f"deploy.local: {tmp_path}/logs: File exists; free some disk space, or ")


class Unanswered:
    """A run whose Kafka takes connections and answers nothing."""

    def __init__(self, *_: object) -> None:
        """Nothing is started."""

    def start(self) -> None:
        raise KafkaTimeoutError

    def close(self) -> None:
        """Nothing is to be stopped."""


def test_a_kafka_that_does_not_answer_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "Run", Unanswered)
    monkeypatch.setattr(command, "Interruption", object)  # the signals stay the test session's

    status = command.run(RunOptions(folder=tmp_path), Screen(Console(quiet=True)))

    assert status == 3
    told = f"deploy.local: Kafka at 127.0.0.1:9092 gave no answer (KafkaTimeoutError): see {tmp_path}/logs/kafka.log\n"
    assert capsys.readouterr().err == told
