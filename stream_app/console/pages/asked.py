"""A part of a page that is filled with what a slower source answers: the store, the registry, the worker."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog
from nicegui.element import Element

from stream_app.console.acting import REFUSALS
from stream_app.console.pages.elements import box, text

Answer = TypeVar("Answer")
log = structlog.get_logger(__name__)


class Asked(Generic[Answer]):
    """Built anew when the answer changed, so that the keyboard's focus stays where it is. Says why there is none."""

    def __init__(self, ask: Callable[[], Awaitable[Answer]], build: Callable[[Answer], None]) -> None:
        self._ask = ask
        self._build = build
        self._shown: Answer | None = None
        self._notice = text("Asking…", "p", "notice muted", role="status")
        self._body: Element = box("div", "stack")

    async def refresh(self) -> None:
        """Show what the source says now; while it does not answer, what it said last, and that it is old."""
        try:
            answer = await self._ask()
        except REFUSALS as error:
            self._say(f"{error}.")
            return
        except Exception as error:  # noqa: BLE001 - one part's own fault must not take the page with it
            log.error("a part of a page failed", error=type(error).__name__, exc_info=True)
            self._say("This part failed, and the console's log says why.")
            return
        self._notice.set_visibility(False)
        if answer != self._shown:
            self._shown = answer
            self._body.clear()
            with self._body:
                self._build(answer)

    def _say(self, why: str) -> None:
        self._notice.set_text(f"{why} What is shown is older." if self._shown is not None else why)
        self._notice.classes(remove="muted", add="tone-critical toned")
        self._notice.set_visibility(True)
