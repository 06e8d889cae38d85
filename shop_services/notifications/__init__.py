"""Notifications: activation links and order confirmations."""
