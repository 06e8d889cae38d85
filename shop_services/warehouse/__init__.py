"""The warehouse: products, stock, and the reservations that keep carts honest."""
