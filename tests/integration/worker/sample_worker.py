"""A worker that judges sample scenarios: `python -m tests.integration.worker.sample_worker BROKER PORT FOLDER`."""

import sys
from pathlib import Path

from models.verdict import ModelIdentity
from stream_app.app import create_worker
from stream_app.loading import LoadedModel
from stream_app.provision import prepare_topics
from stream_app.serve import run_worker
from stream_app.settings import Settings
from stream_app.topics import monitor_topics
from tests.builders.sample_scenario import HundredPieces, PiecesScenario

STEMS = ("daily_workload", "price_exploit", "stock_exhaustion", "usage_intensity")


def main(broker: str, port: str, folder: str) -> None:
    settings = Settings(
        broker=broker,
        port=int(port),
        data=Path(folder),
        clock="events",
        lateness_seconds=0,
        conformance=False,
        reload_seconds=0,
        log_level="warning",
    )
    sources = prepare_topics(broker, monitor_topics(STEMS))
    models = {stem: LoadedModel(HundredPieces(), ModelIdentity(stem, "1", "", "serving")) for stem in STEMS}
    scenarios = {stem: PiecesScenario(stem) for stem in STEMS}
    run_worker(create_worker(settings, models, scenarios, sources), settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
