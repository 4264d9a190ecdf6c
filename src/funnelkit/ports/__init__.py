"""THE NEEDS: one Protocol for each thing that a host brings. No method here has a body."""

from __future__ import annotations

from typing import Final

from funnelkit.values.checks import having, optional

PORTS: Final = {
    "storage": having("transaction", "a Storage"),
    "clock": having("now", "a Clock"),
    "notifier": optional(having("send", "a Notifier")),
    "calendar": optional(having("open_on", "a Calendar")),
    "identifiers": optional(having("fresh", "an Identifiers")),
    "tokens": optional(having("fresh", "a Tokens")),
    "limits": optional(having("allows", "a Limits")),
    "observer": optional(having("hears", "an Observer")),
}
"""The needs, and what shows that something meets one."""
