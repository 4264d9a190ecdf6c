"""Frozen values that are made on hot paths: filled while they are open, then closed.

attrs sets each field of a frozen slotted value by a call of its own, and those calls are half of what a plan costs. An
open twin has the same slots and takes plain assignments. Closed, it is the frozen value; nobody saw it before.
"""

from __future__ import annotations

from typing import Any


def opened(kind: type[object]) -> Any:  # what its fields are, mypy knows of the closed value only
    """Give the open twin of a class: `new = OPEN(); new.id = ...; new.__class__ = Contact`.

    Every field has to be set: no default is filled in, and no check runs.
    """
    plain = {name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}
    return type(kind.__name__, (kind,), {"__slots__": (), **plain})
