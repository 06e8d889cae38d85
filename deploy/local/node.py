"""What one Kafka node needs before java starts: its settings file, a formatted data folder, a free port, free disk."""

import base64
import shutil
import socket
import uuid
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import BrokerUnavailable

HOST = "127.0.0.1"
MINIMUM_FREE_BYTES = 1 << 30  # Kafka stops for good on a full disk; one segment is 1 GiB at most


@dataclass(frozen=True)
class Node:
    """One KRaft node: broker and controller in one process, all on 127.0.0.1."""

    data: Path
    port: int
    controller_port: int
    node_id: int = 1
    voters: tuple[tuple[int, int], ...] = ()  # (node id, controller port) of every node; empty: this one alone

    @property
    def bootstrap(self) -> str:
        """Address for clients."""
        return f"{HOST}:{self.port}"

    def properties(self) -> str:
        """Text of `server.properties`."""
        voters = self.voters or ((self.node_id, self.controller_port),)
        replicas = min(3, len(voters))
        lines = {
            "process.roles": "broker,controller",
            "node.id": self.node_id,
            "controller.quorum.voters": ",".join(f"{node}@{HOST}:{port}" for node, port in voters),
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{HOST}:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": self.data / "log",
            "offsets.topic.replication.factor": replicas,
            "offsets.topic.num.partitions": 4,  # few groups here; fewer files, faster start
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.min.isr": max(1, replicas - 1),
            "default.replication.factor": replicas,
            "min.insync.replicas": max(1, replicas - 1),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": 0,
            "broker.session.timeout.ms": 6000,
        }
        return "".join(f"{name}={value}\n" for name, value in lines.items())

    def prepare(self) -> Path:
        """Write `server.properties` and give its path; raises `BrokerUnavailable` when the node could not run."""
        _require_disk(self.data)
        for port in (self.port, self.controller_port):
            _require_free(port)
        settings = self.data / "server.properties"
        settings.write_text(self.properties())
        return settings

    @property
    def is_formatted(self) -> bool:
        """True once the storage tool has run on the data folder."""
        return (self.data / "log" / "meta.properties").exists()


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def new_cluster_id() -> str:
    """A random cluster id in the form Kafka wants: 22 characters of URL-safe base64, not starting with a dash."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()).startswith("-"):
        continue
    return text


def _require_disk(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(data).free
    except OSError as error:
        raise BrokerUnavailable(f"cannot use {data} for Kafka's data: {error}. Choose another folder") from error
    if free < MINIMUM_FREE_BYTES:
        raise BrokerUnavailable(f"only {free >> 20} MiB are free below {data}; Kafka needs 1024. Free some disk space")


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            remedy = "Stop what listens there, or choose another port"
            raise BrokerUnavailable(f"port {port} on {HOST} is in use. {remedy}") from error
