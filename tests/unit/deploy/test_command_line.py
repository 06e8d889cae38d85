"""What somebody sees who asks for something that cannot be: one line, and the status that says whose fault it is."""

import subprocess
import sys
from pathlib import Path

import pytest


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
