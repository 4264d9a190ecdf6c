"""The versions of the tables, for Alembic. Only `funnelkit.adapters.sql.upgrade` has them run."""
