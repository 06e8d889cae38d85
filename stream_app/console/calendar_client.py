"""The worker's calendar over HTTP: read by everybody, changed with the worker's token. It keeps the file; we do not."""

from dataclasses import dataclass
from datetime import date

import httpx
import msgspec

from models.calendar import Window
from stream_app.errors import MonitorError

ANSWER_SECONDS = 2.0


class CalendarUnchanged(MonitorError):
    """The worker does not answer, or refuses; the text is a sentence for people."""


class Held(msgspec.Struct, frozen=True):
    """The calendar that counts; `problem` says why the file as it is now does not."""

    closed_days: tuple[date, ...] = ()
    windows: tuple[Window, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CalendarClient:
    """All methods raise CalendarUnchanged. Without a token the calendar is only read."""

    url: str
    token: str = ""
    transport: httpx.AsyncBaseTransport | None = None

    async def read(self) -> Held:
        """What is announced."""
        answer = await self._ask("GET", "/calendar")
        try:
            return msgspec.json.decode(answer.content, type=Held)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise CalendarUnchanged(f"what answers at {self.url} is no worker") from error

    async def add(self, window: Window) -> None:
        """Announce one more window."""
        await self._ask("POST", "/calendar/windows", msgspec.json.encode(window))

    async def remove(self, window_id: str) -> None:
        """Announce it no more."""
        await self._ask("DELETE", f"/calendar/windows/{window_id}")

    async def close(self, day: date) -> None:
        """Announce a closed day."""
        await self._ask("PUT", f"/calendar/closed-days/{day.isoformat()}")

    async def reopen(self, day: date) -> None:
        """Announce it no more."""
        await self._ask("DELETE", f"/calendar/closed-days/{day.isoformat()}")

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token and method != "GET" else {}
        try:
            async with httpx.AsyncClient(timeout=ANSWER_SECONDS, transport=self.transport, trust_env=False) as client:
                answer = await client.request(method, f"{self.url.rstrip('/')}{path}", content=body, headers=headers)
        except httpx.HTTPError as error:
            raise CalendarUnchanged(f"the worker at {self.url} does not answer ({type(error).__name__})") from error
        if answer.is_error:
            raise CalendarUnchanged(f"the worker refuses: {_reason(answer)}")
        return answer


class _Refusal(msgspec.Struct):
    detail: str = ""


def _reason(answer: httpx.Response) -> str:
    try:
        return msgspec.json.decode(answer.content, type=_Refusal).detail or f"status {answer.status_code}"
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return f"status {answer.status_code}"
