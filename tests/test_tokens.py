"""The clear text of a link: what it looks like, that it never shows, and what is kept of it instead."""

from __future__ import annotations

import io
import logging
import pickle
import re
import traceback
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from funnelkit import Invalid, Role
from funnelkit.adapters.memory import KnownTokens
from funnelkit.adapters.system import RandomTokens
from funnelkit.commands import Accept, Decline
from funnelkit.values.actor import Actor
from funnelkit.values.plan import Letter
from funnelkit.values.token import FORM, INVITATION, NOBODYS, Token, hashed, link, read_token, same

SELECTOR: Final = "s" * 16
VERIFIER: Final = "v" * 43
SIGNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
TEXT: Final = f"fki_{SELECTOR}.{VERIFIER}"

selectors: Final = st.text(SIGNS, min_size=16, max_size=64)
verifiers: Final = st.text(SIGNS, min_size=43, max_size=43)
tokens: Final = st.builds(Token, selectors, verifiers)


@pytest.fixture
def token() -> Token:
    """A token whose parts are easily found where they do not belong."""
    return Token(SELECTOR, VERIFIER)


# ---- the form


@given(tokens)
def test_a_token_is_a_selector_and_a_verifier(token: Token) -> None:
    """`fki_<selector>.<verifier>`, and the text gives the same token again."""
    text = token.reveal()
    assert f"fki_{token.selector}.{token.verifier}" == text
    assert token == read_token(text)
    assert FORM.fullmatch(text)


def test_a_verifier_has_256_bits(token: Token) -> None:
    """43 signs of 6 bits each: as many as it takes, and not one more."""
    assert 42 * 6 < 256 <= 43 * 6
    assert 43 == len(token.verifier)


@pytest.mark.parametrize(
    ("selector", "verifier"),
    [
        ("s" * 15, VERIFIER),
        ("s" * 65, VERIFIER),
        (SELECTOR, "v" * 42),
        (SELECTOR, "v" * 44),
        ("", ""),
        (SELECTOR + "=", VERIFIER),
        (SELECTOR, "v" * 42 + "="),
        (SELECTOR, "v" * 42 + "."),
        (SELECTOR, "v" * 42 + "\n"),
        (SELECTOR, VERIFIER + "\n"),
        ("s" * 15 + "ä", VERIFIER),
        ("s" * 15 + "\u0661", VERIFIER),
        (f"{SELECTOR}.{VERIFIER}", VERIFIER),
    ],
)
def test_what_would_not_be_read_back_is_no_token(selector: str, verifier: str) -> None:
    """It is refused at once, and the error shows nothing of it."""
    with pytest.raises(Invalid) as caught:
        Token(selector, verifier)
    assert ["token"] == [problem.path for problem in caught.value.problems]
    assert not [part for part in (selector, verifier) if len(part) > 2 and part in str(caught.value)]


def test_the_longest_and_the_shortest_selector_are_read(token: Token) -> None:
    """16 to 64 signs, both included."""
    for length in (16, 64):
        assert length == len(read_token(f"fki_{'s' * length}.{VERIFIER}").selector)
    assert token == read_token(TEXT)


def test_a_token_does_not_change(token: Token) -> None:
    """It is a value: equal parts, equal tokens."""
    with pytest.raises(FrozenInstanceError):
        token.verifier = "w" * 43  # type: ignore[misc]  # it is frozen
    assert (token, hash(token)) == ((same_one := Token(SELECTOR, VERIFIER)), hash(same_one))
    assert token != Token(SELECTOR, "w" * 43)
    assert token != Token("t" * 16, VERIFIER)


# ---- it never shows


def in_a_log(token: Token) -> str:
    """Write it to a log, in every way there is."""
    out = io.StringIO()
    logger, handler = logging.getLogger("tests.tokens"), logging.StreamHandler(out)
    logger.addHandler(handler)
    logger.warning("%s %r %a", token, token, token)
    logger.warning(token)
    logger.warning("in a %s", {"token": [token]})
    logger.removeHandler(handler)
    return out.getvalue()


def in_an_error(token: Token) -> str:
    """Let it be the reason of an error, and print that."""
    error = ValueError(token)
    return "".join(traceback.format_exception(error)) + repr(error)


