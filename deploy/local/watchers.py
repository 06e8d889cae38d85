"""The shipped configuration of Prometheus and Alertmanager, with the addresses of one run in place of the defaults."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from deploy.local.options import SERVICES, RunOptions

DEPLOY = Path(__file__).parent.parent
JOBS = {
    **{part: (part,) for part in ("worker", "console", "alerts", "canary", "recorder")},
    "shop": ("gateway", *SERVICES),
}
INTERVAL = "2s"  # a run lasts minutes


def configuration_files(folder: Path) -> tuple[Path, Path]:
    """Where the files of Prometheus and Alertmanager are."""
    return folder / "prometheus.yml", folder / "alertmanager.yml"


def write_configuration(options: RunOptions) -> None:
    """Write both files for a run."""
    folder = options.folder / "watchers"
    folder.mkdir(parents=True, exist_ok=True)
    prometheus, alertmanager = configuration_files(folder)
    prometheus.write_text(yaml.safe_dump(prometheus_for(options)))
    alertmanager.write_text(yaml.safe_dump(telling(options.hook, read("alertmanager/alertmanager.yml"))))


def prometheus_for(options: RunOptions) -> dict[str, Any]:
    """The shipped configuration for the processes of a run."""
    ports = {name: port for name, (port, _) in options.ports().items()}
    targets = {job: [ports[part] for part in parts if part in ports] for job, parts in JOBS.items()}
    return aimed_at(targets | {"prometheus": [options.prometheus_port]}, options.alertmanager_port, options.console_url)


def aimed_at(targets: Mapping[str, Sequence[int]], alertmanager: int, console: str) -> dict[str, Any]:
    """The shipped configuration with local ports by job; a job without any is left out."""
    config = read("prometheus/prometheus.yml")
    config["global"] |= {"scrape_interval": INTERVAL, "evaluation_interval": INTERVAL}
    config["global"]["external_labels"]["console"] = console
    config["rule_files"] = [str(DEPLOY / "prometheus/rules/*.yml")]
    config["alerting"]["alertmanagers"] = [_at([alertmanager])]
    config["scrape_configs"] = [
        {"job_name": job["job_name"], **_at(targets[job["job_name"]])}
        for job in config["scrape_configs"]
        if targets.get(job["job_name"])
    ]
    return config


def telling(hook: str, config: dict[str, Any]) -> dict[str, Any]:
    """Every receiver becomes a path below this URL; without one Alertmanager's own page shows the alerts."""
    return config | {"receivers": [_receiver(each["name"], hook) for each in config["receivers"]]}


def _receiver(name: str, hook: str) -> dict[str, Any]:
    return {"name": name, "webhook_configs": [{"url": f"{hook.rstrip('/')}/{name}"}]} if hook else {"name": name}


def read(name: str) -> dict[str, Any]:
    """A shipped file below `deploy`."""
    content: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text())
    return content


def _at(ports: Sequence[int]) -> dict[str, Any]:
    return {"static_configs": [{"targets": [f"127.0.0.1:{port}" for port in ports]}]}
