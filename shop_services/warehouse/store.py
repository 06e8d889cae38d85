"""What the warehouse remembers."""

from shop_services.chassis.refusals import Unknown
from shop_services.chassis.rows import Tables
from shop_services.warehouse.domain import Product, Reservation


class Store:
    """Products and open reservations."""

    def __init__(self, tables: Tables) -> None:
        self.next_product_id = lambda: tables.next_id("product")
        self.next_reservation_id = lambda: tables.next_id("reservation")
        self._products = tables.rows(Product, indexes=("code",))
        self._reservations = tables.rows(Reservation, indexes=("user_id",))

    def product(self, product_id: int) -> Product:
        """The product; raises Unknown."""
        if (product := self._products.get(product_id)) is None:
            raise Unknown(f"there is no product {product_id}")
        return product

    def product_coded(self, code: str) -> Product | None:
        """The product of that code."""
        return next(iter(self._products.find(code=code)), None)

    def products(self, after: int, limit: int) -> list[Product]:
        """At most `limit` products with higher ids than `after`, by id."""
        return self._products.page(after, limit)

    def keep_product(self, product: Product) -> None:
        """Add or replace a product."""
        self._products.put(product)

    def reservations(self, user_id: int) -> list[Reservation]:
        """What is held for a user, oldest first."""
        return self._reservations.find(user_id=user_id)

    def reservations_of(self, user_id: int, product_id: int) -> list[Reservation]:
        """What is held of a product for a user, oldest first."""
        return self._reservations.find(user_id=user_id, product_id=product_id)

    def expired(self, now: int) -> list[Reservation]:
        """Reservations that should not be held any longer at `now` (ms since the epoch)."""
        return self._reservations.due("expires", now)

    def keep_reservation(self, reservation: Reservation) -> None:
        """Add or replace a reservation."""
        self._reservations.put(reservation)

    def forget_reservation(self, reservation: Reservation) -> None:
        """Remove a reservation."""
        self._reservations.delete(reservation.reservation_id)
