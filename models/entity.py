"""What an anomaly is about."""

from typing import NamedTuple, cast

from models.facts import EntityKind
from shop_services.contracts.anomaly import EntityKind as KindName


class Entity(NamedTuple):
    """What an anomaly is about: `Entity(EntityKind.PRODUCT, "7")`."""

    kind: EntityKind
    id: str

    @property
    def kind_name(self) -> KindName:
        """The kind as the published contract writes it."""
        return cast(KindName, self.kind.name.lower())
