"""Who cannot listen where it is told to says so with the setting to change."""

import socket
from contextlib import closing

import pytest

from stream_app.console.options import ConsoleOptions
from stream_app.console.server import run_console
from stream_app.errors import PortInUse
from stream_app.listening import listen


def test_a_free_port_is_had() -> None:
    with closing(listen("127.0.0.1", 0, "MONITOR_PORT")) as listener:
        assert listener.getsockname()[1] > 0


def test_a_taken_port_is_told_with_the_setting_that_chooses_another() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortInUse, match=rf"127.0.0.1:{port} \(Address already in use\): stop .* set MONITOR_PORT"):
            listen("127.0.0.1", port, "MONITOR_PORT")
        with pytest.raises(PortInUse, match="MONITOR_CONSOLE_PORT"):
            run_console(ConsoleOptions(port=port))


def test_an_address_of_another_machine_is_not_called_taken() -> None:
    with pytest.raises(PortInUse, match=r"cannot listen on 203.0.113.9:8090 \(.*\): set MONITOR_HOST"):
        listen("203.0.113.9", 8090, "MONITOR_PORT")
