"""The file under a running worker: good edits are taken, bad ones refused, and the last good one serves on."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from models.calendar import Calendar
from stream_app.config.reading import ConfigRefused
from stream_app.config.watched import Announcements, ConfigFile
from stream_app.metrics import Metrics

DRY = '[detectors.price_exploit]\nmode = "dry"\n'
BAD = '[detectors.price_exploit]\nmode = "sometimes"\n'
CLOSED = "[calendar]\nclosed_days = [2026-03-24]\n"


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    path = tmp_path / "monitor.toml"
    path.write_text(DRY)
    return ConfigFile(path, tmp_path, Metrics(CollectorRegistry()), wall=lambda: 7.0)


def edit(file: ConfigFile, text: str) -> None:
    assert file.path is not None
    file.path.write_text(text)
    file.refresh()


def count(file: ConfigFile, name: str, **labels: str) -> float | None:
    return file.metrics.registry.get_sample_value(name, labels)


def test_a_good_edit_is_taken(file: ConfigFile) -> None:
    file.start()
    before = file.hash

    edit(file, DRY.replace("dry", "off"))

    assert not file.tuning("price_exploit").is_on
    assert file.hash != before
    assert count(file, "monitor_config_info", hash=file.hash) == 1
    assert count(file, "monitor_config_info", hash=before) is None
    assert count(file, "monitor_config_loaded_timestamp_seconds") == 7.0


@pytest.mark.parametrize("text", [BAD, "[", "\x00", DRY + "[routes]\nx = 1"], ids=["value", "syntax", "zero", "key"])
def test_a_bad_edit_is_refused_and_the_last_good_one_serves(file: ConfigFile, text: str) -> None:
    file.start()
    before = file.hash

    edit(file, text)
    file.refresh()

    assert file.tuning("price_exploit").is_dry
    assert file.hash == before
    assert "monitor.toml" in file.problem
    assert count(file, "monitor_config_reload_failures_total") == 1

    edit(file, DRY)
    assert file.problem == ""


def test_a_file_that_goes_away_leaves_the_last_good_one(file: ConfigFile) -> None:
    file.start()
    assert file.path is not None
    file.path.unlink()

    file.refresh()
    file.refresh()

    assert file.tuning("price_exploit").is_dry
    assert count(file, "monitor_config_reload_failures_total") == 1


def test_a_bad_file_at_the_very_first_start_is_an_error(file: ConfigFile) -> None:
    assert file.path is not None
    file.path.write_text(BAD)

    with pytest.raises(ConfigRefused, match=r"monitor\.toml:2:1"):
        file.start()


def test_the_last_good_one_serves_over_a_restart(file: ConfigFile) -> None:
    file.start()
    assert file.path is not None
    file.path.write_text(BAD)

    again = ConfigFile(file.path, file.kept, Metrics(CollectorRegistry()))
    again.start()

    assert again.tuning("price_exploit").is_dry
    assert again.hash == file.hash
    assert "sometimes" not in again.problem
    assert "mode" in again.problem


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    file = ConfigFile(None, tmp_path, Metrics(CollectorRegistry()))

    file.start()

    assert file.tuning("price_exploit").is_on
    assert list(tmp_path.iterdir()) == []


def test_both_calendars_count_and_stay_the_same_object_until_one_changes(file: ConfigFile) -> None:
    """INVARIANT: a detector follows a calendar anew only when it is another object."""
    file.start()
    own = Calendar()
    announced = Announcements(lambda: own, file)
    assert announced() is own

    edit(file, DRY + CLOSED)

    assert len(announced().closed_days) == 1
    assert announced() is announced()
