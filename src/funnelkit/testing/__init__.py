"""For the tests of a host: assertions, fixtures, strategies; and the exam for adapters. Needs the extra `testing`.

Nothing here is loaded by being installed. The assertions need neither pytest nor Hypothesis. `fixtures` is a plugin of
pytest that is asked for, `strategies` is for Hypothesis.
"""

from funnelkit.testing.assertions import assert_allowed, assert_refused

__all__ = ["assert_allowed", "assert_refused"]
