"""What topics and stores say about watched people, on whichever transport."""

from liandong.consumers.acts_db.context import Instant
from liandong.consumers.events import watches
from liandong.schemas.law.watch_kinds import DAY_MS
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.privacy import file_blobs, planted, search, topic_blobs
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import RAILWAY, TownAgency, caught_up
from liandong.topics.catalogue import names

COMMANDS = names.commands(RAILWAY)


class WatchPrivacySuite(TownSuite):
    """No number, no name, nothing beyond its time."""

    def test_no_number_and_no_name_is_on_any_topic_or_in_the_acts_store(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        town.court.watch(debtor)
        railway.settle()
        railway.meet(debtor)
        numbers = [debtor.certificate.number]
        blobs = [*topic_blobs(town.wire.subscriber(), town.all_topics()), *file_blobs(railway.path.parent)]
        blobs += [*file_blobs(town.settings.state_dir / "publisher")]
        assert len(blobs) > 20
        assert search(numbers, blobs) == []
        assert search(numbers, [*blobs, planted(numbers[0])])
        assert not [where for where, blob in blobs if debtor.name.encode() in blob]

    def test_nothing_clear_differs_between_two_watched_people(self, town: Town, railway: TownAgency) -> None:
        for seed in (1, 2):
            town.court.watch(invented(seed))
        railway.settle()
        for seed in (1, 2):
            railway.meet(invented(seed))
        for topic in (COMMANDS, names.feedback("js"), names.whereabouts_events("js")):
            secret = {"proof", "sealed", "event_id", "command_id", "feedback_id"}
            one, other = [{k: v for k, v in record.items() if k not in secret} for record in town.records(topic)]
            assert one == other
            assert len({len(record["sealed"]) for record in town.records(topic)}) <= 2

    def test_a_watch_touches_no_topic_but_its_agencys_and_the_courts(self, town: Town, railway: TownAgency) -> None:
        before = {topic: town.count(topic) for topic in town.all_topics()}
        town.court.watch(invented(1))
        railway.settle()
        railway.meet(invented(1))
        changed = {topic for topic in town.all_topics() if town.count(topic) != before[topic]}
        assert changed == {COMMANDS, names.feedback("js"), names.whereabouts_events("js")}

    def test_whereabouts_are_erased_when_their_time_is_over(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        town.court.watch(debtor)
        railway.settle()
        for number in range(12):
            railway.meet(debtor, source=f"booking-{number}")
        inbox = town.court.inbox()
        caught_up(inbox)
        town.clock.time += 30 * DAY_MS - 1
        town.court.inbox().step()
        kept = [each for each in inbox.all_items() if each.item.schema == "whereabouts-event"]
        assert [each.content["place"] for each in kept] == ["苏州站"] * 12
        ends = [each.record["sealed"][-64:] for each in kept]
        town.clock.time += 1
        town.court.inbox().step()
        gone = [each for each in inbox.all_items() if each.item.schema == "whereabouts-event"]
        assert [(each.item.body, each.content) for each in gone] == [(None, {})] * 12
        files = list(file_blobs(town.directory / "courts"))
        assert not [where for where, blob in files if any(end in blob for end in ends)]

    def test_gauges_count_watches_by_kind(self, town: Town, railway: TownAgency) -> None:
        town.court.watch(invented(1))
        railway.settle()
        with railway.engine.begin() as connection:
            assert watches.count_live(connection, Instant(town.clock.now())) == {"TRAVEL": 1}
            assert watches.count_live(connection, Instant(town.clock.now() + 31 * DAY_MS)) == {}
