"""What is drawn: the band, holes where readings are missing, anomalies marked, contributions in order."""

import json

from stream_app.console import charts
from stream_app.console.decode import Reading
from stream_app.console.pages.elements import web_address
from tests.builders.anomalies import EVENING, anomaly_data, decoded

START = int(EVENING.timestamp() * 1000)
MINUTE = 60_000


def reading(minute: int, actual: float) -> Reading:
    return Reading(START + minute * MINUTE, START + (minute + 1) * MINUTE, actual, 10.0, 4.0, 16.0, 0.0, 0)


def series(options: charts.Options) -> dict[str, list[list[float | None]]]:
    return {one["name"]: one["data"] for one in options["series"]}


def test_the_band_stands_on_its_lower_edge() -> None:
    drawn = series(charts.curve([reading(0, 9.0)], [], "events", START, START + MINUTE))

    assert drawn["lower"] == [[START + MINUTE, 4.0]]
    assert drawn["band"] == [[START + MINUTE, 12.0]]


def test_missing_windows_are_a_hole_not_a_line() -> None:
    readings = [reading(0, 9.0), reading(5, 9.0)]

    drawn = series(charts.curve(readings, [], "events", START, START + 6 * MINUTE))

    assert [value for _, value in drawn["actual"]] == [9.0, None, 9.0]


def test_readings_outside_the_band_are_dotted() -> None:
    readings = [reading(0, 9.0), reading(1, 17.0), reading(2, 0.0)]

    drawn = series(charts.curve(readings, [], "events", START, START + 3 * MINUTE))

    assert [value for _, value in drawn["outside"]] == [17.0, 0.0]


def test_an_open_anomaly_is_marked_to_the_end_of_the_curve() -> None:
    marked = decoded(anomaly_data(start=EVENING, minutes=1))

    options = charts.curve([reading(0, 9.0)], [marked], "events", START, START + 30 * MINUTE)

    area = next(one for one in options["series"] if one["name"] == "actual")["markArea"]["data"][0]
    assert (area[0]["xAxis"], area[1]["xAxis"]) == (START, START + 30 * MINUTE)
    assert area[0]["itemStyle"]["color"] == "var(--critical)"


def test_the_largest_contribution_is_on_top() -> None:
    options = charts.contributions(anomaly_data().explanation)

    values = options["series"][0]["data"]
    assert values == sorted(values)
    assert options["yAxis"]["data"][-1].startswith("share of stock reserved\n0.94, usually 0.04")


def test_options_can_be_sent_to_a_browser() -> None:
    event = anomaly_data(lower=None, upper=None, expected=None)

    assert json.loads(json.dumps(charts.range_bar(event)))["series"][1]["data"] == []


def test_only_web_addresses_become_links() -> None:
    assert web_address("https://runbooks.example/1") == "https://runbooks.example/1"
    assert web_address("javascript:alert(1)") is None
    assert web_address(None) is None


def test_labels_at_the_ends_of_an_axis_stand_inward() -> None:
    drawn = charts.range_bar(anomaly_data(actual=0.0, expected=100.0, lower=90.0, upper=100.0))["series"]

    assert [one["label"]["align"] for one in drawn] == ["left", "right"]


def test_a_band_of_one_value_has_a_border_to_be_seen_by() -> None:
    (actual, _) = charts.range_bar(anomaly_data(actual=2.69, expected=26.9, lower=26.9, upper=26.9))["series"]

    assert actual["markArea"]["data"] == [[{"xAxis": 26.9}, {"xAxis": 26.9}]]
    assert actual["markArea"]["itemStyle"]["borderWidth"] > 0
