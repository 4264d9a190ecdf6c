"""Values as plain data: what fingerprints, lock files and idempotency keys are made of. One way only."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from attrs import fields, has


def plain(value: object) -> object:  # noqa: PLR0911  # one line for each kind of value
    """Give this value in dicts, lists, texts and numbers; the same value gives the same data in every process."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, type) and issubclass(value, Enum):
        return [member.value for member in value]
    kind: type[Any] = type(value)
    if has(kind):
        return {f.name: f.metadata.get("plain", plain)(getattr(value, f.name)) for f in fields(kind) if f.init}
    if isinstance(value, Mapping):
        return {_key(k): plain(v) for k, v in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((plain(v) for v in value), key=repr)
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def digest(value: object) -> str:
    """Give a short text that stands for this value: equal values, equal texts; 16 bytes of SHA-256 in hex."""
    import json  # noqa: PLC0415  # a fingerprint is rarely asked for, and this is slow to load

    text = json.dumps(plain(value), sort_keys=True, ensure_ascii=False, default=str)
    return digest_of_text(text)


def digest_of_text(text: str) -> str:
    """Give what stands for a text, be it one that no file can hold: 16 bytes of SHA-256 in hex."""
    from hashlib import sha256  # noqa: PLC0415  # slow to load, and who only asks does without it

    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


def _key(key: object) -> str:
    if isinstance(key, tuple):
        return "/".join(map(_key, key))
    return str(key.value) if isinstance(key, Enum) else str(key)


def folded(text: str) -> str:
    """Give a label as labels are compared: whatever its case and blanks."""
    return " ".join(text.split()).casefold()
