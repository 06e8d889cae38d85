"""The first thing anybody sees: is the shop all right, and is what I see current?"""

from nicegui.elements.mixins.text_element import TextElement

from stream_app.console.pages.elements import box, text
from stream_app.console.phrases import NOTHING, clock, moment, span
from stream_app.console.state import Console

LEVELS = "tone-calm tone-info tone-warning tone-critical tone-blind"
SIGNS = {"calm": "OK", "info": "i", "warning": "!", "critical": "!!", "blind": "?"}
BAD = ("unknown", "not healthy", "does not answer", "stale")


class StatusLine:
    """One sentence, and the figures it rests on. `refresh` changes it in place."""

    def __init__(self, console: Console) -> None:
        self._console = console
        with box("section", "status", role="status", aria_live="polite", aria_label="State of the shop") as self._box:
            self._headline = text("", "div", "headline")
            self._detail = text("", "div")
            with box(classes="facts"):
                names = ("Shop time", "Judged up to", "Pipeline", "Detectors", "Worker", "This page")
                self._facts = {name: _fact(name) for name in names}
        self.refresh()

    def refresh(self) -> None:
        """Say what holds now."""
        verdict = self._console.verdict()
        self._box.classes(remove=LEVELS, add=f"tone-{verdict.level}")
        self._headline.set_text(f"{SIGNS[verdict.level]}  {verdict.headline}")
        self._detail.set_text(verdict.detail)
        for name, said in self._said().items():
            self._facts[name].set_text(said)
            self._facts[name].classes(remove="bad", add="bad" if said in BAD else "")

    def _said(self) -> dict[str, str]:
        console = self._console
        worker, feed = console.worker, console.feed.state
        ready = [detector.state == "ready" for detector in worker.readiness.scenarios.values()]
        pipeline = worker.readiness.pipeline
        return {
            "Shop time": f"{moment(console.now_ms())} UTC",
            "Judged up to": self._judged(),
            "Pipeline": ("healthy" if pipeline.healthy else "not healthy") if worker.answers else "unknown",
            "Detectors": f"{sum(ready)} of {len(ready)} ready" if worker.answers else "unknown",
            "Worker": "answers" if worker.answers else "does not answer",
            "This page": "current" if feed.is_fresh else "stale",
        }

    def _judged(self) -> str:
        now = self._console.now_ms()
        delay = self._console.worker.watermark_delay_seconds(now)
        watermark = self._console.worker.readiness.pipeline.watermark
        if watermark is None or delay is None:
            return NOTHING
        return f"{clock(watermark)}, {span(delay)} behind"


def _fact(name: str) -> TextElement:
    with box():
        text(f"{name} ")
        return text("", "b")
