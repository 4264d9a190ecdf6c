"""The clear text of a link: what only the person invited has. It shows in no repr, and is kept nowhere."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from typing import Final

from attrs import frozen

from funnelkit.errors import invalid, kind_of

FORM: Final = re.compile(r"fki_([A-Za-z0-9_-]{16,64})\.([A-Za-z0-9_-]{43})")
"""Selector and verifier: 43 signs of base64 are 256 bits."""

INVITATION: Final = "invitation"
"""What a link of an invitation is good for, and for nothing else."""


@frozen(repr=False)
class Token:
    """A link's clear text in its two parts: the public selector finds it, the verifier proves it. Raises Invalid."""

    selector: str
    verifier: str

    def __attrs_post_init__(self) -> None:
        """Refuse what would not be read back, without showing it."""
        texts = type(self.selector) is str and type(self.verifier) is str
        if not texts or FORM.fullmatch(self.reveal()) is None:
            raise invalid("token", "a selector of 16 to 64 and a verifier of 43 signs of base64url are needed")

    def __repr__(self) -> str:
        """Show that there is one, and nothing of it."""
        return "<Token>"

    def __str__(self) -> str:
        """The same: a token that is printed by mistake is not given away."""
        return "<Token>"

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to be written down. Raises TypeError."""
        raise TypeError("a token is kept nowhere, so it is not pickled or copied")

    def reveal(self) -> str:
        """Give the clear text, for the one place where it goes out: `fki_<selector>.<verifier>`."""
        return f"fki_{self.selector}.{self.verifier}"


NOBODYS: Final = Token("-" * 16, "-" * 43)
"""What stands in for a text that is no token, so that both take the same way."""


def read_token(given: object) -> Token:
    """Take a clear text apart. What is no such text is looked up all the same, and nothing is found under it."""
    if isinstance(given, Token):
        return given
    found = FORM.fullmatch(given) if isinstance(given, str) else None
    return NOBODYS if found is None else Token(found[1], found[2])


def hashed(token: Token, account: str, purpose: str = INVITATION) -> str:
    """Give what is kept of a token: SHA-256 in hex, with account and purpose bound in, so that it opens no other.

    A fast hash is enough: 256 bits of chance are not guessed.
    """
    parts = (account.encode(), purpose.encode(), token.selector.encode(), token.verifier.encode())
    return sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two hashes in a time that does not depend on where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())


def link(url: str, token: Token) -> str:
    """Give the address with the token behind a `#`, where no server and no log sees it. Raises Invalid."""
    if not isinstance(token, Token):
        raise invalid("token", f"a Token is needed, not {kind_of(token)}")
    if type(url) is not str or not url.startswith(("https://", "http://")) or "#" in url or not url.isprintable():
        raise invalid("url", "an address of your site is needed, without a #, e.g. 'https://example.org/welcome'")
    return f"{url}#{token.reveal()}"
