"""Whatever becomes of the topic of keys: what a reader knows and names is what a plain count of the same records says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.schemas.wire.codec import to_wire
from liandong.schemas.wire.signing import Ed25519Signer, encode_signed
from liandong.tests.worlds.clock import NOW, VirtualClock
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.key_files import StoredKey
from liandong.topics.keys.register_memory import RegisterMemory
from liandong.topics.keys.roots import change_of_roots
from liandong.topics.keys.signed_register import KEY
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import OutgoingRecord

DAY_MS = 86_400_000
OWNERS = tuple(Ed25519Signer(f"owner {number}".encode().ljust(32)) for number in range(4))
ROOTS = tuple(Ed25519Signer(f"root {number}".encode().ljust(32)) for number in range(4))
THIEF = Ed25519Signer(b"thief".ljust(32))
TEXTS = ("participant", "kind", "jurisdiction", "superior", "use", "retention", "period", "suite")
ENDS = ("valid_until", "revoked_at")


@dataclass(frozen=True)
class Said:
    """A record somebody wrote."""

    what: str
    """key, word or change."""
    root: int
    """Whose signature is under it: the number of a root, -1 the thief."""
    key: bytes
    value: bytes
    fields: dict[str, Any] = field(hash=False, compare=False, default_factory=dict)


def key_said(owner: int, root: int, ends: tuple[int, int]) -> Said:
    signer, by = OWNERS[owner], ROOTS[root] if root >= 0 else THIEF
    texts = (f"court-{owner}", "court", "js", "", "sign", "", "", "intl")
    fields: dict[str, Any] = dict(zip(TEXTS, texts, strict=True)) | {
        "name": "",
        "key_id": signer.key_id,
        "takeover_on": "",
    }
    fields |= {"public_key": signer.public_key, "valid_from": NOW - DAY_MS} | dict(zip(ENDS, ends, strict=True))
    body = encode_signed("participant-key", fields, "participant-key", by)
    return Said("key", root, f"court-{owner}/k".encode(), to_wire("participant-key", body), fields)


def hash_of(keys: dict[bytes, dict[str, Any]]) -> bytes:
    content = b""
    for key_id, fields in sorted(keys.items()):
        content += key_id
        for part in (*(fields[name].encode() for name in TEXTS), fields["public_key"]):
            content += len(part).to_bytes(2, "big") + part
        content += b"".join(fields[name].to_bytes(8, "big") for name in ("valid_from", *ENDS))
    return sha256(content).digest()


def merged(records: Sequence[Said]) -> dict[bytes, dict[str, Any]]:
    keys: dict[bytes, dict[str, Any]] = {}
    for one in records:
        before = keys.get(one.fields["key_id"], one.fields)
        ends = {name: min([each[name] for each in (before, one.fields) if each[name]], default=0) for name in ENDS}
        keys[one.fields["key_id"]] = {**one.fields, **ends}
    return keys


@dataclass
class Model:
    """What a reader must know: told from the records alone."""

    root: int = 0
    keys: list[Said] = field(default_factory=list)
    words: list[Said] = field(default_factory=list)
    forked: bool = False
    successors: dict[int, int] = field(default_factory=dict)

    def read(self, topic: Sequence[Said]) -> None:
        """Take a topic from its beginning to its end; another root begins where the change stands, and it is read again."""
        for one in topic:
            if one.what == "change":
                former, new = one.fields["roots"]
                if former == self.root and new > former:
                    self.root = self.successors[former] = new
                    self.read(topic)
                    return
                self.forked = self.forked or self.successors.get(former, new) != new
            elif one.root == self.root:
                seen = self.keys if one.what == "key" else self.words
                if one not in seen:
                    seen.append(one)

    @property
    def highest(self) -> dict[str, Any] | None:
        numbers = [one.fields for one in self.words]
        return max(numbers, key=lambda each: each["number"], default=None)  # of equal ones the first

    def problems(self, topic: Sequence[Said], now: int) -> set[str]:
        counted = [one for one in topic if one in self.keys or one in self.words]
        on_topic, highest = merged([one for one in counted if one.what == "key"]), self.highest
        found = {"root-forked"} if self.forked else set()
        if highest is None:
            return found | ({"register-missing"} if on_topic else set())
        last = next((one.fields for one in reversed(counted) if one.what == "word"), None)
        same = [one.fields for one in self.words if one.fields["number"] == highest["number"]]
        if (highest["hash"], highest["keys"]) != (hash_of(on_topic), len(on_topic)):
            found.add("register-differs")
        if last is None or last["number"] < highest["number"]:
            found.add("register-rolled-back")
        if len({(each["hash"], each["keys"]) for each in same}) > 1:
            found.add("register-forked")
        if highest["issued_at"] > now + 300_000:
            found.add("register-ahead")
        if highest["valid_until"] <= now:
            found.add("register-expired")
        return found


class Stage:
    """A topic, whoever writes to it, and one machine that reads it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, VirtualClock()
        self.broker = MemoryBroker(topics=(names.KEYS,), partitions=1, clock=self.clock)
        self.topic: list[Said] = []
        self.history: list[Said] = []
        self.number, self.root, self.ends = 0, 0, [(0, 0)] * len(OWNERS)
        self.model = Model()
        self.backup = b""
        self.open()

    def open(self) -> None:
        root = StoredKey(ROOTS[0].public_key)
        memory = RegisterMemory(self.folder)
        self.reader = KeyDirectory(root, self.broker.subscriber(), self.clock, memory)

    def restart(self) -> None:
        self.reader.close()
        self.open()

    def write(self, *records: Said) -> None:
        publisher = self.broker.publisher()
        for one in records:
            publisher.send(OutgoingRecord(names.KEYS, one.key, one.value))
        publisher.flush(0)
        self.topic += records
        self.history += [one for one in records if one not in self.history]

    def make_again(self, records: Sequence[Said]) -> None:
        self.broker.delete(names.KEYS)
        self.broker.create(names.KEYS, 1)
        self.topic = []
        if self.root:  # who reads on behind a change of roots that is new there takes the former one's word for moments
            self.settle()
        self.write(*records)

    def word(self, number: int, content: bytes | None = None, *, root: int | None = None, days: int = 400) -> Said:
        keys = merged([key_said(each, self.root, ends) for each, ends in enumerate(self.ends)])
        now, by = self.clock.now(), self.root if root is None else root
        fields = {"number": number, "keys": len(keys), "hash": content or hash_of(keys)}
        fields |= {"issued_at": now, "valid_until": now + days * DAY_MS}
        body = encode_signed("key-register", fields, "key-register", ROOTS[by] if by >= 0 else THIEF)
        return Said("word", by, KEY, to_wire("key-register", body), fields)

    def publish(self, days: int = 400) -> None:
        self.number += 1
        keys = [key_said(each, self.root, ends) for each, ends in enumerate(self.ends)]
        self.write(*keys, self.word(self.number, days=days))

    def change(self, former: int, new: int) -> Said:
        body = change_of_roots(ROOTS[former], ROOTS[new], NOW)
        return Said("change", former, f"root/{new}".encode(), to_wire("root-change", body), {"roots": (former, new)})

    def settle(self) -> None:
        """Let the reader read whatever is there, a topic made again too."""
        for _ in range(6):
            while self.reader.step() == 0:
                pass
            self.clock.pass_seconds(6)
        self.model.read(self.topic)

    def judge(self) -> None:
        standing = self.reader.standing()
        assert standing is not None
        known = merged(self.model.keys)
        for owner in OWNERS:
            key, expected = self.reader.key(owner.key_id), known.get(owner.key_id)
            assert (key is None) == (expected is None)
            if key is not None and expected is not None:
                assert (key.valid_until, key.revoked_at) == tuple(expected[name] for name in ENDS)
        assert self.reader.key(THIEF.key_id) is None
        highest = self.model.highest
        assert (standing.signed.number if standing.signed else None) == (highest["number"] if highest else None)
        assert standing.root == ROOTS[self.model.root].key_id
        now = self.clock.now()
        assert self.reader.vouches(now) == (highest is None or now < highest["valid_until"])
        told, expected_ = {each.value for each in standing.problems}, self.model.problems(self.topic, now)
        if any(one.root not in {self.model.root, -1} for one in self.topic if one.what == "key"):
            told, expected_ = told - {"register-differs"}, expected_ - {"register-differs"}  # what a former root said
        assert told == expected_


