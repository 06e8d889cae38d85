"""The third story: the shop itself. While brokers die, every command it accepts leads to exactly its events."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import httpx

from deploy.local.broker import TopicConfig, create_topics, free_port
from deploy.local.children import Children, Part
from deploy.local.cluster import Cluster
from shop_services.chassis.inboxes import INBOX_TOPICS
from shop_services.contracts.envelope import Envelope, decode
from shop_services.contracts.topics import SHOP_TOPICS
from tests.builders.waiting import eventually
from tests.chaos.findings import Findings
from tests.chaos.node_blows import NodeBlows
from tests.chaos.topics import records
from tests.chaos.workers import Tell

SERVICES = ("users", "cart", "warehouse")
EVERY_SECONDS = 0.05  # between two commands
START_SECONDS = 60.0
SETTLE_SECONDS = 90.0
QUIET_SECONDS = 3.0

Chains = Mapping[str, Counter[str]]  # by correlation id: how many different messages of each type


@dataclass(frozen=True, slots=True)
class Story:
    """How much is played."""

    seed: int
    seconds: float = 60.0
    every_seconds: float = 20.0
    heap_mb: int = 400


@dataclass(slots=True)
class Shopper:
    """Asks for accounts and products by turns; `accepted` holds what it asked for by correlation id."""

    clients: Mapping[str, httpx.Client]
    accepted: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    _number: int = 0

    def shop_until(self, moment: float) -> None:
        """Ask on until a moment, monotonic seconds."""
        while time.monotonic() < moment:
            self.ask()
            time.sleep(EVERY_SECONDS)

    def ask(self) -> None:
        """One command."""
        self._number += 1
        what = "account" if self._number % 2 else "product"
        try:
            answer = self._account() if what == "account" else self._product()
            answer.raise_for_status()
            self.accepted[answer.json()["correlationId"]] = what
        except httpx.HTTPError:
            self.refused += 1  # nobody promised anything

    def _account(self) -> httpx.Response:
        return self.clients["users"].post("/users", json={"username": f"u{self._number}", "password": "of no use"})

    def _product(self) -> httpx.Response:
        lamp = {"code": f"P{self._number}", "name": "lamp", "quantity": 10, "price": 2.5}
        return self.clients["warehouse"].post("/products", json=lamp)


def play(story: Story, folder: Path, tell: Tell) -> Findings:
    """Play it in `folder`, then look for every accepted command's messages on the topics."""
    began = time.monotonic()
    with Cluster(folder / "kafka", heap_mb=story.heap_mb) as cluster, ExitStack() as stack:
        topics = (*SHOP_TOPICS, *INBOX_TOPICS)
        create_topics(cluster.bootstrap, dict.fromkeys(topics, TopicConfig(2, replicas=3)))
        shopper = Shopper(_services(stack, cluster.bootstrap, folder / "shop"))
        first = _undisturbed(cluster.bootstrap, shopper)
        blows = NodeBlows(cluster, Random(story.seed), story.every_seconds)
        blows.fall(story.seconds, shopper.shop_until)
        tell(f"{time.monotonic() - began:.0f} s: {len(shopper.accepted)} commands were accepted")
        faults = _settled(cluster.bootstrap, shopper, first)
    done = {**blows.done, "command accepted": len(shopper.accepted), "command refused": shopper.refused}
    return Findings("shop", story.seed, len(shopper.accepted), done, [], faults, time.monotonic() - began)


def _services(stack: ExitStack, bootstrap: str, folder: Path) -> dict[str, httpx.Client]:
    """Start the services; gives a client of each that is ready."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = {name: free_port() for name in SERVICES}
    shared = {"SHOP_KAFKA": bootstrap, "SHOP_DATABASE": f"sqlite:///{folder}/{{service}}.db"}
    children = Children(folder)
    stack.callback(children.stop)
    children.start(*(Part(name, ["shop_services", name], shared | {"SHOP_PORT": str(ports[name])}) for name in ports))
    clients = {name: httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) for name, port in ports.items()}
    for name, client in clients.items():
        stack.callback(client.close)
        assert eventually(partial(_is_ready, client), START_SECONDS), children.named(name).epitaph()
    return clients


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").is_success
    except httpx.HTTPError:
        return False


def _undisturbed(bootstrap: str, shopper: Shopper) -> dict[str, Counter[str]]:
    """What an account and a product lead to while nothing dies."""
    shopper.ask()
    shopper.ask()
    assert len(shopper.accepted) == 2, "the shop refuses commands before anything has died"
    time.sleep(QUIET_SECONDS)
    chains = _chains(bootstrap)
    return {what: chains[correlation] for correlation, what in shopper.accepted.items()}


def _settled(bootstrap: str, shopper: Shopper, wanted: Mapping[str, Counter[str]]) -> Sequence[str]:
    """Look until every chain is whole, for a bounded time; what is wrong then, in words."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while faults := list(_unlike(_chains(bootstrap), shopper, wanted)):
        if time.monotonic() > deadline:
            return faults
        time.sleep(QUIET_SECONDS)
    return []


def _unlike(chains: Chains, shopper: Shopper, wanted: Mapping[str, Counter[str]]) -> Iterator[str]:
    for correlation, what in shopper.accepted.items():
        found = chains.get(correlation, Counter())
        if found != wanted[what]:
            lacks, beyond = dict(wanted[what] - found), dict(found - wanted[what])
            yield f"the {what} {correlation} lacks {lacks} and has {beyond} beyond"


def _chains(bootstrap: str) -> Chains:
    """All messages on the topics, each event id once."""
    types: dict[str, dict[str, str]] = defaultdict(dict)
    for envelope in _envelopes(bootstrap):
        types[envelope.correlationid or ""][envelope.id] = envelope.type.rpartition(".")[2]
    return {correlation: Counter(by_id.values()) for correlation, by_id in types.items()}


def _envelopes(bootstrap: str) -> Iterator[Envelope]:
    return (decode(record.value) for topic in SHOP_TOPICS for record in records(bootstrap, topic))
