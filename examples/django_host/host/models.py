"""The practice's own contacts, as they were before: integer keys, and three words for a status."""

from django.db import models


class Contact(models.Model):
    """Somebody the practice knows."""

    name = models.TextField()
    email = models.EmailField(blank=True)
    status = models.TextField(default="lead")

    def __str__(self) -> str:
        """Show the key: names do not belong into logs."""
        return f"contact {self.pk}"
