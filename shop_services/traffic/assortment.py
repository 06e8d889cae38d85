"""What the shop sells: products with prices over four orders of magnitude and a popularity law. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

# fmt: off
_LOOKS = ("Blue", "Red", "Plain", "Striped", "Antique", "Small", "Tall", "Folding", "Painted", "Brass", "Woven")
_KINDS = ("oak", "tin", "glass", "cotton", "paper", "clay", "steel", "felt", "cork", "wool", "slate", "birch")
_THINGS = ("chair", "lamp", "bowl", "clock", "ribbon", "kettle", "box", "bell", "mirror", "basket", "pencil", "tray",
           "vase", "stool", "hook", "candle", "frame", "brush", "mug", "button", "spoon", "desk")
# fmt: on

CHEAPEST, DEAREST = 0.04, 900.0


@dataclass(slots=True)
class Product:
    """One product as staff know it. `weight`: its popularity (0: nobody buys it yet); `level`: its full stock."""

    code: str
    name: str
    price: float
    weight: float
    level: int

    @property
    def description(self) -> str:
        """A line for the product's page."""
        return f"{self.name}, made to last"


def draw_assortment(rng: Random, size: int, pieces_per_day: float) -> Iterator[Product]:
    """`size` products: popularity by a power law, stock for three to six days of `pieces_per_day`, some never sold."""
    ranks = [(rank + 3.0) ** -0.75 for rank in range(size)]
    rng.shuffle(ranks)
    total = sum(ranks)
    for number, rank in enumerate(ranks, start=1):
        product = draw_product(rng, number, rank / total, pieces_per_day)
        product.weight *= rng.random() > 0.04
        yield product


def draw_product(rng: Random, number: int, weight: float, pieces_per_day: float) -> Product:
    """One product of a popularity; its stock follows what it will sell, roughly."""
    name = f"{rng.choice(_LOOKS)} {rng.choice(_KINDS)} {rng.choice(_THINGS)}"
    level = max(30.0, weight * pieces_per_day * rng.uniform(3, 6)) * rng.lognormvariate(0, 0.3)
    return Product(f"P{number:05d}", name, draw_price(rng), weight, int(level))


def draw_price(rng: Random) -> float:
    """A price, log-normal around twelve, from four cents to nine hundred."""
    price = rng.lognormvariate(math.log(12), 1.8)
    return round(min(max(price, CHEAPEST), DEAREST), 2)
