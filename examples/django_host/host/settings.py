"""The settings: as they were, and what funnelkit needs."""

import os
from pathlib import Path

SECRET_KEY = "for this example only"  # noqa: S105  # nothing is signed with it that matters
INSTALLED_APPS = ["host", "funnelkit.adapters.django"]
ROOT_URLCONF = "host.views"
ALLOWED_HOSTS = ["localhost", "testserver"]
USE_TZ = True  # moments have zones
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("HOST_DATABASE", Path(__file__).parent.parent / "host.sqlite3"),
        "OPTIONS": {  # writers wait for each other from the beginning, and readers for nobody
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
    }
}
