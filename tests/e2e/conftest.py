"""One demonstration and one console with people a session, and their browser.

The dashboards are looked at while the demonstration goes on, its end is judged by `test_demonstration`.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from stream_app.alerting.desk import IncidentDesk
from tests.builders.access import PASSWORD
from tests.builders.consoles import Running, running_console
from tests.e2e.local_run import SECONDS, SPEED, LocalRun

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAST = 10_000


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """A whole evening with all its trouble, as `make run SPEED=30 DURATION=350` plays it."""
    run = LocalRun(tmp_path_factory.mktemp("demonstration") / "run", "--duration", str(SECONDS), "--speed", SPEED)
    yield run
    run.end()


@pytest.fixture(scope="session")
def running(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A console with ten thousand anomalies and incidents that are over, and a few that are open."""
    with running_console(kafka, tmp_path_factory.mktemp("console"), datetime.now(UTC), PAST) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without it the test is skipped."""
    if CHROMIUM is None:
        pytest.skip("no chromium on the PATH: install it to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def new_page(browser: Browser, running: Running) -> Callable[..., Page]:
    """Makes pages of a browser in which somebody has signed in: `new_page("reader")`."""
    cookies = {name: _signed_in(browser.new_context().new_page(), running.url, name) for name in ("reader", "boss")}

    def new_page(name: str = "boss", **options: Any) -> Page:
        return browser.new_context(storage_state=cookies[name], **options).new_page()

    return new_page


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Iterator[Page]:
    """A desktop browser, by default of somebody who may do everything, on which no script may fail."""
    page = new_page(viewport={"width": 1440, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(15_000)
    yield page
    page.context.close()
    assert errors == []


@pytest.fixture
def desk(running: Running) -> Iterator[IncidentDesk]:
    """The store behind the console's back."""
    with IncidentDesk.open(f"sqlite:///{running.folder}/alerts.db") as desk:
        yield desk


def _signed_in(page: Page, url: str, name: str) -> object:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("status").first).to_be_visible()
    state = page.context.storage_state()
    page.context.close()
    return state
