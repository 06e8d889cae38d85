"""What every page shares: look, navigation, keyboard, the status line, and the clock that refreshes its parts."""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol

from nicegui import ui
from nicegui.elements.dark_mode import DarkMode
from nicegui.events import KeyEventArguments

from stream_app.console.pages.elements import box, button, link, text
from stream_app.console.pages.status_line import StatusLine
from stream_app.console.pages.who import who
from stream_app.console.state import Console
from stream_app.console.theme import COOKIE, CSS

REFRESH_SECONDS = 2.0
FIRST_SECONDS = 2.0  # so long a page is held back for its first content
PLACES = {
    "/": "Overview",
    "/incidents": "Incidents",
    "/deliveries": "Deliveries",
    "/dead-letters": "Dead letters",
    "/models": "Models",
    "/calendar": "Calendar",
    "/what-if": "What if",
    "/health": "Health",
    "/api": "API",
}
KEYS = {str(number): place for number, place in enumerate(PLACES, start=1)}
KEYS_TOLD = f"Keys: {', '.join(f'{key} {PLACES[place].lower()}' for key, place in KEYS.items())}, d dark or light."


class Part(Protocol):
    """A part of a page; `refresh` brings it up to date, cheaply when nothing changed. It may take its time."""

    def refresh(self) -> Awaitable[None] | None: ...


@contextmanager
def frame(console: Console, here: str) -> Iterator[list[Part]]:
    """Everything around a page's parts; those appended to the list are refreshed every two seconds."""
    ui.add_head_html(f"<style>{CSS}</style>")
    theme = _theme()
    _navigation(console, here, theme)
    parts: list[Part] = [StatusLine(console)]
    with box("main", id="main", tabindex="-1") as main:
        yield parts
    ui.skip_link("Skip to content", target=main)
    text(KEYS_TOLD, "footer", "muted")
    ui.keyboard(lambda event: _on_key(event, theme), repeating=False)
    ui.timer(REFRESH_SECONDS, lambda: refresh(parts), immediate=False)


async def filled(parts: Sequence[Part]) -> None:
    """The parts' first content; a page that would wait too long for it appears without, and is filled later."""
    with suppress(TimeoutError):
        await asyncio.wait_for(refresh(parts), FIRST_SECONDS)


async def refresh(parts: Sequence[Part]) -> None:
    """Bring all parts up to date; those that ask others, at the same time."""
    answers = [part.refresh() for part in parts]
    await asyncio.gather(*(answer for answer in answers if answer is not None))


def _theme() -> DarkMode:
    """Dark, light, or what the system prefers: remembered in the browser."""
    request = ui.context.client.request
    chosen = request.cookies.get(COOKIE) if request else None
    return ui.dark_mode({"dark": True, "light": False}.get(chosen or ""))


def _navigation(console: Console, here: str, theme: DarkMode) -> None:
    with box("header", "top"):
        text(console.options.title, "h1")
        with box("nav", aria_label="Pages"):
            for target, name in PLACES.items():
                link(name, target, **({"aria_current": "page"} if target == here else {}))
        with box(classes="end"):
            who(console)
            button("Dark / light", lambda: _switch(theme), aria_label="Switch between dark and light")


def _switch(theme: DarkMode) -> None:
    """Turn to the other theme. Only the browser knows which one `auto` means, so it is asked."""

    async def switch() -> None:
        is_dark = await ui.run_javascript("Quasar.Dark.isActive")
        theme.value = not is_dark
        name = "light" if is_dark else "dark"
        ui.run_javascript(f"document.cookie = '{COOKIE}={name}; path=/; max-age=31536000; samesite=lax'")

    ui.timer(0, switch, once=True)


def _on_key(event: KeyEventArguments, theme: DarkMode) -> None:
    modifiers = event.modifiers
    if not event.action.keydown or modifiers.ctrl or modifiers.alt or modifiers.meta:
        return
    if event.key.name == "d":
        _switch(theme)
    elif str(event.key.name) in KEYS:
        ui.navigate.to(KEYS[str(event.key.name)])