SHOWN: Final[dict[str, Callable[[Token], str]]] = {
    "repr": repr,
    "str": str,
    "ascii": ascii,
    "format": format,
    "f-string": lambda token: f"{token} {token!r} {token!s}",
    "percent": lambda token: "%s %r" % (token, token),  # noqa: UP031  # that is what is tried
    "str.format": lambda token: "{} {!r} {0.__class__}".replace("{0", "{").format(token, token, token),
    "in a list": lambda token: str([token, (token,), {token: token}]),
    "a log": in_a_log,
    "an error": in_an_error,
    "a command": lambda token: repr(Accept(token=token)) + str(Decline(token=token)),
    "a command with its text": lambda token: repr(Accept(token=token.reveal())),
    "a command by somebody": lambda token: repr(Accept(token=token, by=Actor(id="c-1", role=Role.CLIENT))),
    "a letter": lambda token: repr(Letter(key="k-1", to="c-1", template="invitation", token=token, note="Hi")),
}


@pytest.mark.parametrize("way", SHOWN)
def test_a_token_never_shows(token: Token, way: str) -> None:
    """Whoever prints it by mistake gives nothing away: neither part of it stands there."""
    shown = SHOWN[way](token)
    assert not [part for part in (SELECTOR, VERIFIER) if part in shown]


def test_a_token_says_that_it_is_one(token: Token) -> None:
    """And no more."""
    assert ("<Token>", "<Token>", "<Token>") == (repr(token), str(token), f"{token}")


def test_a_letter_shows_no_personal_message(token: Token) -> None:
    """It is read by the person invited alone."""
    assert "Welcome" not in repr(Letter(key="k-1", to="c-1", template="invitation", token=token, note="Welcome"))


@pytest.mark.parametrize("wrong", [None, 7, TEXT.encode(), [TEXT]], ids=["nothing", "number", "bytes", "list"])
def test_what_is_no_text_is_no_token_and_does_not_show(wrong: Any) -> None:
    """The command names the field and the kind of what came, and nothing of it."""
    with pytest.raises(Invalid, match="the text of a token is needed, not ") as caught:
        Accept(token=wrong)
    assert ["token"] == [problem.path for problem in caught.value.problems]
    assert VERIFIER not in str(caught.value)


def test_a_token_is_not_pickled_in_clear(token: Token) -> None:
    """What is put into a queue or a session is at rest there: it is refused, or holds neither part."""
    try:
        kept = pickle.dumps(token)
    except (TypeError, Invalid):
        return
    assert not [part for part in (SELECTOR, VERIFIER) if part.encode() in kept]


def test_the_parts_of_a_token_are_texts() -> None:
    """A number of 16 signs is no selector."""
    with pytest.raises(Invalid):
        Token(1234567890123456, VERIFIER)  # type: ignore[arg-type]  # the wrong type is the case


# ---- reading anything


@given(st.one_of(st.none(), st.text(), st.binary(), st.integers(), st.lists(st.text()), st.from_regex(FORM)))
def test_anything_can_be_read_as_a_token(given: object) -> None:
    """What is no text of a token stands for nobody's, which is looked up all the same."""
    found = read_token(given)
    exact = isinstance(given, str) and re.fullmatch(FORM, given) is not None
    assert exact is (found is not NOBODYS)
    assert not exact or given == found.reveal()


@pytest.mark.parametrize(
    "given",
    [
        "",
        "fki_",
        f" {TEXT}",
        f"{TEXT} ",
        f"{TEXT}\n",
        TEXT.upper(),
        TEXT.replace("fki_", "fkj_"),
        TEXT.replace(".", ","),
        f"https://example.org/#{TEXT}",
        TEXT[:-1],
        f"{TEXT}v",
        TEXT.encode(),
        None,
    ],
    ids=repr,
)
def test_a_text_that_is_nearly_a_token_is_nobodys(given: object) -> None:
    """Nothing is guessed, stripped or repaired."""
    assert NOBODYS is read_token(given)


@given(tokens)
def test_a_token_is_read_as_itself(token: Token) -> None:
    """Whoever has the value need not write it out."""
    assert token is read_token(token)


class Marked(str):
    """A text as web frameworks hand it over: one that says that it may stand in a page."""

    __slots__ = ()


def test_a_text_of_a_framework_is_a_text(token: Token) -> None:
    """A good link is not refused because of the class of its text."""
    assert token == read_token(Marked(TEXT))


# ---- what is kept of it


@given(tokens, st.text(SIGNS, min_size=1), st.text(SIGNS, min_size=1))
def test_a_hash_shows_nothing_and_is_always_the_same(token: Token, account: str, purpose: str) -> None:
    """64 signs of hex, for the same token, account and purpose."""
    kept = hashed(token, account, purpose)
    assert re.fullmatch("[0-9a-f]{64}", kept)
    assert kept == hashed(Token(token.selector, token.verifier), account, purpose)
    assert not [part for part in (token.selector, token.verifier) if part in kept]


