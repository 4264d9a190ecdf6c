"""Bring the practice's contacts in, once or again."""

from django.core.management.base import BaseCommand

from host.practice import adopt


class Command(BaseCommand):
    """`python manage.py adopt`."""

    def handle(self, **_: object) -> None:
        """Say how many there were."""
        self.stdout.write("adopted {}, refused {}".format(*adopt()))
