"""`python -m funnelkit` does what the command `funnelkit` does."""

from funnelkit.cli import main

raise SystemExit(main())
