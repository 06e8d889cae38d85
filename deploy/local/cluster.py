"""Several Kafka nodes on this machine as one cluster: every record on three of them, and on two before it counts.

with Cluster(Path("data"), size=3) as cluster:
    create_topics(cluster.bootstrap, {"ticks": TopicConfig(partitions=4, replicas=3)})
    cluster.nodes[0].kill()
    cluster.nodes[0].start()
"""

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from deploy.local.broker import Broker
from deploy.local.jars import DEFAULT_CACHE
from deploy.local.node import Node, free_port, new_cluster_id


class Cluster:
    """Nodes that are brokers and controllers at once, each with its data below `data`; a `with` block runs them."""

    def __init__(self, data: Path, size: int = 3, *, heap_mb: int = 384, cache: Path = DEFAULT_CACHE) -> None:
        controllers = [free_port() for _ in range(size)]
        voters = tuple(enumerate(controllers, start=1))
        cluster_id = new_cluster_id()
        nodes = [
            Node((data / f"node-{number}").absolute(), free_port(), port, number, voters) for number, port in voters
        ]
        self.nodes = [
            Broker(node.data, heap_mb=heap_mb, cache=cache, node=node, cluster_id=cluster_id) for node in nodes
        ]

    @property
    def bootstrap(self) -> str:
        """Addresses of all nodes, separated by commas: any of them that lives will do."""
        return ",".join(node.bootstrap for node in self.nodes)

    def __enter__(self) -> Self:
        """Start all nodes side by side, for none is ready before most of them are."""
        with ExitStack() as started:
            for node in self.nodes:
                started.callback(node.stop)
                node.start(wait=False)
            for node in self.nodes:
                node.wait_ready()
            started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop them, the last one first; a node that cannot be stopped does not keep the others running."""
        with ExitStack() as running:
            for node in self.nodes:
                running.callback(node.stop)
