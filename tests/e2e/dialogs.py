"""What tests do with an incident's page: find it, open a dialog, confirm it."""

from playwright.sync_api import Locator, Page, expect

from stream_app.alerting.incidents.incident import Incident
from tests.builders.consoles import Running


def of_service(running: Running) -> Incident:
    return next(each for each in running.incidents if "service/order-service" in each.entities)


def of_product(running: Running) -> Incident:
    return next(each for each in running.incidents if "product/7" in each.entities)


def opened(page: Page, button: str) -> Locator:
    """The dialog that a button opens."""
    page.get_by_role("button", name=button, exact=True).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_be_visible()
    return dialog


def confirm(dialog: Locator, button: str) -> None:
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_be_hidden()
