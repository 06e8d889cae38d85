"""What must be so before anything starts: free ports and some room on the disk. Said in one sentence each."""

import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

from deploy.local.errors import LocalError

ENOUGH_BYTES = 500 * 2**20


class NotReady(LocalError):
    """The machine is not ready for a run; the message names the remedy."""


def check_ports(ports: Mapping[str, int]) -> None:
    """NotReady when another process listens on a port the run needs."""
    for user, port in ports.items():
        if _is_taken(port):
            raise NotReady(
                f"port {port}, which {user} needs, is taken: stop what listens there, or choose others (--help)"
            )


def check_disk(folder: Path) -> None:
    """NotReady when the folder's disk is nearly full."""
    free = shutil.disk_usage(folder).free
    if free < ENOUGH_BYTES:
        raise NotReady(f"{folder} has {free // 2**20} MB left, {ENOUGH_BYTES // 2**20} MB are needed: free some")


def _is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
