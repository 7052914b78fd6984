"""What somebody learns who reads the interceptions live, on whichever transport.

The reader has the schema's file, a stock Avro decoder and everything a record has in the clear: key, headers, timestamp,
partition, offset, the moment it came. Only the judge may open what is sealed, to compare with what really happened.
"""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import fastavro
import msgspec
import pytest

from liandong.schemas import ids
from liandong.schemas.dates import rfc3339
from liandong.schemas.wire.sealing import open_sealed
from liandong.tests.worlds.batches import held, let_leave
from liandong.tests.worlds.gate import CheckDesk, FixedPosition
from liandong.tests.worlds.people import Person, invented
from liandong.tests.worlds.relays import drain
from liandong.tests.worlds.waiting import PATIENCE
from liandong.tests.worlds.wires import Wire
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import END, Message, TopicPartition

SCHEMA = Path(__file__).parents[2] / "schemas" / "wire" / "avro" / "interception" / "1.avsc"
TOPIC = names.interceptions("js")
G = {"train_type": "G", "seat_class": "second"}
AT_ONCE = 6
"""Checks of a batch."""
ROUNDS = 40
SIGMAS = 5.0
_DAY_MS, _CHINA_MS = 86_400_000, 8 * 3_600_000


class Happened(NamedTuple):
    """A check that stopped somebody, as it really was."""

    check_id: str
    at: int
    entry_id: bytes
    traceparent: str


class Seen:
    """A record as its reader has it; nothing here comes from the product."""

    def __init__(self, message: Message) -> None:
        value = message.value() or b""
        self.key, self.offset, self.timestamp = message.key() or b"", message.offset(), message.timestamp()[1]
        self.headers: dict[str, bytes] = dict(message.headers() or [])
        assert value[:2] == b"\xc3\x01"
        self.record: dict[str, Any] = fastavro.schemaless_reader(  # type: ignore[assignment]
            BytesIO(value[10:]), fastavro.parse_schema(json.loads(SCHEMA.read_text(encoding="utf-8"))), None
        )
        self.size = len(value)
        self.clear = value.replace(self.record["sealed"], b"")

    @property
    def everything_clear(self) -> bytes:
        return b"|".join((self.key, self.clear, *(f"{k}={v!r}".encode() for k, v in self.headers.items())))

    def opened(self, desk: CheckDesk) -> dict[str, Any]:
        """What the court reads in it."""
        return open_sealed(self.record["sealed"], f"interception:{self.key.hex()}", desk.court_keys.sealing)


def discordance(orders: Sequence[Sequence[int]]) -> float:
    """How many standard deviations the pairs that stand as they happened are away from half of all pairs (Kendall).

    Each order gives, along what is looked at, which check it was.
    """
    forward = sum(sum(one < other for one, other in combinations(order, 2)) for order in orders)
    expected = sum(len(order) * (len(order) - 1) / 4 for order in orders)
    variance = sum(len(order) * (len(order) - 1) * (2 * len(order) + 5) / 72 for order in orders)
    return float((forward - expected) / variance**0.5)


class LiveReading:
    """An agency's check desk, and somebody who reads what it tells while it does."""

    def __init__(self, wire: Wire, directory: Path, partitions: int) -> None:
        wire.create(TOPIC, partitions=partitions)
        self.desk, self.publisher = CheckDesk(directory), wire.publisher()
        self.people = [invented(seed) for seed in range(AT_ONCE)]
        self.entries = [self.desk.listed(who) for who in self.people]
        self.reader = wire.subscriber()
        self.reader.assign({TopicPartition(TOPIC, number): END for number in self.reader.partitions(TOPIC)})
        self.reader.poll(1, 1.0)

    def check(self, who: Person, *, traced: bool = True, **attributes: str) -> Happened:
        """Somebody is refused a ticket, a moment after whoever was before; `traced` if the request had a traceparent."""
        desk = self.desk
        desk.clock.time += 137
        desk.view.stand = FixedPosition(fresh_as_of=desk.clock.now())
        at = desk.clock.now()
        chance = desk.context.chance
        traceparent = f"00-{chance.raw(16).hex()}-{chance.raw(8).hex()}-01" if traced else ""
        request = who.request("rail-ticket", **(G | attributes))
        answer = desk.checks.decide(msgspec.structs.replace(request, traceparent=traceparent), at, "counter")
        desk.checks.keep([answer])
        return Happened(answer.decision.check_id, at, next(iter(answer.decision.found)), traceparent)

    def nothing_came(self) -> bool:
        drain(self.desk.outbox, self.publisher)
        return not self.reader.poll(100, 0.05)

    def batch(self) -> list[Seen]:
        """Let the batch leave; what the reader sees of it, as it comes."""
        due, seen, deadline = held(self.desk.engine), list[Message](), time.monotonic() + PATIENCE
        let_leave(self.desk.context, self.desk.engine, self.desk.clock)
        drain(self.desk.outbox, self.publisher)
        while len(seen) < due:
            assert time.monotonic() < deadline
            seen += self.reader.poll(100, 0.2)
        return [Seen(each) for each in seen]

    def close(self) -> None:
        self.reader.close()
        self.publisher.close()
        self.desk.engine.dispose()


