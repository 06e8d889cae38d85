"""What belongs together among the message kinds: the groups that are judged, and the chains of cause and effect."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.columns import kind_code, kinds
from models.entity import Entity
from models.facts import EntityKind

SHOP = Entity(EntityKind.SHOP, "cqshop")

# Effect: its immediate cause. A deviation of an effect that its cause shares is the cause's.
CAUSE = {
    "UserAccountCreated": "AccountDetailsProvided",
    "AccountActivationCodeCreated": "UserAccountCreated",
    "CartCreationRequested": "UserAccountCreated",
    "UserCartCreated": "CartCreationRequested",
    "SendActivationLink": "AccountActivationCodeCreated",
    "ActivationLinkSent": "SendActivationLink",
    "UserAccountActivated": "ActivationLinkClicked",
    "UserAccountUpdated": "UpdateAccountDetailsProvided",
    "UserAccountRemoved": "AccountRemovalRequested",
    "ProductReservationRequested": "AddingProductToCartRequested",
    "ProductReservationCreated": "ProductReservationRequested",
    "ProductAddedToCart": "ProductReservationCreated",
    "CartLineUpdated": "ProductReservationCreated",
    "ProductRemovedFromCart": "ProductRemovalFromCartRequested",
    "ProductReservationRemovalRequested": "ProductRemovalFromCartRequested",
    "ProductReservationRemoved": "ProductReservationRemovalRequested",
    "ProductAddedToWarehouse": "ProductAdditionRequested",
    "ProductUpdatedInWarehouse": "ProductAdditionRequested",
    "OrderCreated": "OrderCreationRequested",
    "SendOrderConfirmation": "OrderCreated",
    "OrderConfirmationSent": "SendOrderConfirmation",
    "RemoveCartLines": "OrderCreated",
    "CartLineRemoved": "RemoveCartLines",
    "MaterializeUserReservations": "OrderCreated",
    "ReservationMaterialized": "MaterializeUserReservations",
}
# What its cause brings only sometimes, something else at other times: its absence after the cause means nothing.
ONE_OF_SEVERAL = frozenset({"CartLineUpdated", "ProductAddedToWarehouse", "ProductUpdatedInWarehouse"})

ROLES = ("events", "all", "requests")
VISITS = "visits"  # of the shop instead of requests, which come in clusters


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Message kinds that are counted together, and the entity they stand for."""

    entity: Entity
    role: (
        str  # events; all: commands too; requests: only what no other message of the entity caused; kind: a single
        # kind; visits: how many of them begin
    )
    members: NDArray[np.bool_]  # (n_kinds,)

    @property
    def name(self) -> str:
        """What the group's figures are kept under in a bundle."""
        return f"{self.entity.id}|{self.role}"


@cache
def groups() -> tuple[Group, ...]:
    """Every judged group: shop and services in all their roles, then one a message kind."""
    scopes = [Group(SHOP, role, _of(role, messages())) for role in ROLES[:2]]
    scopes.append(Group(SHOP, VISITS, ~messages()))
    for service in services():
        entity = Entity(EntityKind.SERVICE, service)
        scopes += [Group(entity, role, _of(role, _served_by(service))) for role in ROLES]
    single = np.eye(width(), dtype=bool)
    return (*scopes, *(Group(Entity(EntityKind.EVENT_TYPE, k.name), "kind", single[i]) for i, k in enumerate(kinds())))


@cache
def width() -> int:
    """How many kinds are counted: the message types in the order of their codes, and behind them visits that begin."""
    return len(kinds()) + 1


@cache
def messages() -> NDArray[np.bool_]:
    """(n_kinds,) bool: the kinds that are message types."""
    return np.arange(width()) < len(kinds())


@cache
def group_names() -> tuple[str, ...]:
    """The names of `groups`."""
    return tuple(group.name for group in groups())


