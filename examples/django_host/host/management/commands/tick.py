"""Do what time alone makes true, and send what waits: for cron, every few minutes, in as many places as one likes."""

from django.core.management.base import BaseCommand

from host.practice import follow, service


class Command(BaseCommand):
    """`python manage.py tick`."""

    def handle(self, **_: object) -> None:
        """Say what was done."""
        swept = service().sweep()
        follow()
        self.stdout.write(f"swept {swept.done}, sent {service().deliver()}")
