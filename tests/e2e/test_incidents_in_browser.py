"""What people do about an incident, in a real browser: look after it, judge it, mute what is like it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from stream_app.alerting.desk import IncidentDesk
from tests.builders.consoles import Running
from tests.e2e.dialogs import confirm, of_product, of_service, opened

pytestmark = [pytest.mark.connected, pytest.mark.slow]


def test_an_incident_explains_itself(running: Running, page: Page) -> None:
    page.goto(running.url)
    page.get_by_role("region", name="Open incidents").get_by_role("link").last.click()

    head = page.get_by_role("region", name="What happened")
    expect(head).to_contain_text("Product 112 is sold at 2.49 instead of about 249.00")
    expect(head).to_contain_text("Looked after by: nobody yet")
    expect(page.get_by_role("region", name="Evidence")).to_contain_text("88120")
    expect(page.get_by_role("region", name="Requests involved").get_by_role("listitem")).to_have_count(6)
    expect(page.get_by_role("region", name="Messages")).to_contain_text("given up")
    expect(page.get_by_role("region", name="Contributions").locator("svg path").first).to_be_attached()


def test_whoever_looks_after_it_is_told_on_every_open_page(running: Running, page: Page, desk: IncidentDesk) -> None:
    incident = of_product(running)
    page.goto(f"{running.url}/incidents/{incident.id}")
    dialog = opened(page, "Acknowledge")
    dialog.get_by_label("Note for others").fill("looking at the price list")
    confirm(dialog, "Acknowledge")

    expect(page.get_by_text("Looked after by: boss since")).to_contain_text("looking at the price list")
    confirm(opened(page, "Snooze"), "Snooze")
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("snoozed")
    page.goto(running.url)
    expect(page.get_by_role("region", name="Open incidents")).to_contain_text("boss since")
    kept = desk.get(incident.id)
    assert kept.acknowledged is not None
    assert kept.acknowledged.by == "boss"
    assert kept.snoozed_until > 0


def test_a_verdict_with_its_cause_is_kept(running: Running, page: Page, desk: IncidentDesk) -> None:
    incident = of_product(running)
    page.goto(f"{running.url}/incidents/{incident.id}")
    dialog = opened(page, "Give a verdict")
    dialog.get_by_label("What was it?").click()
    page.get_by_role("option", name="False alarm: nothing was wrong").click()
    dialog.get_by_label("Cause").fill("a test order")
    confirm(dialog, "Give a verdict")

    expect(page.get_by_text("Verdict: false, by boss")).to_contain_text("a test order")
    assert {given.verdict for given in desk.verdicts(incident.id)} == {"false"}


def test_look_alikes_are_muted_and_told_again(running: Running, page: Page, desk: IncidentDesk) -> None:
    page.goto(f"{running.url}/incidents/{of_product(running).id}")
    dialog = opened(page, "Mute look-alikes")
    dialog.get_by_label("Reason").fill("known")
    confirm(dialog, "Mute look-alikes")
    page.goto(f"{running.url}/incidents")

    expect(page.get_by_role("region", name="Muted")).to_contain_text("known")
    confirm(opened(page, "End the mute"), "End the mute")
    expect(page.get_by_role("region", name="Muted")).to_contain_text("Nothing is muted")
    assert not desk.mutes()


def test_the_keyboard_alone_reaches_acknowledge(running: Running, page: Page, desk: IncidentDesk) -> None:
    incident = of_service(running)
    page.goto(f"{running.url}/incidents/{incident.id}")
    expect(page.get_by_role("button", name="Acknowledge")).to_be_visible()

    press_until_focused(page, page.get_by_role("button", name="Acknowledge"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Acknowledge")).to_be_focused()
    page.keyboard.press("Enter")
    press_until_focused(page, page.get_by_role("dialog").get_by_label("Note for others"))
    page.keyboard.type("1 is for me")
    press_until_focused(page, page.get_by_role("dialog").get_by_role("button", name="Acknowledge"))
    page.keyboard.press("Enter")

    expect(page.get_by_text("Looked after by: boss since")).to_contain_text("1 is for me")
    assert desk.get(incident.id).acknowledged is not None


def press_until_focused(page: Page, wanted: Locator) -> None:
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("the keyboard does not get there")


def test_a_reader_is_told_why_nothing_can_be_done(running: Running, new_page: Callable[..., Page]) -> None:
    page = new_page("reader")
    page.goto(f"{running.url}/incidents/{of_service(running).id}")

    for name in ("Acknowledge", "Snooze", "Give a verdict", "Mute look-alikes"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    expect(page.get_by_text("reader has not the scope act")).to_be_visible()
    page.context.close()


def test_an_incident_that_is_not_there_is_said_in_a_sentence(running: Running, page: Page) -> None:
    page.goto(f"{running.url}/incidents/no-such-id")

    expect(page.get_by_text("no incident has the id no-such-id")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Traceback")


def test_an_anomaly_leads_to_its_incident(running: Running, page: Page) -> None:
    incident = of_service(running)
    page.goto(f"{running.url}/anomaly/{next(iter(incident.members))}")

    page.get_by_role("link", name="Its incident").click()

    page.wait_for_url(f"**/incidents/{incident.id}")
