"""A disk that is full: the worker says so and ends, and goes on when there is space again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.broker import free_port
from tests.builders.waiting import eventually
from tests.integration.faults.sample import is_caught_up, orders, pieces, put, until, working

pytestmark = pytest.mark.connected
SIZE = "8m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes, in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("a disk that is full needs the right to mount one: run as root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte free."""
    filler = disk / "filler"
    descriptor = os.open(filler, os.O_CREAT | os.O_WRONLY)
    try:
        while os.write(descriptor, b"x" * 4096):
            continue
    except OSError:
        return filler
    finally:
        os.close(descriptor)


def start_process(broker: str, folder: Path, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.integration.worker.sample_worker", broker, str(free_port()), str(folder)]
    settings = os.environ | {"MONITOR_STORE": "rocksdb://", "MONITOR_SNAPSHOT_SECONDS": "0.05"}
    with log.open("ab") as file:
        return subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=file)


async def test_a_worker_on_a_full_disk_ends_with_a_reason_and_goes_on_when_there_is_space(
    broker: str, small_disk: Path, tmp_path: Path
) -> None:
    """INVARIANT: what is counted is in Kafka; a local copy that cannot be written costs no record."""
    log = tmp_path / "log"
    process = start_process(broker, small_disk, log)
    try:
        assert eventually(lambda: any(small_disk.rglob("*.log")), 30)
        filler = fill(small_disk)
        for product in range(60):
            await put(broker, [value for other in range(20) for value in orders(20 * product + other, 1)])
            if eventually(lambda: process.poll() is not None, 0.3):
                break
        assert process.wait(30) not in (0, None)
    finally:
        process.kill()
        process.wait()
    assert "StateUnwritable" in log.read_text()
    assert "No space left on device" in log.read_text()  # by the system, or by the store in its own words
    assert ": free some space" in log.read_text()

    filler.unlink()
    async with working(broker, small_disk, store="rocksdb://") as worker:
        await until(lambda: is_caught_up(worker) and sum(pieces(worker).values()) == 20 * (product + 1))
