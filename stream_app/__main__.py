"""`python -m stream_app worker|alerts|console|canary|record`: the monitor's processes."""

import sys

import typer

from stream_app.access.cli import app as access
from stream_app.alerting.cli import app as alerts
from stream_app.config_cli import app as config
from stream_app.errors import MonitorError
from stream_app.logs import setup_logging
from stream_app.recording.cli import record
from stream_app.settings import Settings, load_settings

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="The real-time anomaly monitor."
)

app.add_typer(alerts, name="alerts")
app.add_typer(config, name="config")
app.add_typer(access, name="access")
app.command()(record)


@app.command()
def worker() -> None:
    """Read the shop's topics, judge, publish AnomalyDetected. Settings: MONITOR_* in the environment."""
    from models.scenarios.discovery import scenarios  # imported here so that --help and the console stay quick
    from stream_app.app import create_worker
    from stream_app.loading import load_models
    from stream_app.provision import prepare_topics
    from stream_app.serve import run_worker
    from stream_app.topics import monitor_topics

    settings = _settings()
    found = scenarios()
    sources = prepare_topics(settings.broker, monitor_topics(tuple(found)))
    models = load_models(settings.registry, found.values())
    run_worker(create_worker(settings, models, found, sources), settings)


@app.command()
def console() -> None:
    """Serve the pages on which people look at the shop, its anomalies and the monitor's own health."""
    from models.clock import parse_clock
    from stream_app.console.options import ConsoleOptions
    from stream_app.console.server import run_console

    settings = _settings()
    run_console(
        ConsoleOptions(
            bootstrap=settings.broker,
            host=settings.host,
            port=settings.console_port,
            worker_url=settings.worker_url,
            clock=parse_clock(settings.clock),
            access=settings.access,
            data=settings.data,
            database=settings.alerts_database_url,
            registry=settings.registry,
            worker_token=settings.api_token.get_secret_value(),
            config=settings.config,
            calendar=settings.calendar,
            recordings=settings.recordings,
            grafana_url=settings.grafana_url,
        )
    )


@app.command()
def canary() -> None:
    """Stage a small anomaly every few minutes and tell, as metrics, whether and how fast the monitor finds it."""
    from stream_app.canary import run_canary

    run_canary(_settings())


def _settings() -> Settings:
    settings = load_settings()
    setup_logging(settings.log_level)
    return settings


def main() -> None:
    """Errors made on purpose are one sentence on stderr, not a stack trace."""
    try:
        app()
    except MonitorError as error:
        print(f"stream_app: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
