"""Faults inside the shop."""

from datetime import UTC, datetime
from random import Random

import pytest

from shop_services.chassis.inprocess import InProcessShop
from shop_services.contracts import cart, orders, users, warehouse
from shop_services.contracts.envelope import payload
from shop_services.traffic.tampering import (
    Sent,
    cart_priced,
    effects_lost,
    service_reduced,
    service_stopped,
    type_silenced,
)

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def order() -> list[Sent]:
    """What an order of two pieces leaves on the topics."""
    return _bought()[1]


def _bought() -> tuple[list[Sent], list[Sent]]:
    """What putting two pieces into a cart leaves, and what ordering them leaves."""
    shop = InProcessShop(1)
    listing = warehouse.ProductAdditionRequested(code="P1", name="Tin bell", description="", quantity=9, price=4.0)
    shop.request(warehouse.SERVICE, listing, AT)
    shop.request(users.SERVICE, users.AccountDetailsProvided(username="ann"), AT)
    wanted = cart.AddingProductToCartRequested(product_id=1, quantity=2, user_id=1)
    return (
        shop.request(cart.SERVICE, wanted, AT),
        shop.request(orders.SERVICE, orders.OrderCreationRequested(user_id=1), AT),
    )


def _names(sent: list[Sent]) -> set[str]:
    return {envelope.type.rpartition(".")[2] for _, envelope in sent}


def test_a_stopped_service_says_nothing_and_causes_nothing(order: list[Sent]) -> None:
    left = service_stopped(orders.SERVICE)(order)

    assert left == []


def test_the_other_services_go_on_without_a_stopped_one(order: list[Sent]) -> None:
    left = service_stopped(warehouse.SERVICE)(order)

    assert _names(order) - _names(left) == {"MaterializeUserReservations", "ReservationMaterialized"}


def test_a_silenced_type_is_missing_alone(order: list[Sent]) -> None:
    left = type_silenced("OrderCreated")(order)

    assert _names(order) - _names(left) == {"OrderCreated"}
    assert len(left) == len(order) - 1


def test_a_request_without_effect_leaves_its_command(order: list[Sent]) -> None:
    assert _names(effects_lost(1.0, Random(0))(order)) == {"OrderCreationRequested"}
    assert effects_lost(0.0, Random(0))(order) == order


def test_a_reduced_service_loses_a_share(order: list[Sent]) -> None:
    rng = Random(0)

    lost = sum(service_reduced(orders.SERVICE, 0.5, rng)(order) == [] for _ in range(400))

    assert 150 < lost < 350


def test_the_cart_charges_its_own_price() -> None:
    added = _bought()[0]

    charged = [payload(one) for _, one in cart_priced(lambda: 1, lambda price, quantity: price * quantity)(added)]

    assert [message.price for message in charged if isinstance(message, cart.ProductAddedToCart)] == [8.0]
    assert cart_priced(lambda: 2, lambda price, quantity: 0.0)(added) == added
