"""An agent that tells its stream which error ended the loop body."""

import asyncio
from typing import Any

from faust.agents import Agent
from faust.types.agents import AgentErrorHandler, AgentT
from mode import ServiceT
from mode.utils.futures import maybe_async

from stream_app.batching.stream import BatchStream


class BatchAgent(Agent):
    """Faust's agent; on an error its batch stream decides about the batch in hand before the agent is restarted."""

    def __init__(self, *args: Any, on_error: AgentErrorHandler | None = None, **options: Any) -> None:
        super().__init__(*args, on_error=self._on_body_error, **options)
        self._on_error_of_user = on_error

    async def _on_body_error(self, agent: AgentT[Any], error: BaseException) -> None:
        task = asyncio.current_task()
        for actor in self._actors:
            if actor.actor_task is task and isinstance(actor.stream, BatchStream):
                actor.stream.fail(error)
        if self._on_error_of_user is not None:
            await maybe_async(self._on_error_of_user(agent, error))

    async def _replace_actor(self, service: ServiceT, index: int) -> ServiceT:
        # Faust leaves the new actor unstarted, and notices its next failure only five seconds later.
        actor = await super()._replace_actor(service, index)
        await actor.maybe_start()
        return actor

    def info(self) -> dict[str, Any]:  # type: ignore[override]
        """Arguments of a clone: the user's handler, not ours, which the clone makes itself."""
        return {**super().info(), "on_error": self._on_error_of_user}
