"""A web application on a port until it is told to stop; and how the process logs."""

import errno
import io
import logging
import socket
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog
import uvicorn
from fastapi import FastAPI

from shop_services.chassis.errors import SetupFailed
from shop_services.chassis.settings import Settings

_GRACE_SECONDS = 5
_KEEP_ALIVE_SECONDS = 30


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    address, port = listener.getsockname()
    structlog.get_logger().info("serving", process=app.title, address=f"http://{address}:{port}")
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


def listening(name: str, settings: Settings) -> socket.socket:
    """A socket on a process's address; raises SetupFailed when somebody else has it."""
    host, port = settings.host, settings.port_of(name)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        reason = (error.strerror or str(error)).lower()
        is_taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        remedy = "Stop what runs there, or set SHOP_PORT" if is_taken else "Set SHOP_HOST to an address of this machine"
        raise SetupFailed(f"Cannot listen on {host}:{port}: {reason}. {remedy}.") from None
    return listener


class ForgivingLog(io.TextIOBase):
    """A log whose lines are lost while they cannot be written: a full disk must not end the thread that tells of it."""

    def __init__(self, log: TextIO) -> None:
        self._log = log

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._log.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._log.flush()


def setup_logging(level: str) -> None:
    """JSON lines on standard error; libraries are heard from warnings on."""
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            stamp,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, ForgivingLog(sys.stderr))),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, stamp],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # It reports every attempt to connect, several a second; what matters of it the bus reports itself.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
