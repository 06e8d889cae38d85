"""Where one service sends commands to another: internal to the shop, whoever handles one logs it for all to see."""

from shop_services.contracts.catalogue import owners


def inbox_of(service: str) -> str:
    """The inbox topic of a service: `warehouse-service-inbox`."""
    return f"{service}-inbox"


INBOX_TOPICS: tuple[str, ...] = tuple(sorted(inbox_of(owner.SERVICE) for owner in owners()))
