"""One incident moves many counts; one entity is named."""

import numpy as np
import pytest

from models.columns import kind_code
from models.volume.attribution import own_share, still_on
from models.volume.families import effects, event_kinds, groups, service_members, services, width
from tests.builders.volume import minute_log

EXPECTED = minute_log(1, seed=8).counts[20 * 60 : 20 * 60 + 15].sum(axis=0).astype(float)


def changed(factor: float, mask: np.ndarray) -> np.ndarray:
    return np.where(mask, EXPECTED * factor, EXPECTED)


def kind(name: str) -> np.ndarray:
    return np.arange(width()) == kind_code(name)


def service(name: str) -> np.ndarray:
    return service_members()[services().index(name)]


EVERYTHING = np.ones(width(), bool)
INCIDENTS = {
    "ten times the traffic": (changed(10, EVERYTHING), "cqshop"),
    "half of it": (changed(0.5, EVERYTHING), "cqshop"),
    "requests without effect": (changed(0.3, event_kinds()), "cqshop"),
    "a type stops": (changed(0, kind("CartLineRemoved")), "CartLineRemoved"),
    "orders have no effect": (changed(0, effects(kind_code("OrderCreated"))), "OrderCreated"),
    "the order service stops": (changed(0, effects(kind_code("OrderCreationRequested"))), "order-service"),
    "the notification service stops": (changed(0, service("notification-service")), "notification-service"),
    "an import of products": (
        changed(900, effects(kind_code("ProductAdditionRequested"))) + 900 * kind("ProductAdditionRequested"),
        "ProductAdditionRequested",
    ),
}


@pytest.mark.parametrize("name", INCIDENTS)
def test_the_entity_whose_deviation_it_is_is_named(name: str) -> None:
    seen, entity = INCIDENTS[name]

    blamed = {
        group.entity.id
        for index, group in enumerate(groups())
        if abs(_log_ratio(group.members, seen)) > 0.3
        and own_share(index, seen[None], EXPECTED[None], kinds_are_judged=True)[0] > 0.5
    }

    assert blamed == {entity}


def test_a_deviation_is_over_when_the_newest_minutes_are_ordinary_again() -> None:
    whole = np.log(np.array([0.05, 0.05, 0.05]))
    due = np.array([20.0, 20.0, 0.01])  # the last says too little to tell
    come = np.array([0.05, 1.0, 1.0]) * due

    assert still_on(whole, come, due).tolist() == [1.0, 0.0, 1.0]


def _log_ratio(mask: np.ndarray, seen: np.ndarray) -> float:
    return float(np.log((seen[mask].sum() + 2) / (EXPECTED[mask].sum() + 2)))
