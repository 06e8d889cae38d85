"""A process that cannot start says why in a sentence, without a stack trace."""

import os
import subprocess
import sys

import pytest

from deploy.local.broker import free_port
from shop_services.chassis.errors import SetupFailed
from shop_services.chassis.kafka_bus import KafkaBus


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shop_services", "cart"]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=60)


def test_kafka_that_does_not_answer_is_told() -> None:
    silent = f"127.0.0.1:{free_port()}"

    ended = run(SHOP_KAFKA=silent, SHOP_PORT=str(free_port()))

    assert ended.returncode == 2
    assert ended.stderr.strip() == f"Kafka does not answer at {silent}. Start it, or set SHOP_KAFKA to where it is."


def test_a_wrong_setting_is_told() -> None:
    ended = run(SHOP_PORT="eighty")

    assert ended.returncode == 2
    assert len(ended.stderr.strip().splitlines()) == 1
    assert ended.stderr.startswith("SHOP_PORT cannot be 'eighty'")


@pytest.mark.connected
def test_a_missing_topic_is_told(kafka: str) -> None:
    with pytest.raises(SetupFailed, match="lacks the topics nowhere-events"):
        KafkaBus(kafka).check(["nowhere-events"])
