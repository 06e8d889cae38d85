"""What would have fired with another threshold: a recorded log judged again by a process of its own, one at a time."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from models.log_files import logs_in
from models.what_if import Reported
from stream_app.console.options import ConsoleOptions
from stream_app.errors import MonitorError
from stream_app.recording.notes import is_recorded

MOST_LISTED = 200
PATIENCE_SECONDS = 900.0  # of wall time; who needs longer uses the command line


class TrialRefused(MonitorError):
    """It cannot be tried now; the text is a sentence for people."""


class Question(NamedTuple):
    """Which log, which detector, and the factor on its boundary."""

    recording: str
    scenario: str
    threshold: float


class Outcome(msgspec.Struct, frozen=True):
    """Anomalies that would come, go and stay; `records` were read."""

    added: tuple[Reported, ...]
    gone: tuple[Reported, ...]
    same: tuple[Reported, ...]
    records: int


@dataclass(slots=True)
class Trials:
    """The recordings of a folder, and the one process that reads them. Used on the event loop.

    A recording is a log, or a folder of logs; one that a recorder fills is a recording as a whole.
    """

    options: ConsoleOptions
    is_busy: bool = False

    def recordings(self) -> list[str]:
        """Their names, the newest first; none without a folder."""
        return list(self._places())

    def _places(self) -> dict[str, Path]:
        folder = self.options.recordings
        if folder is None or not folder.is_dir():
            return {}
        if is_recorded(folder):
            return {folder.name: folder}
        found = [*logs_in(folder), *(path for path in folder.iterdir() if path.is_dir() and logs_in(path))]
        return {path.name: path for path in sorted(found, key=_age)[:MOST_LISTED]}

    async def answer(self, question: Question) -> Outcome:
        """What would have been reported; raises TrialRefused. Being cancelled ends the process."""
        log = self._places().get(question.recording)
        if log is None:
            raise TrialRefused("there is no such recording")
        if self.is_busy:
            raise TrialRefused("another log is being judged just now: try again when it is done")
        self.is_busy = True
        try:
            return await self._judged(log, question)
        finally:
            self.is_busy = False

    async def _judged(self, log: Path, question: Question) -> Outcome:
        asked = [str(log), question.scenario, str(question.threshold)]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "stream_app.console.trial", *asked, stdout=pipe, stderr=pipe, env=self._environment()
        )
        try:
            told, trouble = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        except TimeoutError:
            raise TrialRefused(
                f"the log takes longer than {PATIENCE_SECONDS / 60:.0f} min: give a part of it"
            ) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise TrialRefused((trouble.decode(errors="replace").strip().splitlines() or ["it ended by itself"])[-1])
        return msgspec.json.decode(told, type=Outcome)

    def _environment(self) -> dict[str, str]:
        """The settings that say what is judged now, as the worker has them."""
        options = self.options
        named = {"REGISTRY": options.registry, "CONFIG": options.config, "CALENDAR": options.calendar}
        return {**os.environ, **{f"MONITOR_{name}": str(path) for name, path in named.items() if path}}


def _age(path: Path) -> float:
    return -path.stat().st_mtime
