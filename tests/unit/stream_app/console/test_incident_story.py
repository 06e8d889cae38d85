"""What the head of an incident's page says."""

from stream_app.alerting.incidents.incident import Acknowledgement
from stream_app.console import incident_story as story
from tests.builders.anomalies import anomaly_data
from tests.builders.incident_store import sighting
from tests.builders.incidents import EVENING_MS, MINUTE, WALL, book_of, only, resolved, seen


def facts(*anomalies) -> dict[str, str]:
    return dict(story.facts(only(book_of(*anomalies))))


def test_it_says_what_where_since_when_and_why():
    told = facts(sighting(anomaly_data()))

    assert told["Where"] == "product 7"
    assert told["Since"] == "2026-03-25 20:18:00 UTC"
    assert told["Expected"] == "38 pieces (0 to 120)"
    assert told["Actual"] == "940 pieces"
    assert told["Impact"] == "940 pieces (stock held)"
    assert told["Why"].startswith("share of stock reserved 0.94 (usually 0.04), reservations per minute 21")
    assert "Deviated first" not in told


def test_of_several_it_names_who_deviated_first():
    told = facts(seen("service/order-service", minute=3), seen("service/cart-service", minute=0))

    assert told["Deviated first"].startswith("service/cart-service at 2026-03-25 20:30:00 UTC")
    assert told["Where"] == "cart-service, order-service"


def test_an_open_one_lasts_until_now():
    assert story.lasted(only(book_of(seen("product/7"))), EVENING_MS + 9 * MINUTE) == "9 min"


def test_one_that_is_over_says_until_when():
    incident = only(book_of(seen("product/7"), resolved(seen("product/7", revision=2), 10)))
    incident.state, incident.resolved = "resolved", EVENING_MS + 10 * MINUTE

    assert dict(story.facts(incident))["Since"] == "2026-03-25 20:30:00 UTC until 2026-03-25 20:40:00 UTC"
    assert story.lasted(incident, 0) == "10 min"


def test_who_looks_after_it_is_told_before_anything_else():
    incident = only(book_of(seen("product/7")))
    assert story.attention(incident, WALL) == "nobody yet"

    incident.snoozed_until = WALL + 60_000
    assert story.attention(incident, WALL).startswith("snoozed until ")
    assert story.attention(incident, WALL + 60_001) == "nobody yet"

    incident.acknowledged = Acknowledgement("ada", WALL, "on it")
    assert story.attention(incident, WALL) == "ada since 08:00:00: on it; snoozed until 2027-01-15 08:01:00 UTC"
    incident.state = "resolved"
    assert story.attention(incident, WALL) == "ada since 08:00:00: on it"


def test_a_dashboard_shows_the_scenario_about_its_time():
    incident = only(book_of(seen("product/7", "stock_exhaustion")))
    assert story.dashboard("", incident) == ""

    open_one = story.dashboard("http://grafana:3000/", incident)
    incident.state = "resolved"
    over = story.dashboard("http://grafana:3000", incident)

    assert open_one.startswith("http://grafana:3000/d/cqshop-scenario?var-scenario=stock_exhaustion&from=")
    assert open_one.endswith(f"&from={WALL - 1_800_000}&to=now")
    assert over.endswith(f"&to={WALL + 1_800_000}")


def test_the_plot_spans_the_whole_incident():
    incident = only(book_of(seen("service/cart-service", minute=0), seen("service/order-service", minute=3, lasts=9)))

    plotted = story.plotted(incident)

    assert (plotted.start, plotted.end) == (EVENING_MS, EVENING_MS + 12 * MINUTE)
