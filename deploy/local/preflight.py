"""What must be so before anything starts: a folder of our own with room on its disk, free ports."""

import fcntl
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.errors import NotReady

ENOUGH_BYTES = 1536 * 2**20  # Kafka asks for 1 GiB, an evening's records and logs for the rest
STATE = ("kafka-data", "logs", "shop", "monitor", "watchers", "requests")


def check_ports(ports: Mapping[str, tuple[int, str]]) -> None:
    """NotReady when two parts want the same port, or another process listens on one the run needs."""
    owners: dict[int, str] = {}
    for user, (port, option) in ports.items():
        variable = option.strip("-").replace("-", "_").upper()
        remedy = f"choose another with {variable}=PORT or {option} PORT"
        if port in owners:
            raise NotReady(f"port {port} is wanted by {owners[port]} and by {user}: {remedy}")
        if _is_taken(port):
            raise NotReady(f"port {port}, which {user} needs, is taken: stop what listens there, or {remedy}")
        owners[port] = user


@contextmanager
def own_folder(folder: Path) -> Iterator[None]:
    """The folder of one run at a time, emptied of what the last run left; raises NotReady."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise NotReady(f"cannot use the folder {folder}: {error.strerror}; choose another with --folder") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise NotReady(f"another run uses {folder}: stop it, or choose another folder with --folder") from error
        _empty(folder)
        _check_disk(folder)
        yield


def is_running(folder: Path) -> bool:
    """True while a run owns the folder."""
    if not (folder / "lock").exists():
        return False
    with (folder / "lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _empty(folder: Path) -> None:
    """State of different ages must never meet: the broker's records, the services' and the monitor's go together."""
    for name in STATE:
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir()
    for name in ("truth.jsonl", "summary.json"):
        (folder / name).unlink(missing_ok=True)


def _check_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < ENOUGH_BYTES:
        raise NotReady(f"{folder} has {free >> 20} MiB left, {ENOUGH_BYTES >> 20} are needed: free some disk space")


def _is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
