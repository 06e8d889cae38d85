"""Signing in and out as people do it: a console of its own without a broker, and a real browser."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.broker import free_port
from stream_app.access.editing import remove
from tests.builders.access import PASSWORD, TOKENS, write_access

pytestmark = pytest.mark.slow
START_SECONDS = 60


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_access(tmp_path_factory.mktemp("console") / "access.toml")


@pytest.fixture(scope="module")
def url(access: Path) -> Iterator[str]:
    port = free_port()
    where = ["--bootstrap", f"127.0.0.1:{free_port()}", "--port", str(port), "--access", str(access)]
    command = [sys.executable, "-m", "stream_app.console", *where, "--data", str(access.parent)]
    process = subprocess.Popen(command)
    try:
        wait_until_alive(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def wait_until_alive(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/healthz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail("the console did not come up")


@pytest.fixture
def new_page(browser: Browser) -> Callable[..., Page]:
    """Pages in which nobody has signed in yet."""

    def new(**options: Any) -> Page:
        page = browser.new_context(**options).new_page()
        page.set_default_timeout(15_000)
        return page

    return new


def sign_in(page: Page, name: str = "actor", password: str = PASSWORD) -> None:
    """With the keyboard alone: the first field has the focus."""
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def test_signing_in_leads_back_and_signing_out_ends_it(url: str, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{url}/health")
    page.wait_for_url("**/sign-in?next=/health")
    sign_in(page, password="wrong")
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    sign_in(page)

    page.wait_for_url("**/health")
    expect(page.get_by_role("form", name="Session")).to_contain_text("actor")
    expect(page.get_by_role("status")).to_contain_text("stale", timeout=15_000)  # its parts refresh: the socket is open
    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url("**/sign-in")
    page.goto(f"{url}/health")
    page.wait_for_url("**/sign-in?next=/health")


def test_an_open_page_is_told_nothing_more_once_its_person_is_removed(
    url: str, access: Path, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    page.goto(url)
    ended: list[object] = []
    page.on("websocket", lambda socket: socket.on("close", lambda closed: ended.append(closed)))
    sign_in(page, "reader")
    expect(page.get_by_role("form", name="Session")).to_contain_text("reader")
    expect(page.get_by_role("status")).to_be_visible()

    remove(access, "reader")

    deadline = time.monotonic() + 30
    while not ended and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    assert ended
    page.goto(url)
    page.wait_for_url("**/sign-in**")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_fits_a_phone_and_follows_the_theme(url: str, new_page: Callable[..., Page], scheme: str) -> None:
    page = new_page(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page.goto(f"{url}/sign-in")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(14, 17, 20)" if scheme == "dark" else "rgb(255, 255, 255)")
    expect(page.get_by_label("Name")).to_be_focused()


def test_another_sites_page_cannot_listen_in(url: str) -> None:
    """A browser sends the cookie, or nothing is asked at all: the origin of a socket is looked at in any case."""
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    upgrade |= {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Authorization": f"Bearer {TOKENS['read']}"}
    path = f"{url}/_nicegui_ws/socket.io/?EIO=4&transport=websocket"

    refused = httpx.get(path, headers={**upgrade, "Origin": "http://elsewhere"}, trust_env=False)

    assert refused.status_code == 403
