"""Take over what is new in the old table, do what time alone makes true, say who is due, and send what waits."""

from django.core.management.base import BaseCommand

from host.practice import adopt, follow, service


class Command(BaseCommand):
    """`python manage.py tick`: for cron, every few minutes. The first one adopts everybody."""

    def handle(self, **_: object) -> None:
        """Say what was done."""
        crm = service()
        self.stdout.write("taken over {}, refused {}".format(*adopt()))
        self.stdout.write(f"swept {crm.sweep().done}")
        follow()
        for due in crm.due():
            self.stdout.write(f"due: contact {due.contact}, attempt {due.attempt}")
        self.stdout.write(f"sent {crm.deliver()}")
