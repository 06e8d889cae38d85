from collections import Counter

import msgspec
import numpy as np

from models.decode import decode as columns_of
from shop_services.contracts.envelope import decode, payload
from tests.evaluation.messages import code, codes_of, kinds
from tests.evaluation.outages import backlogged, silenced
from tests.evaluation.spans import HOUR
from tests.evaluation.wire import Writer
from tests.evaluation.world import draw_world
from tests.unit.evaluation.small import history, strict_history

SAMPLE = np.arange(3_000)


def lines(seed: int) -> list[str]:
    return [line for block in Writer(seed).lines(history(seed).messages.take(SAMPLE)) for line in block]


def test_a_seed_always_gives_the_same_log_and_another_seed_another():
    first = lines(3)
    history.cache_clear()

    assert lines(3) == first
    assert lines(6) != first


def test_seeds_differ_in_what_the_shop_is_like():
    worlds = [draw_world(seed, 7) for seed in range(1, 13)]

    assert {world.habits.oversells for world in worlds} == {True, False}
    assert max(world.visits_a_day for world in worlds) > 5 * min(world.visits_a_day for world in worlds)
    assert max(len(world.products.price) for world in worlds) > 3 * min(len(world.products.price) for world in worlds)


def test_every_kind_is_a_message_of_the_contracts():
    said = history().messages
    firsts = np.unique(said.kind, return_index=True)[1]
    values = [
        msgspec.json.encode(msgspec.json.decode(line)["value"]) for line in next(Writer(3).lines(said.take(firsts)))
    ]

    envelopes = [decode(value) for value in values]

    assert {type(payload(envelope)).__name__ for envelope in envelopes} == {kinds()[kind].name for kind in said.kind}


def test_the_monitor_can_read_every_line_also_of_a_shop_whose_carts_name_no_user():
    for names_user in (True, False):
        written = next(Writer(3, names_user).lines(history().messages.take(SAMPLE)))
        values = [msgspec.json.encode(msgspec.json.decode(line)["value"]) for line in written]

        read = columns_of(values, range(len(values)))

        assert (len(read.columns), read.refused, read.unknown) == (len(SAMPLE), [], 0)


def test_every_effect_has_its_cause_before_it_in_the_same_chain():
    said = history().messages
    place = {uid: row for row, uid in enumerate(said.uid.tolist())}
    effects = np.flatnonzero(said.cause > 0)
    causes = np.array([place[uid] for uid in said.cause[effects].tolist()])

    assert len(effects) > len(said) / 2
    assert (said.time[effects] > said.time[causes]).all()
    assert (said.root[effects] == said.root[causes]).all()
    assert (said.cause_time[effects] == said.time[causes]).all()


def test_ids_are_unique():
    said = history().messages
    ids = [msgspec.json.decode(line)["value"]["id"] for block in Writer(3).lines(said.take(SAMPLE)) for line in block]

    assert len(set(said.uid.tolist())) == len(said)
    assert len(set(ids)) == len(SAMPLE)


def test_a_reservation_is_ordered_or_freed_once_or_still_open():
    said = history().messages
    made = said.reservation[said.of("ProductReservationCreated")]
    over = Counter(said.reservation[said.of("ReservationMaterialized", "ProductReservationRemoved")].tolist())

    assert set(over.values()) == {1}
    assert 0.95 < len(over) / len(made) <= 1.0


def test_a_shop_that_does_not_oversell_never_reserves_more_than_it_has():
    shop = strict_history()
    said = shop.messages
    change = np.select(
        [said.of("ProductReservationCreated"), said.of("ProductReservationRemoved", "ReservationMaterialized")],
        [said.quantity, -said.quantity],
    )
    reserved = np.zeros(len(shop.world.products.price) + 1, np.int64)
    most = int(shop.world.products.stock.max())
    for product, pieces in zip(said.product.tolist(), change.tolist(), strict=True):
        reserved[product] += pieces
        assert 0 <= reserved[product] <= most


def test_what_the_warehouse_tells_is_what_it_has():
    shop = strict_history()
    said = shop.messages
    rows = said.take(said.of("ProductAddedToWarehouse", "ProductUpdatedInWarehouse", "ReservationMaterialized"))
    held: dict[int, int] = {}
    for kind, product, pieces in zip(rows.kind.tolist(), rows.product.tolist(), rows.quantity.tolist(), strict=True):
        left = held.get(product, 0) - pieces
        assert left >= -20 or kind != code("ReservationMaterialized")  # telling and leaving take some milliseconds
        held[product] = left if kind == code("ReservationMaterialized") else pieces

    at_the_end = shop.stocks[max(shop.stocks)].held
    told = np.array([held.get(product + 1, 0) for product in range(len(at_the_end))])
    assert np.median(np.abs(told - at_the_end) / np.maximum(at_the_end, 1)) < 0.05


def test_prices_in_carts_are_those_the_warehouse_announced():
    said = strict_history().messages
    sold = said.take(said.of("ProductAddedToCart"))
    asked = strict_history().world.prices.at(sold.product - 1, sold.time - 200)
    cheaper = np.round(asked * 0.85, 2)  # many pieces, in shops with such levels

    assert np.mean(np.isclose(sold.price, asked) | np.isclose(sold.price, cheaper)) > 0.999


def test_nights_are_quiet_and_evenings_busy():
    said = history().messages
    hour = said.time // HOUR % 24
    night, evening = np.count_nonzero((hour >= 1) & (hour < 5)) / 4, np.count_nonzero((hour >= 18) & (hour < 22)) / 4

    assert evening > 5 * night


def test_a_stopped_service_says_nothing_and_nothing_follows_from_it():
    shop = history()
    begin = shop.world.trained_until + 18 * HOUR

    said = silenced(shop.messages, "cart-service", begin, begin + HOUR)

    during = said.take((said.time >= begin) & (said.time < begin + HOUR))
    assert not np.isin(during.kind, list(codes_of("cart-service"))).any()
    assert np.isin(said.cause[said.cause > 0], said.uid).all()
    lost = np.setdiff1d(shop.messages.uid, said.uid)
    assert np.isin(shop.messages.kind[np.isin(shop.messages.uid, lost)], [code("ReservationMaterialized")]).any()


def test_a_backlog_is_made_up_for_after_the_stop_and_nothing_is_lost():
    shop = history()
    begin = shop.world.trained_until + 18 * HOUR

    said = backlogged(shop.messages, "notification-service", begin, begin + HOUR)

    own = said.take(np.isin(said.kind, list(codes_of("notification-service"))))
    assert len(said) == len(shop.messages)
    assert not ((own.time >= begin) & (own.time < begin + HOUR)).any()