def test_the_hash_of_a_link_does_not_change_between_versions(token: Token) -> None:
    """What was given out yesterday is good tomorrow: the way in which parts are bound is for ever."""
    assert "invitation" == INVITATION
    kept = sha256(
        b"\x00\x00\x00\x04acme\x00\x00\x00\x0ainvitation\x00\x00\x00\x10" + b"s" * 16 + b"\x00\x00\x00\x2b" + b"v" * 43
    )
    assert kept.hexdigest() == hashed(token, "acme")
    assert hashed(token, "acme") == hashed(token, "acme", "invitation")


@given(st.lists(st.tuples(tokens, st.text(SIGNS, max_size=8), st.text(SIGNS, max_size=8)), unique=True, max_size=6))
def test_a_hash_binds_token_account_and_purpose(several: list[tuple[Token, str, str]]) -> None:
    """Another token, another account or another purpose: another hash. One opens nothing of the other."""
    assert len(several) == len({hashed(token, account, purpose) for token, account, purpose in several})


def test_a_hash_is_unambiguous_about_its_parts() -> None:
    """What ends one part does not begin the next: the parts in a row are the same here, and the hashes are not."""
    short, long = Token("a" * 16, "b" * 43), Token("a" * 16 + "b", "b" * 43)
    assert "acme" + "x" + short.selector == "acm" + "ex" + short.selector
    cases = [
        hashed(short, "acme", "x"),
        hashed(short, "acm", "ex"),
        hashed(short, "acmex", ""),
        hashed(short, "", "acmex"),
        hashed(short, "acme", "xa"),
        hashed(long, "acme", "x"),
    ]
    assert len(cases) == len(set(cases))


@given(tokens, st.integers(0, 42), st.sampled_from(SIGNS))
def test_one_other_sign_makes_another_hash(token: Token, place: int, sign: str) -> None:
    """Be it the last one, of which base64 does not use every bit."""
    other = Token(token.selector, token.verifier[:place] + sign + token.verifier[place + 1 :])
    assert (token == other) is same(hashed(token, "acme"), hashed(other, "acme"))


# ---- the address


@pytest.mark.parametrize(
    "url", ["https://example.org/welcome", "http://localhost:8000/", "https://example.org/w?lang=de&x=1"]
)
def test_a_link_has_the_token_behind_a_hash_sign(token: Token, url: str) -> None:
    """No server and no log sees what stands there."""
    address = link(url, token)
    assert (url, TEXT) == tuple(address.split("#"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/welcome",
        "/welcome",
        "ftp://example.org",
        "javascript:alert(1)",
        "https://example.org/#top",
        "https://example.org/\n",
        "https://example.org/\u202e",
        None,
        b"https://example.org/",
    ],
    ids=repr,
)
def test_a_link_needs_an_address_of_a_site(token: Token, url: Any) -> None:
    """Whole, without a hash sign of its own, without signs that do not show; the token does not show in the error."""
    with pytest.raises(Invalid) as caught:
        link(url, token)
    assert ["url"] == [problem.path for problem in caught.value.problems]
    assert VERIFIER not in str(caught.value)


@pytest.mark.parametrize("wrong", [TEXT, None, 7], ids=["text", "nothing", "number"])
def test_a_link_is_made_of_a_token(wrong: Any) -> None:
    """Not of its text, which would show in the error of whoever passes it by mistake."""
    with pytest.raises(Invalid) as caught:
        link("https://example.org/", wrong)
    assert ["token"] == [problem.path for problem in caught.value.problems]
    assert VERIFIER not in str(caught.value)


# ---- where tokens come from


def test_random_tokens_are_distinct_and_well_formed() -> None:
    """No two share a selector or a verifier; each is read back; selectors have 128 bits."""
    found = [RandomTokens().fresh() for _ in range(500)]
    assert 500 == len({token.selector for token in found}) == len({token.verifier for token in found})
    assert found == [read_token(token.reveal()) for token in found]
    assert {22} == {len(token.selector) for token in found}
    assert set(SIGNS) == set("".join(token.verifier for token in found))


def test_known_tokens_count() -> None:
    """A test knows them before they are given out; two makers give the same."""
    tokens = KnownTokens()
    found = [tokens.fresh() for _ in range(12)]
    assert [1, 2, 12] == [int(found[place].verifier) for place in (0, 1, 11)]
    assert "fki_known-000000000001." + "0" * 42 + "1" == found[0].reveal() == KnownTokens().fresh().reveal()
    assert found == [read_token(token.reveal()) for token in found]
