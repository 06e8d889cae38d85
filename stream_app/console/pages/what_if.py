"""`/what-if`: what another threshold would have reported on a recorded log, against what is reported now."""

import time
from collections.abc import Sequence

from nicegui import ui

from models.what_if import Reported
from stream_app.console.acting import REFUSALS, perform, permit
from stream_app.console.pages.elements import Cell, Row, box, button, choice, enable, figures, table, text
from stream_app.console.pages.frame import Part, frame
from stream_app.console.phrases import moment, number, scenario, span
from stream_app.console.state import Console
from stream_app.console.trials import Outcome, Question, TrialRefused, Trials

HEADERS = ("From", "Until", "Severity", "About", "Score#", "What")
SHOWN = 200
EXPLAINED = (
    "A recorded log is judged twice by the brain that judges live: as configured now, and with another threshold. "
    "2 asks for twice the score, 0.5 for half of it. Nothing changes for the shop."
)
NO_LOGS = "There is no recorded log: set MONITOR_RECORDINGS to a folder of them, as `record --folder` fills it."


def what_if_page(console: Console, trials: Trials) -> None:
    """Build the page."""
    parts: list[Part]
    with frame(console, "/what-if") as parts:
        parts.append(WhatIf(console, trials))


class WhatIf:
    """The question, and its answer once it is there."""

    def __init__(self, console: Console, trials: Trials) -> None:
        self._trials = trials
        self._begun = 0.0
        stems = sorted(console.worker.readiness.scenarios)
        logs = trials.recordings()
        self._recording, self._scenario = next(iter(logs), ""), next(iter(stems), "")
        with box("section", "panel", aria_label="Question"):
            text("What if the threshold were another?", "h2")
            text(EXPLAINED if logs else NO_LOGS, "p", "muted")
            with box("div", "bar"):
                choice("Log ", {name: name for name in logs}, self._recording, self._choose_recording)
                choice("Scenario ", {stem: scenario(stem) for stem in stems}, self._scenario, self._choose_scenario)
                self._threshold = ui.input("Threshold", value="1.5").props("outlined dense inputmode=decimal")
                self._press = button("Try it", self._try)
            self._said = text("", "p", role="status")
        self._answer = box("div", "stack")
        self._refusal = permit("act").refusal
        self.refresh()

    def refresh(self) -> None:
        """Say how long it has been at work."""
        if self._begun:
            self._said.set_text(f"Judging {self._recording}: {span(time.monotonic() - self._begun)} so far")
        elif self._refusal:
            self._said.set_text(f"Nothing can be tried here: {self._refusal}.")
        enable(self._press, not self._begun and not self._refusal and bool(self._recording and self._scenario))

    def _choose_recording(self, value: str) -> None:
        self._recording = value

    def _choose_scenario(self, value: str) -> None:
        self._scenario = value

    async def _try(self) -> None:
        """Ask and show; a second press while it is at work asks nothing."""
        if self._begun:
            return
        self._begun = time.monotonic()
        self.refresh()
        try:
            said = await self._ask()
        except REFUSALS as error:
            said = f"{error}."
        finally:
            self._begun = 0.0
        self.refresh()
        self._said.set_text(said)

    async def _ask(self) -> str:
        question = Question(self._recording, self._scenario, _threshold(str(self._threshold.value)))

        async def do(_by: str) -> str:
            outcome = await self._trials.answer(question)
            self._show(outcome)
            return f"{outcome.records:,} records were judged, {scenario(question.scenario).lower()} at both thresholds."

        target = f"{question.scenario} at {number(question.threshold)} on {question.recording}"
        return await perform("act", "try threshold", target, do)

    def _show(self, outcome: Outcome) -> None:
        self._answer.clear()
        with self._answer:
            with box("section", "panel", aria_label="Answer"):
                counts = (("would come", outcome.added), ("would go", outcome.gone), ("stay", outcome.same))
                figures((name, f"{len(these):,}") for name, these in counts)
            _list("Would be reported too", outcome.added)
            _list("Would not be reported any more", outcome.gone)
            _list("Reported either way", outcome.same)


def _threshold(typed: str) -> float:
    try:
        return float(typed.replace(",", "."))
    except ValueError:
        raise TrialRefused("the threshold is a number such as 1.5") from None


def _list(title: str, these: Sequence[Reported]) -> None:
    with box("section", "panel", aria_label=title):
        text(f"{title}: {len(these):,}", "h2")
        table(HEADERS, map(_row, these[:SHOWN]), "None.")
        if len(these) > SHOWN:
            text(f"{len(these) - SHOWN:,} more are not shown.", "p", "muted")


def _row(one: Reported) -> Row:
    severity = Cell(one.severity, one.severity)
    return moment(one.start), moment(one.end), severity, one.entity, f"{one.score:.2f}", one.summary
