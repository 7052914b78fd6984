"""What goes wrong inside a call from a transport is raised where the caller is."""

import pytest

from liandong.topics.transport.callbacks import Callbacks
from liandong.topics.transport.errors import BrokerUnreachable, PublisherBroken


def test_several_failures_of_the_transport_are_raised_as_the_gravest_of_them() -> None:
    callbacks = Callbacks()
    for error in (BrokerUnreachable("one"), PublisherBroken("fenced"), BrokerUnreachable("two")):
        callbacks.keep(error)
    with pytest.raises(PublisherBroken) as raised:
        callbacks.check()
    assert [note.split(":")[0] for note in raised.value.__notes__] == ["BROKER_UNREACHABLE"] * 2
    callbacks.check()


def test_a_failure_of_the_callers_own_among_them_is_not_hidden() -> None:
    callbacks = Callbacks()
    callbacks.keep(BrokerUnreachable("one"))
    callbacks.keep(ValueError("ours"))
    with pytest.raises(ExceptionGroup):
        callbacks.check()
