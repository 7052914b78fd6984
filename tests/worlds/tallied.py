"""What a notary counts in the lists, whatever was written there: the lanes of its head."""

from collections.abc import Mapping
from typing import Any

from liandong.monitoring.notary.classify import ListMessage, Marker, MessageClassifier
from liandong.monitoring.notary.tally import SignedBy, Tally, TallyEntry
from liandong.tests.worlds.wires import Wire
from liandong.topics.catalogue import names
from liandong.topics.keys.entitlement import ListPlace
from liandong.topics.keys.keyrings import RefreshingKeyring
from liandong.topics.transport.reading import lane_of, read_all, topic_lanes
from liandong.topics.workers.clock import SystemClock


def tallied_lanes(wire: Wire, keyring: RefreshingKeyring) -> list[Mapping[str, Any]]:
    """Count the lists of the jurisdiction `js` from their beginning, as its notaries do."""
    reader, classifier = wire.subscriber(), MessageClassifier("js", keyring)
    lanes = topic_lanes(reader, *names.state_topics("js"))
    tally = Tally(lanes, lambda _: None)
    tally.may_follow = classifier.may_follow
    for message in read_all(reader, dict.fromkeys(lanes, 0), SystemClock()):
        at = lane_of(reader, message)
        place = ListPlace(*at, sum(each.topic == at.topic for each in lanes), "js")
        said = classifier.classify(place, message)
        if isinstance(said, Marker):
            tally.pass_marker(at, said.key_id, said.covered)
        elif isinstance(said, ListMessage):
            court = tally.court_number(said.court if said.sound else "")
            fields = said.version, said.status, said.body_hash, said.record_class, court
            tally.apply(at, said.entry_id, TallyEntry(*fields, verified=said.sound), SignedBy(said.key_id, said.signer))
    ids = {lane.topic: reader.topic_id(lane.topic) for lane in lanes}
    reader.close()
    return [
        {
            "topic": at.topic,
            "topic_id": ids[at.topic],
            "partition": at.partition,
            "offset": 0,
            "digest": counted.settle().value(),
            "records": counted.records,
            "live": sum(counted.live.values()),
        }
        for at, counted in tally.lanes.items()
    ]