def revoke_or_end(stage: Stage, chance: Random) -> None:
    owner, ends = chance.randrange(4), list(stage.ends[chance.randrange(4)])
    ends[chance.randrange(2)] = NOW + chance.randrange(1, 9) * DAY_MS
    stage.ends[owner] = ends[0], ends[1]
    stage.publish()


def put_back(stage: Stage, chance: Random) -> None:
    stage.make_again(stage.history[: chance.randrange(len(stage.history) + 1)])


def cut(stage: Stage, chance: Random) -> None:
    stage.make_again([one for one in stage.topic if chance.random() < 0.6])


def replay(stage: Stage, chance: Random) -> None:
    if stage.history:
        stage.write(chance.choice(stage.history))


def say_twice(stage: Stage, chance: Random) -> None:
    stage.write(stage.word(stage.number, chance.randbytes(32)))


def say_of_other_keys(stage: Stage, chance: Random) -> None:
    stage.number += 1
    stage.write(stage.word(stage.number, chance.randbytes(32)))


def forge(stage: Stage, _chance: Random) -> None:
    stage.write(stage.word(99, root=-1), key_said(0, -1, (1, 1)))


def restart(stage: Stage, _chance: Random) -> None:
    stage.restart()


def set_clock(stage: Stage, chance: Random) -> None:
    stage.clock.time += chance.choice((-3600_000, 3600_000, 30 * DAY_MS))


