"""Notifications as a web application."""

from fastapi import FastAPI

from shop_services.chassis.bus import Bus
from shop_services.chassis.live import LiveService
from shop_services.chassis.rows import Database
from shop_services.chassis.web import create_app
from shop_services.notifications.routes import router


def create(live: LiveService, database: Database, bus: Bus) -> FastAPI:
    """The application; its threads start and end with it."""
    return create_app(live, database, bus, router)
