"""What routes share: how they reach the service, how bodies are spelled, how a command is answered."""

from typing import Annotated, Any, Self, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shop_services.chassis.live import LiveService
from shop_services.chassis.pipeline import Outcome
from shop_services.contracts.message import Event

EventT = TypeVar("EventT", bound=Event)


async def _live_of(request: Request) -> LiveService:
    live: LiveService = request.app.state.live
    return live


Live = Annotated[LiveService, Depends(_live_of)]
"""The service behind the app, as a parameter of a route."""


class Body(BaseModel):
    """What is sent or answered: snake_case here, camelCase in JSON."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Accepted(Body):
    """The command was logged and handled; the other services may still be reacting."""

    correlation_id: str

    @classmethod
    def of(cls, outcome: Outcome, **more: Any) -> Self:
        """The answer to a command, with further fields."""
        return cls(correlation_id=outcome.published[0].envelope.correlationid or "", **more)


def made(outcome: Outcome, event: type[EventT]) -> EventT:
    """The event of that class that a command led to; LookupError when there is none."""
    for _, _, message in outcome.published:
        if isinstance(message, event):
            return message
    raise LookupError(f"the command led to no {event.__name__}")
