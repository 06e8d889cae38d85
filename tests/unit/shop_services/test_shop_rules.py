"""The shop's rules, told through the messages it answers with."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop_services.chassis.inprocess import InProcessShop
from shop_services.contracts.cart import (
    AddingProductToCartRequested,
    CartLineRemoved,
    CartLineUpdated,
    ProductAddedToCart,
    ProductRemovalFromCartRequested,
    ProductRemovedFromCart,
)
from shop_services.contracts.envelope import Envelope, encode
from shop_services.contracts.orders import OrderCreationRequested
from shop_services.contracts.users import (
    AccountDetailsProvided,
    AccountRemovalRequested,
    ActivationLinkClicked,
    UpdateAccountDetailsProvided,
)
from shop_services.contracts.warehouse import (
    ProductReservationRemoved,
    ReservationMaterialized,
)
from shop_services.warehouse.domain import RESERVATION_LASTS
from tests.builders.shop import NOON, Shop


@pytest.fixture
def shop() -> Shop:
    """A shop with user 1 and ten pieces of product 1 at 2.50."""
    opened = Shop()
    opened.register("alice")
    opened.stock("P1", 10, 2.5)
    return opened


def test_registering_opens_an_account_and_a_cart_and_sends_a_link() -> None:
    names = Shop().names(AccountDetailsProvided(username="alice"), "users")

    assert names[:3] == ["AccountDetailsProvided", "UserAccountCreated", "AccountActivationCodeCreated"]
    assert Counter(names[3:]) == Counter(
        ["CartCreationRequested", "UserCartCreated", "SendActivationLink", "ActivationLinkSent"]
    )


def test_a_username_is_given_once(shop: Shop) -> None:
    assert shop.names(AccountDetailsProvided(username="alice"), "users") == ["AccountDetailsProvided"]


def test_the_right_code_activates_once(shop: Shop) -> None:
    assert shop.names(ActivationLinkClicked(user_id=1), "users") == ["ActivationLinkClicked", "UserAccountActivated"]
    assert shop.names(ActivationLinkClicked(user_id=1), "users") == ["ActivationLinkClicked"]


def test_a_wrong_code_does_not_activate(shop: Shop) -> None:
    guess = ActivationLinkClicked(user_id=1, activation_code_digest="0" * 32)

    assert shop.names(guess, "users") == ["ActivationLinkClicked"]


def test_an_account_can_be_changed(shop: Shop) -> None:
    change = UpdateAccountDetailsProvided(username="alice", password_digest="d")

    assert shop.names(change, "users") == ["UpdateAccountDetailsProvided", "UserAccountUpdated"]


def test_adding_to_a_cart_passes_by_the_warehouse(shop: Shop) -> None:
    assert shop.add(user=1, product=1, quantity=2) == [
        "AddingProductToCartRequested",
        "ProductReservationRequested",
        "ProductReservationCreated",
        "ProductAddedToCart",
    ]


def test_adding_again_updates_the_line(shop: Shop) -> None:
    shop.add(user=1, product=1, quantity=2)

    command = AddingProductToCartRequested(product_id=1, quantity=3, user_id=1)
    updated = shop.ask(command, "cart")[-1]

    assert isinstance(updated, CartLineUpdated)
    assert (updated.quantity, updated.price) == (5, 2.5)


def test_what_is_not_in_stock_is_not_reserved(shop: Shop) -> None:
    shop.add(user=1, product=1, quantity=8)

    refused = shop.add(user=1, product=1, quantity=3)

    assert refused == ["AddingProductToCartRequested", "ProductReservationRequested"]
    assert shop.stock_of(1) == (10, 8)


@pytest.mark.parametrize(
    ("user", "product", "quantity"), [(2, 1, 1), (1, 2, 1), (1, 1, 0)], ids=["user", "product", "none"]
)
def test_a_senseless_wish_leaves_only_its_own_log(shop: Shop, user: int, product: int, quantity: int) -> None:
    assert shop.add(user, product, quantity) == ["AddingProductToCartRequested"]


def test_taking_out_sets_the_pieces_free(shop: Shop) -> None:
    shop.add(user=1, product=1, quantity=8)

    names = shop.names(ProductRemovalFromCartRequested(product_id=1, user_id=1), "cart")

    assert names == [
        "ProductRemovalFromCartRequested",
        "ProductRemovedFromCart",
        "ProductReservationRemovalRequested",
        "ProductReservationRemoved",
    ]
    assert shop.stock_of(1) == (10, 0)


def test_an_order_takes_the_cart_and_the_stock(shop: Shop) -> None:
    shop.stock("P2", 5, 4.0)
    shop.add(user=1, product=1, quantity=3)
    shop.add(user=1, product=2, quantity=1)

    messages = shop.ask(OrderCreationRequested(user_id=1), "orders")

    names = Counter(type(message).__name__ for message in messages)
    assert names == {
        "OrderCreationRequested": 1,
        "OrderCreated": 1,
        "SendOrderConfirmation": 1,
        "OrderConfirmationSent": 1,
        "RemoveCartLines": 1,
        "CartLineRemoved": 2,
        "MaterializeUserReservations": 1,
        "ReservationMaterialized": 2,
    }
    assert sum(message.quantity for message in messages if isinstance(message, CartLineRemoved)) == 4
    assert sum(message.quantity for message in messages if isinstance(message, ReservationMaterialized)) == 4
    assert (shop.stock_of(1), shop.stock_of(2)) == ((7, 0), (4, 0))


def test_a_reservation_ends_and_empties_the_cart(shop: Shop) -> None:
    shop.add(user=1, product=1, quantity=3)

    assert shop.expire(RESERVATION_LASTS - timedelta(seconds=1)) == []
    ended = shop.expire(RESERVATION_LASTS + timedelta(seconds=1))

    assert [type(message) for message in ended] == [ProductReservationRemoved, ProductRemovedFromCart]
    assert shop.stock_of(1) == (10, 0)


def test_adding_more_renews_the_reservation_of_the_line(shop: Shop) -> None:
    shop.add(user=1, product=1, quantity=3)
    shop.now += timedelta(minutes=20)
    shop.add(user=1, product=1, quantity=1)

    assert shop.expire(timedelta(minutes=15)) == []
    assert len(shop.expire(RESERVATION_LASTS + timedelta(seconds=1))) == 3  # two reservations, one line


def test_a_price_goes_from_the_warehouse_to_the_cart(shop: Shop) -> None:
    shop.stock("P1", 10, 0.25)

    added = shop.ask(AddingProductToCartRequested(product_id=1, quantity=1, user_id=1), "cart")[-1]

    assert isinstance(added, ProductAddedToCart)
    assert added.price == 0.25


def test_the_cart_can_be_wrong_about_a_price_by_itself(shop: Shop) -> None:
    shop.shop.services["cart"].store.set_price(1, 0.01)

    added = shop.ask(AddingProductToCartRequested(product_id=1, quantity=1, user_id=1), "cart")[-1]

    assert isinstance(added, ProductAddedToCart)
    assert added.price == 0.01
    assert shop.shop.services["warehouse"].store.product(1).price == 2.5


def test_stock_never_falls_below_what_is_promised(shop: Shop) -> None:
    shop.add(user=1, product=1, quantity=8)

    shop.stock("P1", 3, 2.5)

    assert shop.stock_of(1) == (8, 8)


def test_a_removed_user_leaves_nothing_held(shop: Shop) -> None:
    shop.add(user=1, product=1, quantity=8)

    names = shop.names(AccountRemovalRequested(user_id=1), "users")

    assert Counter(names) == Counter(
        ["AccountRemovalRequested", "UserAccountRemoved", "ProductRemovedFromCart", "ProductReservationRemoved"]
    )
    assert shop.stock_of(1) == (10, 0)
    assert shop.add(user=1, product=1, quantity=1) == ["AddingProductToCartRequested"]


def test_all_that_a_request_sets_off_shares_its_correlation_and_names_its_cause(shop: Shop) -> None:
    shop.add(user=1, product=1, quantity=1)
    chain = [envelope for _, envelope in shop.shop.request("orders", OrderCreationRequested(user_id=1), shop.now)]

    assert len({envelope.correlationid for envelope in chain}) == 1
    assert chain[0].causationid is None
    known = {envelope.id for envelope in chain}
    assert all(envelope.causationid in known for envelope in chain[1:])
    assert [envelope.time for envelope in chain] == sorted(envelope.time for envelope in chain)


def test_the_same_seed_gives_the_same_messages() -> None:
    assert a_morning(seed=3) == a_morning(seed=3)
    assert a_morning(seed=3) != a_morning(seed=4)


def a_morning(seed: int) -> list[bytes]:
    shop = InProcessShop(seed)
    sent: list[tuple[str, Envelope]] = []
    sent += shop.request("users", AccountDetailsProvided(username="alice"), NOON)
    sent += shop.request("orders", OrderCreationRequested(user_id=1), NOON)
    return [encode(envelope) for _, envelope in sent]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 3), st.integers(1, 2), st.integers(1, 7)),
        st.tuples(st.just("take"), st.integers(1, 3), st.integers(1, 2), st.just(0)),
        st.tuples(st.just("order"), st.integers(1, 3), st.just(0), st.just(0)),
        st.tuples(st.just("stock"), st.just(0), st.integers(1, 2), st.integers(0, 12)),
        st.tuples(st.just("wait"), st.just(0), st.just(0), st.integers(1, 40)),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_whatever_happens_the_books_balance(happenings: list[tuple[str, int, int, int]]) -> None:
    """INVARIANT: 0 <= reserved <= stock, and carts hold exactly what is reserved.

    Without it the shop sells what it has not got, and every monitor of stock is wrong.
    """
    shop = Shop()
    for name in ("alice", "bob", "carol"):
        shop.register(name)
    for code in ("P1", "P2"):
        shop.stock(code, 10, 1.0)

    for what, user, product, amount in happenings:
        carry_out(shop, what, user, product, amount)

        for number in (1, 2):
            stock, reserved = shop.stock_of(number)
            assert 0 <= reserved <= stock
            assert reserved == in_carts(shop, number)


def carry_out(shop: Shop, what: str, user: int, product: int, amount: int) -> None:
    if what == "add":
        shop.add(user, product, amount)
    elif what == "take":
        shop.ask(ProductRemovalFromCartRequested(product_id=product, user_id=user), "cart")
    elif what == "order":
        shop.ask(OrderCreationRequested(user_id=user), "orders")
    elif what == "stock":
        shop.stock(f"P{product}", amount, 1.0)
    else:
        shop.now += timedelta(minutes=amount)
        shop.expire(timedelta())


def in_carts(shop: Shop, product: int) -> int:
    store = shop.shop.services["cart"].store
    lines = [store.line(user, product) for user in (1, 2, 3)]
    return sum(line.quantity for line in lines if line)
