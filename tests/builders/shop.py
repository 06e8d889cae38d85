"""The shop in process, for tests that speak in messages."""

from datetime import UTC, datetime, timedelta

from shop_services.chassis.inprocess import InProcessShop
from shop_services.contracts.cart import AddingProductToCartRequested
from shop_services.contracts.envelope import payload
from shop_services.contracts.message import Command, Message
from shop_services.contracts.users import AccountDetailsProvided
from shop_services.contracts.warehouse import ProductAdditionRequested

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Shop:
    """The shop in process, asked and answering in plain messages."""

    def __init__(self, seed: int = 7) -> None:
        self.shop = InProcessShop(seed)
        self.now = NOON

    def ask(self, command: Command, service: str) -> list[Message]:
        self.now += timedelta(seconds=1)
        return [payload(envelope) for _, envelope in self.shop.request(service, command, self.now)]

    def names(self, command: Command, service: str) -> list[str]:
        return [type(message).__name__ for message in self.ask(command, service)]

    def register(self, username: str) -> None:
        self.ask(AccountDetailsProvided(username=username), "users")

    def stock(self, code: str, quantity: int, price: float) -> list[Message]:
        command = ProductAdditionRequested(code=code, name=code, description="", quantity=quantity, price=price)
        return self.ask(command, "warehouse")

    def add(self, user: int, product: int, quantity: int) -> list[str]:
        command = AddingProductToCartRequested(product_id=product, quantity=quantity, user_id=user)
        return self.names(command, "cart")

    def expire(self, after: timedelta) -> list[Message]:
        return [payload(envelope) for _, envelope in self.shop.expire_reservations(self.now + after)]

    def stock_of(self, product: int) -> tuple[int, int]:
        held = self.shop.services["warehouse"].store.product(product)
        return held.stock, held.reserved
