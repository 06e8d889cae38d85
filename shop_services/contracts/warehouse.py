"""The warehouse: products, their stock, and pieces reserved for a user's cart."""

from shop_services.contracts.message import Command, Event

CONTEXT = "warehouse"
SERVICE = "warehouse-service"
TOPIC = "warehouse-events"


class ProductAdditionRequested(Command):
    """A product is to be sold, or, when the code is known already, sold with these details from now on."""

    code: str
    name: str
    description: str
    quantity: int
    price: float


class ProductReservationRequested(Command):
    """Pieces of a product are to be held for a user."""

    product_id: int
    user_id: int
    quantity: int


class ProductReservationRemovalRequested(Command):
    """What is held of a product for a user is to be set free."""

    product_id: int
    user_id: int


class MaterializeUserReservations(Command):
    """Everything held for the user was ordered and leaves the stock."""

    user_id: int


class ProductAddedToWarehouse(Event):
    """A product is for sale; quantity is its stock."""

    product_id: int
    code: str
    name: str
    quantity: int
    price: float


class ProductUpdatedInWarehouse(Event):
    """Details of a product changed; quantity is the new stock."""

    product_id: int
    code: str
    name: str
    quantity: int
    price: float


class ProductReservationCreated(Event):
    """Pieces are held for a user; quantity is what this request added."""

    id: int
    product_id: int
    user_id: int
    quantity: int


class ProductReservationRemoved(Event):
    """The pieces of a reservation are free again."""

    id: int
    product_id: int
    user_id: int


class ReservationMaterialized(Event):
    """The pieces of a reservation left the stock."""

    reservation_id: int
    product_id: int
    user_id: int
    quantity: int
    materialization_date: str
