"""A Kafka that takes slowly what one client sends it: its listener stands behind a proxy with a bounded pace.

Others reach it directly, so load can be brought in at full speed while the client under test waits for the broker.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local.broker import Broker, free_port
from deploy.local.node import HOST, Node

PIECE = 8_192  # bytes forwarded at once


@dataclass(frozen=True)
class TwoDoors(Node):
    """A node with a second listener, which it announces under the port of a proxy."""

    slow_port: int = 0  # of the listener behind the proxy
    proxy_port: int = 0

    def properties(self) -> str:
        """The node's own settings with the second listener."""
        lines = dict(line.split("=", 1) for line in super().properties().splitlines())
        lines["listeners"] += f",SLOW://{HOST}:{self.slow_port}"
        lines["advertised.listeners"] += f",SLOW://{HOST}:{self.proxy_port}"
        lines["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,SLOW:PLAINTEXT,CONTROLLER:PLAINTEXT"
        return "".join(f"{name}={value}\n" for name, value in lines.items())


class Proxy:
    """Forwards connections; what clients send is let through at `bytes_per_second`, whatever they are answered."""

    def __init__(self, port: int, target: int) -> None:
        self.bytes_per_second = float("inf")
        self._port, self._target = port, target
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def start(self) -> None:
        """Listen on a thread of its own."""
        ready = threading.Event()
        self._loop.call_soon_threadsafe(lambda: self._loop.create_task(self._serve(ready)))
        self._thread.start()
        ready.wait()

    def stop(self) -> None:
        """Stop listening, and end the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        open_ends = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_ends:
            task.cancel()
        await asyncio.gather(*open_ends, return_exceptions=True)

    async def _serve(self, ready: threading.Event) -> None:
        self._server = await asyncio.start_server(self._connected, HOST, self._port)
        ready.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection(HOST, self._target)
        await asyncio.gather(
            self._forward(reader, back_writer, is_slow=True), self._forward(back_reader, writer, is_slow=False)
        )

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_slow: bool) -> None:
        try:
            with suppress(ConnectionError):  # either side went away: so does the other
                while piece := await reader.read(PIECE):
                    await asyncio.sleep(len(piece) / self.bytes_per_second if is_slow else 0)
                    writer.write(piece)
                    await writer.drain()
        finally:
            writer.close()


@dataclass(frozen=True)
class SlowBroker:
    """Where to reach it, and what holds it up."""

    broker: Broker
    proxy: Proxy
    proxied: str  # bootstrap address for the client under test

    @property
    def direct(self) -> str:
        """Bootstrap address for everybody else."""
        return self.broker.bootstrap


@contextmanager
def slow_broker(folder: Path) -> Iterator[SlowBroker]:
    """A Kafka for a while; at first nothing is held up."""
    port, controller, slow, proxy_port = (free_port() for _ in range(4))
    node = TwoDoors(folder.absolute(), port, controller, slow_port=slow, proxy_port=proxy_port)
    proxy = Proxy(proxy_port, slow)
    with Broker(folder, port, node=node, heap_mb=384) as broker:
        proxy.start()
        try:
            yield SlowBroker(broker, proxy, f"{HOST}:{proxy_port}")
        finally:
            proxy.stop()
