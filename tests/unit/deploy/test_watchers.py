"""Prometheus and Alertmanager of a local run: the shipped configuration, aimed at that run's ports."""

from pathlib import Path

from deploy.local import parts
from deploy.local.children import Part
from deploy.local.options import RunOptions
from deploy.local.programs import INSTALL, find
from deploy.local.watchers import aimed_at, prometheus_for, read, telling

OPTIONS = RunOptions(worker_port=7000, console_port=7001, shop_port=8180, prometheus_port=7002, with_watchers=True)


def test_every_job_of_the_shipped_configuration_is_aimed_at_the_run() -> None:
    config = prometheus_for(OPTIONS)

    targets = {job["job_name"]: job["static_configs"][0]["targets"] for job in config["scrape_configs"]}
    assert targets["worker"] == ["127.0.0.1:7000"]
    assert targets["console"] == ["127.0.0.1:7001"]
    assert targets["shop"] == [f"127.0.0.1:{port}" for port in range(8180, 8186)]
    assert targets["prometheus"] == ["127.0.0.1:7002"]
    assert config["alerting"]["alertmanagers"] == [{"static_configs": [{"targets": ["127.0.0.1:7003"]}]}]
    assert config["global"]["external_labels"] == {"console": "http://127.0.0.1:7001"}


def test_a_process_that_does_not_run_is_not_missed() -> None:
    config = aimed_at({"worker": [7000]}, 7003, "http://console")

    assert [job["job_name"] for job in config["scrape_configs"]] == ["worker"]


def test_a_run_tells_no_one_but_its_own_page() -> None:
    config = telling("", read("alertmanager/alertmanager.yml"))

    assert {tuple(receiver) for receiver in config["receivers"]} == {("name",)}
    assert config["route"] == read("alertmanager/alertmanager.yml")["route"]


def test_a_run_with_a_hook_tells_every_receiver_there() -> None:
    config = telling("http://127.0.0.1:9000/", read("alertmanager/alertmanager.yml"))

    urls = {each["name"]: each["webhook_configs"][0]["url"] for each in config["receivers"]}
    assert urls["pager"] == "http://127.0.0.1:9000/pager"
    assert urls.keys() == {each["name"] for each in read("alertmanager/alertmanager.yml")["receivers"]}


def test_the_rules_are_those_that_are_shipped() -> None:
    (pattern,) = prometheus_for(OPTIONS)["rule_files"]

    assert list(Path(pattern).parent.glob(Path(pattern).name))


def test_a_run_without_the_programs_needs_none_of_their_ports() -> None:
    assert {"prometheus", "alertmanager"} <= set(OPTIONS.ports())
    assert not {"prometheus", "alertmanager"} & set(RunOptions().ports())


def test_a_program_of_the_machine_is_called_by_its_path(tmp_path: Path, monkeypatch) -> None:
    program = tmp_path / "prometheus-alertmanager"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    alertmanager: Part = parts.watchers(OPTIONS)[0]

    assert alertmanager.command[0] == str(program)
    assert "--cluster.listen-address=" in alertmanager.command
    assert find("prometheus") is None
    assert "prometheus-alertmanager" in INSTALL
