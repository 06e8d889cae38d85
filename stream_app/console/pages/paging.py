"""Newer and older: what every list that is turned page by page has."""

from collections.abc import Awaitable, Callable

from stream_app.console.pages.elements import box, button, enable, text


class Turning:
    """Two buttons and where one is; `name` is what is listed."""

    def __init__(self, name: str, newer: Callable[[], Awaitable[None]], older: Callable[[], Awaitable[None]]) -> None:
        with box("div", "bar turning"):
            self._place = text("", classes="muted", role="status")
            self._newer = button("Newer", newer, aria_label=f"Newer {name}")
            self._older = button("Older", older, aria_label=f"Older {name}")

    def show(self, first: int, shown: int, total: int | None, has_older: bool) -> None:
        """`first` counts from 1; without a total only the place is told."""
        of = "" if total is None else f" of {total:,}"
        self._place.set_text(f"{first:,} to {first + shown - 1:,}{of}" if shown else "none found")
        enable(self._newer, first > 1)
        enable(self._older, has_older)
