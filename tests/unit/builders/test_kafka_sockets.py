"""A socket that kafka-python forgets is nobody's failure; one that we forget still is."""

import gc
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka.net.compat import KafkaNetClient


@pytest.fixture
def server() -> Iterator[tuple[str, int]]:
    """The address of a server that takes connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield listening.getsockname()


def close_while_connecting(server: tuple[str, int]) -> None:
    client = KafkaNetClient(bootstrap_servers=["{}:{}".format(*server)])
    client._manager.get_connection(client.cluster.bootstrap_brokers()[0].node_id)
    client.close()


def test_a_client_closed_while_it_connects_warns_of_no_socket(server: tuple[str, int]) -> None:
    close_while_connecting(server)

    gc.collect()


def test_our_own_forgotten_socket_is_warned_of(server: tuple[str, int]) -> None:
    with pytest.warns(ResourceWarning, match="unclosed <socket"):
        socket.create_connection(server)