class InterceptionPrivacySuite:
    """Give it a fixture `wire`."""

    def test_the_order_of_a_batch_tells_nothing_of_the_order_of_its_checks(self, wire: Wire, tmp_path: Path) -> None:
        live = LiveReading(wire, tmp_path, partitions=1)
        along: dict[str, list[list[int]]] = {name: [] for name in ("offset", "key", "ce_id", "proof", "nonce")}
        for _ in range(ROUNDS):
            happened = [live.check(who) for who in live.people]
            assert live.nothing_came()
            came = live.batch()
            number = {each.check_id: number for number, each in enumerate(happened)}
            really = [(each, number[each.opened(live.desk)["check_id"]]) for each in came]
            assert len(came) == AT_ONCE == len({which for _, which in really})
            for name, order in along.items():
                order.append([which for _, which in sorted(really, key=lambda one: _along(name, one[0]))])
        assert {name: abs(discordance(orders)) < SIGMAS for name, orders in along.items()} == dict.fromkeys(along, True)
        assert discordance([list(range(AT_ONCE))] * ROUNDS) > 2 * SIGMAS  # an order that was kept is found
        live.close()

    def test_no_clear_byte_names_entry_measure_position_check_time_or_trace(self, wire: Wire, tmp_path: Path) -> None:
        live = LiveReading(wire, tmp_path, partitions=3)
        happened = [live.check(who, service_number="G7001", origin="苏州") for who in live.people]
        came = live.batch()
        contents = [each.opened(live.desk) for each in came]
        assert {each["entry_id"] for each in contents} == set(live.entries)
        assert {each["check_id"] for each in contents} == {each.check_id for each in happened}
        assert {each["traceparent"] for each in contents} == {each.traceparent for each in happened}
        for each in came:
            forms = {form: name for name, value in _secrets(happened, contents).items() for form in value}
            assert [name for form, name in forms.items() if form in each.everything_clear] == []
            assert all(form in each.everything_clear + form for form in forms)
            assert (each.timestamp + _CHINA_MS) % _DAY_MS == 0
            told = datetime.fromisoformat(each.headers["ce_time"].decode())
            assert (told.timestamp() * 1000 + _CHINA_MS) % _DAY_MS == 0
            assert set(each.record) == {
                "proof", "event_id", "jurisdiction", "agency", "court", "day", "rule_version", "outcome", "record_class",
                "sealed",
            }  # fmt: skip
        live.close()

    def test_two_interceptions_of_one_person_have_nothing_in_common_that_others_have_not(
        self, wire: Wire, tmp_path: Path
    ) -> None:
        live = LiveReading(wire, tmp_path, partitions=3)
        for who in (live.people[0], live.people[0], live.people[1]):
            live.check(who)
        came = live.batch()
        own = {"proof", "event_id", "sealed"}, {"ce_id", "traceparent"}
        common = [
            (
                {name: value for name, value in each.record.items() if name not in own[0]},
                {name: value for name, value in each.headers.items() if name not in own[1]},
                each.timestamp,
            )
            for each in came
        ]
        assert common[0] == common[1] == common[2]
        random = [
            (each.key, each.headers["ce_id"], each.headers["traceparent"], each.record["sealed"]) for each in came
        ]
        assert all(len(set(column)) == 3 for column in zip(*random, strict=True))
        live.close()

    @pytest.mark.parametrize("longer", [{}, {"service_number": "G7001", "origin": "苏州", "destination": "北京南"}])
    def test_the_length_of_a_record_does_not_tell_what_was_asked(
        self, wire: Wire, tmp_path: Path, longer: dict[str, Any]
    ) -> None:
        live = LiveReading(wire, tmp_path, partitions=1)
        live.check(live.people[0], traced=False)
        live.check(live.people[1], **longer)
        assert len({each.size for each in live.batch()}) == 1
        live.close()


def _along(name: str, seen: Seen) -> Any:
    """What a reader may sort by."""
    ciphertext = seen.record["sealed"]
    return {
        "offset": seen.offset,
        "key": seen.key,
        "ce_id": seen.headers["ce_id"],
        "proof": seen.record["proof"],
        "nonce": ciphertext[16:40],
    }[name]


def _secrets(happened: Sequence[Happened], contents: Sequence[dict[str, Any]]) -> dict[str, list[bytes]]:
    """Everything a clear byte may not say, in the forms it may be said in."""
    secrets: dict[str, list[bytes]] = {"measure": [], "notary": [], "entry": [], "check": [], "time": [], "trace": []}
    for each in contents:
        secrets["measure"].append(each["measure"].encode())
        secrets["notary"].append(each["notary"].encode())
        for kind in ("ent", "ord"):
            secrets["entry"] += [each["entry_id"], each["entry_id"].hex().encode()]
            secrets["entry"].append(ids.text(kind, each["entry_id"]).encode())
    for one in happened:
        raw = bytes.fromhex(one.check_id.removeprefix("chk_"))
        for part in one.traceparent.split("-")[1:3]:
            secrets["trace"] += [part.encode(), bytes.fromhex(part)]
        secrets["check"] += [one.check_id.encode(), raw, raw.hex().encode()]
        # the first six bytes of a UUIDv7 are the time
        secrets["time"] += [raw[:6], raw[:6].hex().encode(), one.at.to_bytes(8, "big"), one.at.to_bytes(8, "little")]
        secrets["time"] += [str(one.at).encode(), str(one.at // 1000).encode(), _avro_long(one.at)]
        secrets["time"] += [
            rfc3339(one.at)[:16].encode(),
            datetime.fromtimestamp(one.at / 1000, UTC).isoformat()[:16].encode(),
        ]
    return secrets


def _avro_long(value: int) -> bytes:
    out = BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema("long"), value)
    return out.getvalue()
