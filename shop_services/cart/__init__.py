"""Carts: one a user, filled only with what the warehouse could reserve."""
