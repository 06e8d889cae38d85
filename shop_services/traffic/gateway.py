"""Carries out actions through the shop's gateway over HTTP."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx

from shop_services.traffic.actions import Action, Register, StockProduct
from shop_services.traffic.calls import Call, Caller
from shop_services.traffic.errors import GatewayUnreachable
from shop_services.traffic.identities import Identities

TIMEOUT_SECONDS = 2.0
CONNECTIONS = 32
PAGE = 1_000


class Gateway:
    """The shop behind one address. A request that fails is counted, never raised: a shopper shrugs and goes on.

    `counts` holds how many actions were `accepted`, `refused` (4xx), `failed` (5xx, no answer within 2 s), `skipped`
    (their shopper or product is not known to the shop).
    """

    def __init__(self, client: httpx.AsyncClient, ids: Identities, run: str) -> None:
        self.counts: Counter[str] = Counter(accepted=0, refused=0, failed=0, skipped=0)
        self._client = client
        self._ids = ids
        self._codes: dict[int, str] = {}
        self._caller = Caller(ids, self._codes, run)

    async def carry_out(self, action: Action | StockProduct) -> bool:
        """Whether the shop accepted the action."""
        call = self._caller.call(action)
        if call is None:
            self.counts["skipped"] += 1
            return False
        answer = await self._answer(call)
        outcome = "failed" if answer is None or answer.status_code >= 500 else _outcome(answer)
        self.counts[outcome] += 1
        if outcome == "accepted" and answer is not None:
            self._learn(action, answer)
        return outcome == "accepted"

    async def learn_products(self) -> None:
        """Ask which ids the products have; raises GatewayUnreachable when the shop does not answer."""
        last = 0
        while page := await self._products_after(last):
            self._ids.products.update({product["code"]: int(product["productId"]) for product in page})
            last = max(int(product["productId"]) for product in page)

    async def _products_after(self, last: int) -> list[dict[str, Any]]:
        try:
            answer = await self._client.get("/products", params={"after": last, "limit": PAGE})
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise GatewayUnreachable(_remedy(self._client.base_url, error)) from error
        page: list[dict[str, Any]] = answer.json()
        return page

    async def _answer(self, call: Call) -> httpx.Response | None:
        try:
            return await self._client.request(call.method, call.path, json=call.json)
        except httpx.HTTPError:
            return None  # the caller counts it

    def _learn(self, action: Action | StockProduct, answer: httpx.Response) -> None:
        if isinstance(action, Register):
            self._learn_user(action.shopper, answer.json())
        elif isinstance(action, StockProduct) and "productId" in (fields := answer.json()):
            self._ids.products[action.code] = int(fields["productId"])

    def _learn_user(self, shopper: int, answer: dict[str, Any]) -> None:
        if "userId" in answer:
            self._ids.users[shopper] = int(answer["userId"])
        if "activationCode" in answer:
            self._codes[shopper] = str(answer["activationCode"])


def client_of(url: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client with the simulator's patience and few connections."""
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    return httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS, limits=limits, transport=transport)


def _outcome(answer: httpx.Response) -> str:
    return "accepted" if answer.is_success else "refused"


def _remedy(url: httpx.URL, error: Exception) -> str:
    answer = f"The gateway at {url} does not answer ({type(error).__name__})."
    return f"{answer} Start the shop first, or name another --gateway."
