"""The parts of the system and how each is called."""

from deploy.local.children import Part
from deploy.local.options import SERVICES, RunOptions
from deploy.local.shop_time import ShopTime

LATENESS_WALL_SECONDS = 2.0  # what relays and consumers may take; in shop time it grows with the speed


def services(options: RunOptions, clock: ShopTime) -> list[Part]:
    """The five services, then the gateway."""
    return [_shop_part(name, options, clock) for name in (*SERVICES, "gateway")]


def worker(options: RunOptions, clock: ShopTime) -> Part:
    """The monitor's worker."""
    return Part("worker", ["stream_app", "worker"], _monitor_environment(options, clock))


def console(options: RunOptions, clock: ShopTime) -> Part:
    """The monitor's console."""
    return Part("console", ["stream_app", "console"], _monitor_environment(options, clock))


def shoppers(options: RunOptions, clock: ShopTime) -> Part:
    """The simulator with the demonstration's plan."""
    arguments = ["shop_services.traffic", "live", "--gateway", options.gateway_url, "--clock", clock.setting()]
    arguments += ["--truth", str(options.truth), "--plan", "demo", "--seed", str(options.seed)]
    return Part("shoppers", arguments, {})


def _shop_part(name: str, options: RunOptions, clock: ShopTime) -> Part:
    environment = {
        "SHOP_KAFKA": options.bootstrap,
        "SHOP_DATABASE": f"sqlite:///{options.folder.absolute()}/shop/{{service}}.db",
        "SHOP_PORT": str(options.ports()[name]),
        "SHOP_PORT_OFFSET": str(options.shop_port - 8080),
        "SHOP_CLOCK": clock.setting(),
        "SHOP_ECHO_CODES": "1",
        "SHOP_LOG_LEVEL": "warning",
        "SHOP_SALT": "a local run protects no one's data",
    }
    if options.shop_port < 8080:  # the offset knows one direction only
        del environment["SHOP_PORT_OFFSET"]
    return Part(name, ["shop_services", name], environment)


def _monitor_environment(options: RunOptions, clock: ShopTime) -> dict[str, str]:
    return {
        "MONITOR_BROKER": options.bootstrap,
        "MONITOR_CLOCK": clock.setting(),
        "MONITOR_PORT": str(options.worker_port),
        "MONITOR_CONSOLE_PORT": str(options.console_port),
        "MONITOR_WORKER_URL": options.worker_url,
        "MONITOR_CONSOLE_URL": options.console_url,
        "MONITOR_DATA": str(options.folder.absolute() / "monitor"),
        "MONITOR_LATENESS_SECONDS": str(LATENESS_WALL_SECONDS * options.speed),
    }
