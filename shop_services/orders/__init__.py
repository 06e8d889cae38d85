"""Orders: somebody buys what the cart holds."""
