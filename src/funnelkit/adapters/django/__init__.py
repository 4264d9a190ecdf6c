"""A Django app that keeps what funnelkit stores in the host's own database, in the host's own transaction.

Add `funnelkit.adapters.django` to INSTALLED_APPS, run `migrate`, and make a `storage.DjangoStorage`. Needs the extra
`django`. It works by Django's ORM throughout: SQLAlchemy over the connection of Django loses data, and is not offered.
"""
