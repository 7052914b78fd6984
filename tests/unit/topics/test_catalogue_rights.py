"""The rights the catalogue gives are the ones the processes need."""

from liandong.topics.catalogue import names
from liandong.topics.catalogue.access import CatalogueAccess, Principal
from liandong.topics.catalogue.families import TopicScope, load_catalogue


def test_a_notary_may_read_its_own_heads_from_which_it_goes_on_after_a_restart() -> None:
    scope = TopicScope(frozenset({"js"}))
    access = CatalogueAccess(load_catalogue(), {"notary-js-1": Principal(frozenset({"notary"}), scope)})
    assert access.may_read("notary-js-1", names.heads("js"))
    assert access.may_write("notary-js-1", names.heads("js"))
    assert not access.may_read("notary-js-1", names.heads("zj"))