@cache
def related() -> NDArray[np.bool_]:
    """(n_groups, n_groups) bool: groups of different entities of which one contains, causes or serves the other."""
    held = groups()
    touching = np.array([[bool((_reach(a) & _reach(b)).any()) for b in held] for a in held])
    return touching & np.array([[a.entity != b.entity for b in held] for a in held])


@cache
def belong_together(one: tuple[int, str], other: tuple[int, str]) -> bool:
    """Whether of two entities, keys (EntityKind, id), one contains, causes, follows from or serves the other."""
    return bool((_around(one) & _around(other)).any())


@cache
def _around(key: tuple[int, str]) -> NDArray[np.bool_]:
    """(n_kinds,) bool: an entity's kinds and all that they cause; of a single kind its causes too."""
    held = [group for group in groups() if (int(group.entity.kind), group.entity.id) == key]
    own = np.flatnonzero(np.any([group.members for group in held], axis=0) & messages()).tolist()
    around = np.any([effects(kind) for kind in own], axis=0)
    if held[0].role == "kind":
        around[list(ancestors(own[0]))] = True
    return np.asarray(around)


def _reach(group: Group) -> NDArray[np.bool_]:
    """The group's kinds, and for a single kind whatever it causes or is caused by."""
    if group.role != "kind":
        return messages() if group.role == VISITS else group.members
    kind = int(np.flatnonzero(group.members)[0])
    reach = effects(kind).copy()
    reach[list(ancestors(kind))] = True
    return reach


@cache
def entities() -> tuple[Entity, ...]:
    """The shop, then its services."""
    return (SHOP, *(Entity(EntityKind.SERVICE, service) for service in services()))


@cache
def entity_members() -> NDArray[np.bool_]:
    """(n_entities, n_kinds) bool: the kinds of each of `entities`."""
    return np.concatenate([np.ones((1, width()), bool), service_members()])


@cache
def services() -> tuple[str, ...]:
    """The shop's services by their published names, sorted."""
    return tuple(sorted({kind.service for kind in kinds()}))


@cache
def membership() -> NDArray[np.float64]:
    """(n_kinds, n_groups): 1.0 where a kind belongs to a group; counts @ membership are the groups' counts."""
    return np.stack([group.members for group in groups()], axis=1).astype(np.float64)


@cache
def spoilt() -> NDArray[np.bool_]:
    """(n_groups, n_kinds) bool: the counts that tell nothing of ordinary days while a group is strange."""
    whole = [group.entity == SHOP and group.role != "events" for group in groups()]
    return membership().T.astype(bool) | np.array(whole)[:, None]


@cache
def event_kinds() -> NDArray[np.bool_]:
    """(n_kinds,) bool: domain events, the others are commands."""
    return _of("events", messages())


@cache
def service_members() -> NDArray[np.bool_]:
    """(n_services, n_kinds) bool: what each service publishes or handles."""
    return np.stack([_served_by(service) for service in services()])


@cache
def flows() -> NDArray[np.bool_]:
    """(n_flows, n_kinds) bool: every kind that has effects, with all of its effects."""
    causes = sorted({*CAUSE.values()})
    return np.stack([effects(kind_code(cause)) for cause in causes])


@cache
def effects(kind: int) -> NDArray[np.bool_]:
    """(n_kinds,) bool: a kind and all that follows from it."""
    return np.array([other == kind or kind in ancestors(other) for other in range(width())])


@cache
def ancestors(kind: int) -> tuple[int, ...]:
    """Codes of what causes a kind, directly or not."""
    cause = CAUSE.get(kinds()[kind].name) if messages()[kind] else None
    return () if cause is None else (kind_code(cause), *ancestors(kind_code(cause)))


def _served_by(service: str) -> NDArray[np.bool_]:
    return np.array([*(kind.service == service for kind in kinds()), False])


def _of(role: str, scope: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if role == "events":
        return scope & np.array([*(not kind.is_command for kind in kinds()), False])
    if role == "requests":
        return np.array(
            [scope[kind] and not any(scope[cause] for cause in ancestors(kind)) for kind in range(len(scope))]
        )
    return scope
