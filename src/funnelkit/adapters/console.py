"""Messages on the screen, for demos and for a first day without a mail server."""

from __future__ import annotations

import sys
from typing import Protocol

from funnelkit.adapters.letters import Writer, one_line
from funnelkit.values.plan import Letter, Message


class Out(Protocol):
    """What can be written to: a file, or the screen."""

    def write(self, text: str, /) -> object:
        """Write it."""
        ...


class ConsoleNotifier:
    """Prints what would be sent: recipient by id, template and parameters; with a `writer`, what the mail says, too.

    The clear text of a link shows only with `reveal=True`: a screen is often kept.
    """

    def __init__(self, out: Out | None = None, *, writer: Writer | None = None, reveal: bool = False) -> None:
        """Take where to print; None: to the standard output."""
        self._out = out
        self._writer = writer
        self._reveal = reveal

    def send(self, account: str, message: Message) -> None:
        """Print it, in one piece. Raises NoAddress or NoText of the writer."""
        lines = [f"{account}: {message.template} to {message.recipient.value} {message.to} by {message.channel.value}"]
        lines += [f"  {one_line(key)}: {one_line(value)}" for key, value in sorted(message.params.items())]
        if isinstance(message, Letter):
            lines.append(f"  token: {message.token.reveal() if self._reveal else 'not shown'}")
        if self._writer is not None:
            mail = self._writer.write(account, message, reveal=self._reveal)
            lines += ["", f"  {mail.subject}", "", *(f"  {line}".rstrip() for line in mail.text.splitlines()), ""]
        (self._out or sys.stdout).write("\n".join(lines) + "\n")
