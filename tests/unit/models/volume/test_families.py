"""Which entities one incident may touch."""

import pytest

from models.facts import EntityKind
from models.volume.families import belong_together

SHOP = (int(EntityKind.SHOP), "cqshop")
ORDERS = (int(EntityKind.SERVICE), "order-service")
MAIL = (int(EntityKind.SERVICE), "notification-service")
CREATED = (int(EntityKind.EVENT_TYPE), "OrderCreated")
CONFIRMED = (int(EntityKind.EVENT_TYPE), "OrderConfirmationSent")
REGISTERED = (int(EntityKind.EVENT_TYPE), "UserAccountCreated")


@pytest.mark.parametrize(("one", "other"), [(SHOP, CREATED), (ORDERS, MAIL), (ORDERS, CREATED), (CREATED, CONFIRMED)])
def test_cause_and_effect_and_part_and_whole_belong_together(one: tuple[int, str], other: tuple[int, str]) -> None:
    assert belong_together(one, other)
    assert belong_together(other, one)


def test_kinds_without_a_common_chain_are_incidents_of_their_own() -> None:
    assert not belong_together(CREATED, REGISTERED)
