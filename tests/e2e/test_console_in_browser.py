"""The console as people use it: a process of its own, a real Kafka, a real browser."""

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.broker import TopicConfig, create_topics, free_port
from tests.builders.anomalies import anomaly_data, past_anomalies, sample_anomalies, sample_readings
from tests.builders.consoles import end, start, wait_until_ready
from tests.builders.feed_samples import Topics, feed

pytestmark = [pytest.mark.connected, pytest.mark.slow]
NOW = datetime.now(UTC)
SCENARIOS = {"stock_exhaustion", "price_exploit", "usage_intensity", "daily_workload"}
STOCK = [one for one in sample_anomalies(NOW) if one.scenario == "stock_exhaustion"][-1]
SILENCE = next(one for one in sample_anomalies(NOW) if one.scenario == "daily_workload")


@dataclass(frozen=True)
class Running:
    """A console with sample data, and the worker it asks."""

    url: str
    kafka: str
    topics: Topics
    worker: subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def topics() -> Topics:
    return f"anomalies-{NOW.timestamp():.0f}", f"readings-{NOW.timestamp():.0f}"


@pytest.fixture(scope="module")
def running(kafka: str, topics: Topics, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    create_topics(kafka, {name: TopicConfig(2) for name in topics})
    past = past_anomalies(300, NOW - timedelta(hours=4))
    feed(kafka, [*past, *sample_anomalies(NOW)], sample_readings(NOW), topics)
    port, worker_port = free_port(), free_port()
    worker = start("tests.builders.worker_answers", port=worker_port)
    console = start(
        "stream_app.console",
        bootstrap=kafka,
        port=port,
        worker=f"http://127.0.0.1:{worker_port}",
        anomaly_topic=topics[0],
        readings_topic=topics[1],
        data=tmp_path_factory.mktemp("console"),
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", console)
        yield Running(f"http://127.0.0.1:{port}", kafka, topics, worker)
    finally:
        end(console)
        end(worker)


@pytest.fixture(scope="module")
def new_page(browser: Browser) -> Callable[..., Page]:
    """Nobody signs in: this console has no access file."""
    return lambda **options: browser.new_context(**options).new_page()


def test_the_overview_shows_what_is_open_in_all_four_scenarios(running: Running, page: Page) -> None:
    page.goto(running.url)

    expect(page.get_by_role("status")).to_contain_text("2 critical and 2 warning anomalies open")
    expect(page.locator("a.card")).to_have_count(4)
    titles = page.locator("a.card .muted").all_inner_texts()
    assert {title.lower().replace(" ", "_") for title in titles} >= SCENARIOS
    expect(page.locator("a.card", has_text=STOCK.summary)).to_be_visible()


def test_the_curve_has_band_and_line_and_follows_the_chosen_service(running: Running, page: Page) -> None:
    page.goto(running.url)

    expect(page.locator("section[aria-label=Curves] svg path").first).to_be_attached()
    page.get_by_role("button", name="whole shop").click()

    expect(page.get_by_role("button", name="whole shop")).to_have_attribute("aria-pressed", "true")
    marked = page.locator("section[aria-label=Curves] svg text", has_text="Usage intensity")
    expect(marked).to_be_attached()


def test_an_anomaly_explains_itself(running: Running, page: Page) -> None:
    page.goto(running.url)
    page.locator("a.card", has_text="product 7").click()

    expect(page.locator(".sentence")).to_have_text(STOCK.summary)
    why = page.get_by_role("region", name="Contributions")
    expect(why.locator("svg text", has_text="share of stock reserved")).to_be_attached()
    evidence = page.get_by_role("region", name="Evidence")
    expect(evidence).to_contain_text("warehouse-events")
    expect(evidence).to_contain_text("88120")
    expect(page.get_by_role("region", name="Model and times")).to_contain_text(STOCK.model.sha256)
    expect(page.get_by_role("region", name="Life cycle").locator("tbody tr")).to_have_count(3)
    expect(page.get_by_text("impact: stock held")).to_be_visible()


def test_a_silent_service_is_plotted_against_its_band(running: Running, page: Page) -> None:
    page.goto(f"{running.url}/anomaly/{SILENCE.anomaly_id}")

    plot = page.get_by_role("region", name="Expected against actual")
    expect(plot.get_by_role("heading")).to_contain_text("order-service")
    expect(plot.locator("svg text", has_text="Daily workload").first).to_be_attached()


def test_past_anomalies_are_filtered_and_turned_page_by_page(running: Running, page: Page) -> None:
    page.goto(running.url)
    table = page.get_by_role("region", name="Anomalies so far")
    expect(table).to_contain_text("1 to 20 of 302")
    expect(page.get_by_role("button", name="Newer anomalies")).to_be_disabled()

    page.get_by_role("button", name="Older anomalies").click()
    expect(table).to_contain_text("21 to 40 of 302")
    page.get_by_label("Scenario").select_option("usage_intensity")

    expect(table).to_contain_text("1 to 1 of 1")
    expect(page.get_by_role("button", name="Older anomalies")).to_be_disabled()
    expect(table.locator("tbody tr")).to_have_count(1)


def test_health_shows_detectors_topics_and_dead_letters(running: Running, page: Page) -> None:
    page.goto(f"{running.url}/health")

    expect(page.get_by_role("region", name="Detectors").get_by_text("ready", exact=True)).to_have_count(4)
    expect(page.get_by_role("region", name="The shop's topics")).to_contain_text("order-events")
    expect(page.get_by_role("region", name="Dead letters")).to_contain_text("not_json")


def test_a_runbook_is_read_where_its_alert_leads(running: Running, page: Page) -> None:
    page.goto(f"{running.url}/runbooks/PipelineFault")

    book = page.get_by_role("article", name="Runbook of PipelineFault")
    expect(book.get_by_role("heading", name="What to do")).to_be_visible()
    expect(book.locator("code", has_text="/readyz").first).to_be_visible()
    page.goto(f"{running.url}/runbooks/NoSuchAlert")
    expect(page.get_by_role("list", name="Runbooks").get_by_role("link", name="Watchdog")).to_be_visible()


def test_the_keyboard_is_enough(running: Running, page: Page) -> None:
    page.goto(running.url)
    expect(page.locator("a.card")).to_have_count(4)

    page.locator("a.card").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sentence")).to_be_visible()
    page.keyboard.press("8")

    page.wait_for_url("**/health")


def test_the_chosen_theme_is_remembered(running: Running, new_page: Callable[..., Page]) -> None:
    page = new_page(color_scheme="light")
    page.goto(running.url)
    expect(page.locator("body")).to_have_class(has_word("body--light"))

    page.get_by_role("button", name="Switch between dark and light").click()
    expect(page.locator("body")).to_have_class(has_word("body--dark"))
    page.goto(f"{running.url}/health")

    expect(page.locator("body")).to_have_class(has_word("body--dark"))
    page.context.close()


@pytest.mark.parametrize("path", ["/", f"/anomaly/{STOCK.anomaly_id}", "/health", "/api", "/runbooks/DeadLetters"])
def test_nothing_is_wider_than_a_phone(running: Running, new_page: Callable[..., Page], path: str) -> None:
    page = new_page(viewport={"width": 400, "height": 860})
    page.goto(f"{running.url}{path}")
    expect(page.get_by_role("status")).to_contain_text("anomalies open")

    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.context.close()


def test_an_anomaly_that_opens_appears_without_a_reload_and_cannot_inject(running: Running, page: Page) -> None:
    page.goto(running.url)
    expect(page.locator("a.card")).to_have_count(4)
    sly = anomaly_data(anomaly_id="sly", start=NOW, summary="<img src=x onerror=alert(1)> & co", entity=("user", "9"))

    feed(running.kafka, [sly], [], running.topics)

    expect(page.locator("a.card", has_text="<img src=x onerror=alert(1)> & co")).to_be_visible()
    assert page.locator("a.card img").count() == 0


def test_a_worker_that_ends_is_said_on_the_open_page(running: Running, page: Page) -> None:
    page.goto(running.url)
    expect(page.get_by_role("status")).to_contain_text("anomalies open")

    end(running.worker)

    status = page.get_by_role("status")
    expect(status).to_contain_text("Nobody watches the shop", timeout=15_000)
    expect(status).to_contain_text("does not answer")


def has_word(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b{word}\b")
