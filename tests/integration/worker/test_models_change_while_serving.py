"""The worker on a real Kafka while registry, calendar and configuration change: no restart, no gap in its judging."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from models.registry import STORE, Registry
from shop_services.contracts.topics import SHOP_TOPICS
from tests.builders.waiting import eventually

STEM = "price_exploit"
SECONDS = 60.0


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """The shipped models, and a second version of one of them that differs by its name alone."""
    folder = tmp_path / "registry"
    shutil.copytree(STORE, folder)
    held = Registry(folder)
    first = held.promoted(STEM)
    shutil.copytree(first, folder / STEM / "9002")
    card = json.loads((folder / STEM / "9002" / "card.json").read_text())
    (folder / STEM / "9002" / "card.json").write_text(json.dumps({**card, "version": "9002"}))
    return held


@pytest.fixture
def readyz(registry: Registry, tmp_path: Path) -> Iterator[Callable[[], dict[str, Any]]]:
    """What a running worker answers; {} while it does not."""
    port = free_port()
    (tmp_path / "monitor.toml").write_text("")
    with Broker(tmp_path / "kafka", free_port(), free_port(), heap_mb=256) as node:
        create_topics(node.bootstrap, {name: TopicConfig(1) for name in SHOP_TOPICS})
        settings = {
            "MONITOR_BROKER": node.bootstrap,
            "MONITOR_PORT": str(port),
            "MONITOR_DATA": str(tmp_path / "state"),
            "MONITOR_REGISTRY": str(registry.folder),
            "MONITOR_RELOAD_SECONDS": "0.5",
            "MONITOR_CALENDAR": str(tmp_path / "calendar.json"),
            "MONITOR_CONFIG": str(tmp_path / "monitor.toml"),
            "MONITOR_LOG_LEVEL": "warning",
        }
        worker = subprocess.Popen([sys.executable, "-m", "stream_app", "worker"], env=settings)

        def ask() -> dict[str, Any]:
            try:
                answer: dict[str, Any] = httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).json()
            except httpx.HTTPError:
                return {}
            return answer

        try:
            yield ask
        finally:
            worker.terminate()
            worker.wait(30)


@pytest.mark.connected
def test_promotion_refusal_and_calendar_reach_a_running_worker(
    readyz: Callable[[], dict[str, Any]], registry: Registry, tmp_path: Path
) -> None:
    def detector() -> dict[str, Any]:
        answer: dict[str, Any] = readyz().get("scenarios", {}).get(STEM, {})
        return answer

    def version() -> str:
        return str((detector().get("model") or {}).get("version"))

    first = registry.promoted_version(STEM)
    assert eventually(lambda: readyz().get("pipeline", {}).get("watermark") is not None, SECONDS)
    assert version() == first

    registry.promote(STEM, "9002")
    assert eventually(lambda: version() == "9002", SECONDS)

    shutil.copytree(registry.folder / STEM / "9002", registry.folder / STEM / "9003")
    (registry.folder / STEM / "9003" / "model.onnx").write_bytes(b"half")
    registry.promote(STEM, "9003")
    assert eventually(lambda: detector()["state"] == "degraded", SECONDS)
    assert "9003 refused" in detector()["reason"]
    assert version() == "9002"
    assert readyz()["ready"]

    window = {"start": "2026-03-25T02:00:00Z", "end": "2026-03-25T03:00:00Z"}
    (tmp_path / "calendar.json").write_text(json.dumps({"windows": [window]}))
    assert eventually(lambda: readyz()["calendar"] == {"windows": 1, "problem": ""}, SECONDS)
    assert_configurations_are_taken_whole_or_not_at_all(readyz, tmp_path / "monitor.toml")


def assert_configurations_are_taken_whole_or_not_at_all(readyz: Callable[[], dict[str, Any]], config: Path) -> None:
    """On the same worker, for a start costs more than all of this."""
    empty = readyz()["config"]["hash"]
    config.write_text('[detectors.price_exploit]\nmode = "dry"\n')
    assert eventually(lambda: readyz()["config"]["hash"] != empty, SECONDS)
    good = readyz()["config"]["hash"]
    for bad in ('[detectors.price_exploit]\nmode = "x"\n', "[", "[nothing]\n"):
        before = readyz()["config"]["problem"]
        config.write_text(bad)
        assert eventually(lambda seen=before: readyz()["config"]["problem"] not in ("", seen), SECONDS)  # type: ignore[misc]
        assert readyz()["config"]["hash"] == good
        assert readyz()["ready"]
    config.write_text("")
    assert eventually(lambda: readyz()["config"] == {"hash": empty, "problem": ""}, SECONDS)
