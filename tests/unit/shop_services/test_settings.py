import socket
from contextlib import closing

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
    [("port", "eighty"), ("kafka", "localhost"), ("clock", "fast"), ("clock", "scaled:0:2026-03-01T00:00:00Z:1")],
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
