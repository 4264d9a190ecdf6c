"""Others who answer such questions, told the same rows: transitions, python-statemachine, django-fsm-2, pycasbin.

transitions comes with the core. The others are looked for: where one is not installed, its maker gives None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

from transitions import Machine

from funnelkit import COACHING, Contact, Right
from funnelkit.statuses.coaching import Coaching
from funnelkit.words import HANDS, Grant, Portal, Role, Standing

OPEN: Final = (Grant.YES, Grant.PERMITTED, Grant.OWNED)


def by_hand() -> Iterable[tuple[Coaching, Coaching]]:
    """Give the pairs of statuses between which somebody may move a contact by hand."""
    return [(row.now, row.to) for row in COACHING.rows if row.now is not None and not row.automatic]


def granted() -> Iterable[tuple[Coaching, Right]]:
    """Give status and right of every cell that is not closed."""
    return [key for key, cell in COACHING.rights.cells.items() if cell in OPEN]


class Bound:
    """A model that transitions puts a state on, with the facts that its guards look at."""

    def __init__(self, contact: Contact | None = None, item: str | None = None, role: Role = Role.COACH) -> None:
        """Keep what the guards look at."""
        self.contact, self.item, self.role = contact, item, role

    def may_open(self) -> bool:
        """Test what `access.may` tests about a right that goes item by item."""
        contact = self.contact
        return (
            contact is not None
            and contact.portal is Portal.ACTIVE
            and contact.standing is not Standing.ARCHIVED
            and self.item in contact.permitted
        )

    def may_decide(self) -> bool:
        """Test what `conversion.may_convert` tests about the actor."""
        return self.role in HANDS


def transitions_moves(status: Coaching, model: Bound, *, guarded: bool = False) -> Any:  # triggers come by name
    """Give a model bound to a machine of the moves: `become_buyer()`, `may_become_buyer()`."""
    machine = _machine(status, model)
    for now, to in by_hand():
        guard = ["may_decide"] if guarded else None
        machine.add_transition(f"become_{to.value}", now.value, to.value, conditions=guard)
    return model


def transitions_rights(status: Coaching, model: Bound, *, guarded: bool = False) -> Any:  # triggers come by name
    """Give a model bound to a machine of the rights, each a trigger that stays where it is: `may_open_pages()`."""
    machine = _machine(status, model)
    for now, right in granted():
        guard = ["may_open"] if guarded else None
        machine.add_transition(f"open_{right.value}", now.value, None, conditions=guard)
    return model


def _machine(status: Coaching, model: Bound) -> Any:
    return Machine(model, states=[s.value for s in Coaching], initial=status.value, auto_transitions=False)


def statemachine(status: Coaching) -> Any:  # None without python-statemachine
    """Give a machine of python-statemachine: `send("become_buyer")`, `enabled_events()`."""
    if find_spec("statemachine") is None:
        return None
    from statemachine import State, StateMachine

    states: dict[str, Any] = {s.value: State(s.value, value=s.value, initial=s is status) for s in Coaching}
    events: dict[str, Any] = {}
    for now, to in by_hand():
        name, way = f"become_{to.value}", states[now.value].to(states[to.value])
        events[name] = events[name] | way if name in events else way
    return type(f"From{status.name}", (StateMachine,), {**states, **events, "__module__": __name__})()


@cache
def _django_class() -> Any:
    import django
    from django.conf import settings

    settings.configure()
    django.setup()
    from django.db import models
    from django_fsm import FSMField, transition

    def step(to: Coaching) -> Any:
        def become(self: object) -> None:
            """Do nothing besides."""

        become.__name__ = f"become_{to.value}"
        return transition(field="status", source=[now.value for now, t in by_hand() if t is to], target=to.value)(
            become
        )

    steps = {f"become_{to.value}": step(to) for to in Coaching}
    meta = type("Meta", (), {"app_label": "bench"})
    return type("Client", (models.Model,), {"__module__": __name__, "Meta": meta, "status": FSMField(), **steps})


def django_model(status: Coaching) -> Any:  # None without django-fsm-2
    """Give a Django model with an FSM field; it is never stored."""
    return None if find_spec("django_fsm") is None else _django_class()(status=status.value)


def django_may() -> Callable[[object], bool]:
    """Give django-fsm-2's question."""
    from django_fsm import can_proceed

    asks: Callable[[object], bool] = can_proceed
    return asks


STATUS_ONLY: Final = "r.status == p.status && r.right == p.right"
WHOLE: Final = (
    "r.status == p.status && r.right == p.right && r.contact.portal == 'active' && r.contact.standing != 'archived'"
    " && permitted(r.contact, r.item)"
)


def casbin_fast(*, whole: bool = False) -> Any:  # None without pycasbin
    """Give pycasbin's fast enforcer over the rights table: `enforce(status, right)`, or with contact and item."""
    if find_spec("casbin") is None:
        return None
    from casbin import FastEnforcer
    from casbin.model import FastModel

    model = FastModel([0, 1])
    model.load_model_from_text(
        f"""
        [request_definition]
        r = status, right{", contact, item" if whole else ""}
        [policy_definition]
        p = status, right
        [policy_effect]
        e = some(where (p.eft == allow))
        [matchers]
        m = {WHOLE if whole else STATUS_ONLY}
        """
    )
    enforcer = FastEnforcer(model, cache_key_order=[0, 1])
    enforcer.add_function("permitted", lambda contact, item: item in contact.permitted)
    for status, right in granted():
        enforcer.add_policy(status.value, right.value)
    return enforcer
