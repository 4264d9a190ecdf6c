"""The app: its name among the host's apps, and what it asks of the host's settings."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


class FunnelkitConfig(AppConfig):
    """Known as `funnelkit` to migrations and permissions. No signals, no middleware, no urls."""

    name = "funnelkit.adapters.django"
    label = "funnelkit"
    verbose_name = "funnelkit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the settings checked with the host's own."""
        register(zones_are_used)


def zones_are_used(*_: Any, **__: Any) -> list[CheckMessage]:
    """Hold that times have zones: without them, what is read would be another moment than what was written."""
    if settings.USE_TZ:
        return []
    return [Error("funnelkit stores moments, which need a zone", hint="set USE_TZ = True", id="funnelkit.E001")]
