"""For the tests of a host: assertions, fixtures, strategies; and the exam for adapters. Needs the extra `testing`.

Nothing here is loaded by being installed. For a host: `assertions` need neither pytest nor Hypothesis, `fixtures` is a
plugin of pytest that is asked for, `strategies` are for Hypothesis.

For an adapter: `plugin` asks for the exam, `exam` lists its contracts and runs them without pytest, `contracts` says
what a contract and a capability are. The files `..._contracts` hold the tests, by store or port, `machine` the one that
plays anything in any order; `samples` and `reading` are what they store and look at. `faults` break a storage or a
notifier by a script, and the files `broken...` hold adapters that are wrong, to see that each is caught.
"""

from funnelkit.testing.assertions import assert_allowed, assert_refused

__all__ = ["assert_allowed", "assert_refused"]
