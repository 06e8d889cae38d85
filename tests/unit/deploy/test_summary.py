"""The end of a run, for people on 80 columns and for machines."""

import json
from io import StringIO
from pathlib import Path

from rich.console import Console

from deploy.local.summary import Summary
from deploy.local.verdict import judge
from tests.unit.deploy.test_verdict import ALL_FOUR, minutes, report

STRAY = report("price_exploit", "product/2", summary="Product 2 is odd.")


def summary() -> Summary:
    reports = [told for _, told in ALL_FOUR[1:]]
    over = {reports[0].anomaly_id: minutes(20)}
    return Summary(judge([done for done, _ in ALL_FOUR], [*reports, STRAY]), over, 60.0, 12_345, 20.25, {"worker": 190})


def test_the_table_fits_a_terminal_and_names_what_was_missed_and_what_was_false() -> None:
    output = StringIO()

    summary().show(Console(file=output, width=80))

    lines = output.getvalue().splitlines()
    assert "…" not in output.getvalue()
    assert any(line.split()[:3] == ["price_exploit", "18:01:00", "never"] for line in lines)
    assert any("usage_intensity" in line and "8.0 min = 8.0 s" in line for line in lines)
    assert "FALSE: price_exploit of product 2" in output.getvalue()
    assert "Product 2 is odd." in output.getvalue()
    assert "12,345 events seen" in output.getvalue()


def test_the_file_tells_the_same_to_machines(tmp_path: Path) -> None:
    summary().write(tmp_path / "summary.json")

    told = json.loads((tmp_path / "summary.json").read_text())
    assert told["good"] is False
    assert told["faults"] == ["price_exploit was not reported in time"]
    assert [each["in_time"] for each in told["incidents"]] == [False, True, True, True]
    assert told["incidents"][1]["delay_shop_minutes"] == 8.0
    assert told["incidents"][1]["report"]["over_at"] == "2026-03-25T18:20:00+00:00"
    assert [each["summary"] for each in told["false"]] == ["Product 2 is odd."]
    assert told["peak_memory_mb"] == {"worker": 190}