def publish_for_days(stage: Stage, chance: Random) -> None:
    stage.publish(days=chance.choice((0, 1, 20)))


def replace_root(stage: Stage, _chance: Random) -> None:
    if stage.root < len(ROOTS) - 1:
        stage.write(stage.change(stage.root, stage.root + 1))
        stage.root += 1
        stage.publish()


def say_by_a_former_root(stage: Stage, chance: Random) -> None:
    if stage.root:
        stage.write(key_said(0, chance.randrange(stage.root), (1, 1)))


def compact(stage: Stage, _chance: Random) -> None:
    """Who has read what is gone does not see that it is: the reader begins again."""
    stage.broker.compact(names.KEYS)
    newest = {one.key: at for at, one in enumerate(stage.topic)}
    stage.topic = [one for at, one in enumerate(stage.topic) if newest[one.key] == at]
    stage.restart()


def name_a_second_successor(stage: Stage, _chance: Random) -> None:
    if 0 < stage.root < len(ROOTS) - 1:
        stage.write(stage.change(stage.root - 1, len(ROOTS) - 1))


DEEDS = (
    *(revoke_or_end, put_back, cut, replay, say_twice, say_of_other_keys, forge, restart, set_clock, publish_for_days),
    *(replace_root, say_by_a_former_root, compact, name_a_second_successor),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(DEEDS), max_size=20), st.randoms(use_true_random=False))
def test_readers_know_what_a_plain_count_says(deeds: list[Callable[[Stage, Random], None]], chance: Random) -> None:
    with TemporaryDirectory() as folder:
        stage = Stage(Path(folder) / "register")
        for deed in deeds:
            deed(stage, chance)
            if chance.random() < 0.7:
                stage.settle()
                stage.judge()
        stage.settle()
        stage.judge()
        stage.restart()
        stage.settle()
        stage.judge()
