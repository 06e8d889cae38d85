"""A socket on an address that must be free, as worker and console open it before anything else."""

import errno
import socket

from stream_app.errors import PortInUse

TAKEN = (errno.EADDRINUSE, errno.EACCES)


def listen(host: str, port: int, setting: str) -> socket.socket:
    """A bound socket; raises PortInUse with the setting that chooses another port or address."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        remedy = f"stop what listens there, or set {setting}" if error.errno in TAKEN else "set MONITOR_HOST"
        raise PortInUse(f"cannot listen on {host}:{port} ({error.strerror or error}): {remedy}") from error
    return listener
