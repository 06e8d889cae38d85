"""The other pages on which people act, in a real browser, and what holds for all of them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from models.registry import Registry
from stream_app.alerting.desk import IncidentDesk
from tests.builders.consoles import Running
from tests.e2e.dialogs import confirm, of_product, of_service, opened

pytestmark = [pytest.mark.connected, pytest.mark.slow]
PAGES = ("/", "/incidents", "/deliveries", "/dead-letters", "/models", "/calendar", "/what-if", "/health")
PHONE = {"width": 390, "height": 844}


def test_a_model_is_promoted_and_rolled_back(running: Running, page: Page) -> None:
    page.goto(f"{running.url}/models")
    registry = Registry(running.folder / "registry")
    panel = page.get_by_role("region", name="Daily workload")
    expect(panel.get_by_role("button", name="Roll back")).to_be_disabled()

    panel.get_by_role("button", name="Promote 0002").click()
    expect(page.get_by_role("dialog")).to_contain_text("version 0002 serves in place of 0001")
    confirm(page.get_by_role("dialog"), "Promote 0002")
    expect(panel.get_by_role("region", name="Version 0002")).to_contain_text("serves")
    assert registry.promoted_version("daily_workload") == "0002"

    panel.get_by_role("button", name="Roll back").click()
    confirm(page.get_by_role("dialog"), "Roll back")
    expect(panel.get_by_role("region", name="Version 0001")).to_contain_text("serves")
    assert registry.promoted_version("daily_workload") == "0001"


def test_what_was_given_up_is_sent_again(running: Running, page: Page, desk: IncidentDesk) -> None:
    page.goto(f"{running.url}/deliveries")
    log = page.get_by_role("region", name="Deliveries")
    page.get_by_label("Endpoint").select_option("chat")
    expect(log.get_by_role("cell", name="oncall")).to_have_count(0)  # the list was drawn anew
    expect(log.get_by_role("button", name="Send again")).to_have_count(4)

    confirm(opened(page, "Send again"), "Send again")

    expect(log.get_by_role("button", name="Send again")).to_have_count(3)
    assert len(desk.dead()) == 3


def test_a_window_is_announced_and_removed(running: Running, page: Page) -> None:
    page.goto(f"{running.url}/calendar")
    windows = page.get_by_role("region", name="Change windows")
    dialog = opened(page, "Announce a window")
    dialog.get_by_label("From (UTC)").fill("2027-03-25T02:00")
    dialog.get_by_label("Until (UTC)").fill("2027-03-25T01:00")
    dialog.get_by_role("button", name="Announce a window").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not after its start")
    dialog.get_by_label("Until (UTC)").fill("2027-03-25T03:00")
    dialog.get_by_label("Reason").fill("maintenance")
    confirm(dialog, "Announce a window")

    expect(windows).to_contain_text("maintenance")
    page.get_by_role("button", name="Remove").click()
    confirm(page.get_by_role("dialog"), "Remove the window")
    expect(windows).to_contain_text("No window is announced")


def test_a_day_is_closed_and_opened_again(running: Running, page: Page) -> None:
    page.goto(f"{running.url}/calendar")
    dialog = opened(page, "Announce a closed day")
    dialog.get_by_label("Day (UTC)").fill("2027-03-24")
    confirm(dialog, "Announce a closed day")

    row = page.get_by_role("row").filter(has_text="2027-03-24")
    row.get_by_role("button", name="Remove").click()
    confirm(page.get_by_role("dialog"), "Remove the closed day")
    expect(page.get_by_text("No day is closed.")).to_be_visible()


def test_another_threshold_is_tried_on_a_recorded_log(running: Running, page: Page) -> None:
    page.goto(f"{running.url}/what-if")
    page.get_by_label("Scenario").select_option("usage_intensity")
    page.get_by_label("Threshold").fill("much")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("the threshold is a number")).to_be_visible()

    page.get_by_label("Threshold").fill("0.5")
    page.get_by_role("button", name="Try it").click()

    expect(page.get_by_text("records were judged")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("region", name="Would not be reported any more")).to_contain_text("None.")


def test_ten_thousand_incidents_are_filtered_and_turned(running: Running, page: Page) -> None:
    page.goto(f"{running.url}/incidents")
    listed = page.get_by_role("region", name="Incidents")
    page.get_by_label("State", exact=True).select_option("")
    expect(listed).to_contain_text("1 to 25 of 10,004")
    page.get_by_role("button", name="Older incidents").click()
    expect(listed).to_contain_text("26 to 50 of 10,004")

    page.get_by_label("About").fill("order-service")
    page.get_by_label("About").press("Enter")
    expect(listed).to_contain_text("1 to 1 of 1")


def test_dead_letters_are_told_without_their_content(running: Running, page: Page) -> None:
    page.goto(f"{running.url}/dead-letters")
    letters = page.get_by_role("region", name="Dead letters")
    expect(letters.locator("tbody tr")).to_have_count(4)

    page.get_by_label("Topic").select_option("order-events")

    expect(letters.locator("tbody tr")).to_have_count(1)
    expect(letters).to_contain_text("OrderCreated lacks order_id")


def test_nothing_is_wider_than_a_phone(running: Running, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport=PHONE)
    wide = {}
    for path in (*PAGES, f"/incidents/{of_product(running).id}", f"/incidents/{of_service(running).id}"):
        page.goto(f"{running.url}{path}")
        expect(page.get_by_role("status").first).to_contain_text("anomalies open")
        wide[path] = page.evaluate("document.documentElement.scrollWidth")
    page.context.close()

    assert {path: width for path, width in wide.items() if width > PHONE["width"]} == {}


def test_a_store_that_refuses_is_said_and_the_rest_stays(running: Running, page: Page) -> None:
    rename(running, "alert_incidents", "aside")
    try:
        page.goto(running.url)
        expect(page.get_by_text("the incidents' database refused").first).to_be_visible()
        expect(page.locator("a.card").first).to_be_visible()
        expect(page.locator("body")).not_to_contain_text("SELECT")
    finally:
        rename(running, "aside", "alert_incidents")
    expect(page.get_by_role("region", name="Open incidents").get_by_role("row")).to_have_count(3)


def rename(running: Running, table: str, to: str) -> None:
    with closing(sqlite3.connect(running.folder / "alerts.db")) as database:
        database.execute(f"ALTER TABLE {table} RENAME TO {to}")
