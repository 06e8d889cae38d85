"""What is checked before anything starts, said in one sentence with its remedy."""

import socket
from pathlib import Path

import pytest

from deploy.local.errors import NotReady
from deploy.local.options import RunOptions
from deploy.local.preflight import check_ports, is_running, own_folder


def test_a_taken_port_is_named_with_who_needs_it_and_how_to_choose_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = RunOptions(worker_port=port).ports()

        with pytest.raises(NotReady, match=rf"port {port}, which worker needs, is taken: .*WORKER_PORT=PORT"):
            check_ports({"worker": ports["worker"]})


def test_two_parts_cannot_have_one_port() -> None:
    options = RunOptions(worker_port=8083)

    with pytest.raises(NotReady, match="port 8083 is wanted by warehouse and by worker"):
        check_ports({name: options.ports()[name] for name in ("warehouse", "worker")})


def test_a_folder_serves_one_run_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "run"

    with own_folder(folder):
        assert is_running(folder)
        with pytest.raises(NotReady, match="another run uses"), own_folder(folder):
            pytest.fail("two runs share a folder")

    assert not is_running(folder)


def test_a_run_starts_without_what_the_last_one_left(tmp_path: Path) -> None:
    with own_folder(tmp_path):
        (tmp_path / "shop" / "orders.db").touch()
        (tmp_path / "truth.jsonl").touch()

    with own_folder(tmp_path):
        assert list((tmp_path / "shop").iterdir()) == []
        assert not (tmp_path / "truth.jsonl").exists()


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(NotReady, match=r"cannot use the folder .*file/run: Not a directory"),
        own_folder(tmp_path / "file" / "run"),
    ):
        pytest.fail("a run in a folder below a file")
