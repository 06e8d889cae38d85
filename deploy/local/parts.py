"""The parts of the system and how each is called."""

import os
import secrets
import signal
from pathlib import Path

from deploy.local.children import Part
from deploy.local.options import SERVICES, RunOptions
from deploy.local.programs import find
from deploy.local.shop_time import ShopTime
from deploy.local.watchers import configuration_files

MONITOR = ("worker", "alerts", "console")
ROUTES = Path(__file__).parent / "routes.toml"
RESEND = "--rules.alert.resend-delay=5s"  # what fires before Prometheus has found Alertmanager is told again then
WATCHERS = ("alertmanager", "prometheus")
PART_NAMES = ("kafka", *SERVICES, "gateway", *MONITOR, "canary", "recorder", *WATCHERS, "shoppers")
CANARY_SECONDS = 45  # a run lasts minutes
PIECE_SECONDS = 20  # of the recording: what another threshold would have found can be asked after so long
LATENESS_WALL_SECONDS = 1.5  # what relays and consumers may take; in shop time it grows with the speed


def kafka(options: RunOptions) -> Part:
    """The broker."""
    where = ["--port", str(options.kafka_port), "--data", str(options.kafka_data)]
    # java is its child: it must be given the chance to stop it.
    return Part("kafka", ["deploy.local.broker", "start", *where], last_signal=signal.SIGTERM)


def shop(options: RunOptions, clock: ShopTime) -> list[Part]:
    """The five services and the gateway."""
    environment = _shop_environment(options, clock)
    ports = {name: str(options.ports()[name][0]) for name in (*SERVICES, "gateway")}
    return [Part(name, ["shop_services", name], {**environment, "SHOP_PORT": port}) for name, port in ports.items()]


def monitor(options: RunOptions, clock: ShopTime) -> list[Part]:
    """Worker, alerts and console."""
    environment = _monitor_environment(options, clock)
    return [Part(name, ["stream_app", name], environment) for name in MONITOR]


def canary(options: RunOptions, clock: ShopTime) -> Part:
    """Proof, every now and then, that the whole way works."""
    environment = {**_monitor_environment(options, clock), "MONITOR_CANARY_SECONDS": str(CANARY_SECONDS)}
    return Part("canary", ["stream_app", "canary"], environment)


def recorder(options: RunOptions, clock: ShopTime) -> Part:
    """A log of the run, on which the console tries other thresholds."""
    where = ["--folder", str(options.recordings), "--follow", "--piece-seconds", str(PIECE_SECONDS)]
    return Part("recorder", ["stream_app", "record", *where], _monitor_environment(options, clock))


def shoppers(options: RunOptions, clock: ShopTime) -> Part:
    """The simulator with the demonstration's plan."""
    arguments = ["shop_services.traffic", "live", "--gateway", options.gateway_url, "--clock", clock.setting()]
    arguments += ["--truth", str(options.truth), "--plan", options.plan, "--seed", str(options.seed)]
    return Part("shoppers", arguments, one_thread())


def watchers(options: RunOptions) -> list[Part]:
    """Prometheus and Alertmanager with the shipped rules."""
    folder = options.folder.absolute() / "watchers"
    config, routes = configuration_files(folder)
    prometheus = [f"--config.file={config}", f"--storage.tsdb.path={folder / 'metrics'}", RESEND]
    alertmanager = [f"--config.file={routes}", f"--storage.path={folder / 'alerts'}", "--cluster.listen-address="]
    return [
        _watcher("alertmanager", alertmanager, options.alertmanager_port),
        _watcher("prometheus", prometheus, options.prometheus_port),
    ]


def _watcher(name: str, arguments: list[str], port: int) -> Part:
    return Part(name, [*arguments, f"--web.listen-address=127.0.0.1:{port}"], program=find(name) or name)


def one_thread() -> dict[str, str]:
    """Numeric libraries start a thread a core; a dozen processes on one machine would only get in each other's way."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {name: os.environ.get(name, "1") for name in names}


def _shop_environment(options: RunOptions, clock: ShopTime) -> dict[str, str]:
    return {
        **one_thread(),
        "SHOP_KAFKA": options.bootstrap,
        "SHOP_DATABASE": f"sqlite:///{options.folder.absolute()}/shop/{{service}}.db",
        "SHOP_PORT_OFFSET": str(options.port_offset),
        "SHOP_CLOCK": clock.setting(),
        "SHOP_ECHO_CODES": "1",
        "SHOP_SALT": "a local run protects no one's data",
    }


def _monitor_environment(options: RunOptions, clock: ShopTime) -> dict[str, str]:
    return {
        **one_thread(),
        "MONITOR_BROKER": options.bootstrap,
        "MONITOR_CLOCK": clock.setting(),
        "MONITOR_PORT": str(options.worker_port),
        "MONITOR_CONSOLE_PORT": str(options.console_port),
        "MONITOR_ALERTS_PORT": str(options.alerts_port),
        "MONITOR_CANARY_PORT": str(options.canary_port),
        "MONITOR_RECORDER_PORT": str(options.recorder_port),
        "MONITOR_ROUTES": os.environ.get("MONITOR_ROUTES", str(ROUTES)),
        **({"MONITOR_ACCESS": str(options.access)} if options.password else {}),
        "MONITOR_CALENDAR": os.environ.get("MONITOR_CALENDAR", str(options.calendar)),
        "MONITOR_API_TOKEN": os.environ.get("MONITOR_API_TOKEN") or secrets.token_urlsafe(16),
        "MONITOR_WORKER_URL": options.worker_url,
        "MONITOR_CONSOLE_URL": options.console_url,
        "MONITOR_RECORDINGS": os.environ.get("MONITOR_RECORDINGS", str(options.recordings)),
        "MONITOR_DATA": str(options.folder.absolute() / "monitor"),
        "MONITOR_LATENESS_SECONDS": str(LATENESS_WALL_SECONDS * options.speed),
    }
