import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from shop_services.chassis.errors import SetupFailed
from shop_services.chassis.serving import listening
from shop_services.chassis.settings import PORTS, Settings, load_settings
from shop_services.chassis.sql import SqlDatabase


def test_every_process_has_its_own_port() -> None:
    ports = [load_settings().port_of(name) for name in PORTS]

    assert len(set(ports)) == len(PORTS)
    assert load_settings(port_offset=100).port_of("gateway") == 8180
    assert load_settings(port=1234).port_of("cart") == 1234


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "eighty"),
        ("kafka", "localhost"),
        ("clock", "fast"),
        ("clock", "scaled:0:2026-03-01T00:00:00Z:1"),
        ("clock", "scaled:nan:2026-03-01T00:00:00Z:1"),
        ("clock", "scaled:1:2026-03-01T00:00:00Z:inf"),
        ("upstream", "cart:8082"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SHOP_{name.upper()}", value)

    with pytest.raises(SetupFailed) as caught:
        load_settings()

    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"SHOP_{name.upper()} cannot be '{value}'")


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_DATABASE", "mysql://user:hunter2@host/shop")
    monkeypatch.setenv("SHOP_SALT", "hunter2")

    with pytest.raises(SetupFailed) as caught:
        load_settings()

    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(load_settings(database="sqlite:///x.db"))


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/shop.db", "postgresql+nothing://host/shop"])
def test_an_unusable_database_is_told(url: str) -> None:
    with pytest.raises(SetupFailed, match="SHOP_DATABASE cannot be used"):
        SqlDatabase(url)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1


def test_a_taken_port_is_told_in_a_sentence() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SetupFailed, match=f"Cannot listen on 127.0.0.1:{port}.*SHOP_PORT"):
            listening("cart", load_settings(port=port))


def test_an_address_that_is_not_of_this_machine_is_told_with_the_setting_that_names_it() -> None:
    with pytest.raises(SetupFailed, match=r"Cannot listen on 203.0.113.9:8082: .*SHOP_HOST"):
        listening("cart", load_settings(host="203.0.113.9"))


def test_a_password_may_hold_braces() -> None:
    settings = load_settings(database="postgresql+psycopg://shop:{a}{0}@host/{service}")

    assert settings.database_of("cart") == "postgresql+psycopg://shop:{a}{0}@host/cart"


def test_upstreams_are_named_by_service_and_port() -> None:
    settings = load_settings(upstream="http://{service}.{zone}:{port}", port_offset=10)

    assert settings.upstream_of("cart") == "http://cart.{zone}:8092"


def test_a_log_on_a_full_disk_stops_nobody() -> None:
    program = (
        "import structlog; from shop_services.chassis.serving import setup_logging;"
        "setup_logging('info'); structlog.get_logger().info('a line'); print('goes on')"
    )

    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, check=False)

    assert done.stdout == b"goes on\n"
