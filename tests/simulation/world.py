"""One simulated town from its founding to the day all faults stop, and the promises it is held to."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from liandong.consumers.gate.decision import Decision
from liandong.schemas.law.decisions import Verdict
from liandong.tests.simulation import promises
from liandong.tests.simulation.administrator import Administrator
from liandong.tests.simulation.agency import NodeProcess
from liandong.tests.simulation.audits import audit, audit_trust
from liandong.tests.simulation.backups import Backup
from liandong.tests.simulation.calm import Calm
from liandong.tests.simulation.clocks import VirtualTime
from liandong.tests.simulation.cluster import ADVERSARY, TownAccess, is_compacted
from liandong.tests.simulation.counting import count_check, count_records
from liandong.tests.simulation.founding import founding
from liandong.tests.simulation.logbook import Logbook, Written
from liandong.tests.simulation.machine import SimulatedMachine
from liandong.tests.simulation.office import PublisherProcess, SimulatedCourt
from liandong.tests.simulation.people import SIBLING, townspeople
from liandong.tests.simulation.process import Process
from liandong.tests.simulation.promises import PromiseBroken
from liandong.tests.simulation.proofs import REAL, Register, at_home, list_of, prefix_of
from liandong.tests.simulation.recount import Recounted
from liandong.tests.simulation.truth import KeptHit, Truth
from liandong.tests.simulation.vouching import Misuse
from liandong.tests.simulation.watchers import InboxProcess, MonitorProcess
from liandong.tests.worlds.people import Person
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.memory.network import Acknowledgements
from liandong.topics.transport.ports import Delivered, OutgoingRecord, TopicPartition
from liandong.topics.transport.topic_state import TopicState

_TICK_MS = 500


class World:
    """Everybody and everything: deeds reach into it, promises look at it. `town.found` makes one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = VirtualTime()
        self.truth, self.log = Truth(), Logbook()
        self.register = Register({founding().root.public_key})
        self.counters: Counter[str] = Counter()
        self.calm = Calm()
        self.held: set[TopicPartition] = set()
        self.all_partitions: Sequence[TopicPartition] = ()
        self.topics: dict[str, TopicState] = {}
        self.forged: set[tuple[str, int, int]] = set()
        """Topic, partition and offset of what the adversary wrote."""
        self.misuses: list[Misuse] = []
        """What was said under notaries' own keys."""
        self.forged_by = set[str]()
        """Under whose keys list records were forged."""
        self.made_again: set[str] = set()
        """Topics that are not those the town was founded with."""
        self.broker: MemoryBroker
        self.access: TownAccess
        self.machines: dict[str, SimulatedMachine] = {}
        self.processes: dict[str, Process] = {}
        self.courts: Mapping[str, SimulatedCourt] = {}
        self.nodes: Mapping[str, NodeProcess] = {}
        self.administrator: Administrator
        self.monitor: MonitorProcess
        self.inboxes: Sequence[InboxProcess] = ()
        self.publisher: PublisherProcess
        self.backups: list[tuple[str, list[Backup]]] = []
        """The store's name and a copy of it."""
        self.copies: dict[str, Backup] = {}
        """By the store's name an older copy of its file alone."""
        self.kept: list[KeptHit] = []
        """Every hit that an agency's store has kept."""
        self.harmed = set[str]()
        """Processes a file of which was damaged, or replaced by an older one."""
        self.trusted: dict[tuple[str, str, str], int] = {}
        """By node, boot of its machine, and notary: the highest head trusted."""
        self._holders: dict[Path, str] = {}
        """Of an outbox's lease, until they give it back."""
        self._read: dict[TopicPartition, int] = {}
        self._forged: set[bytes] = set()
        """Bodies that nobody but the adversary ever wrote."""
        self._recounts: dict[TopicPartition, tuple[int, Recounted]] = {}

    # -- what deeds do ------------------------------------------------------------------------------------------------

    def let_pass(self, milliseconds: int) -> None:
        """Let time pass in which nobody works."""
        self.time.pass_ms(milliseconds)

    def everybody_works(self, seconds: float) -> None:
        """Let everybody work as it comes due."""
        for _ in range(int(seconds * 1000 / _TICK_MS)):
            self.time.pass_ms(_TICK_MS)
            for process in self.processes.values():
                process.start()
                process.tick()
            self.calm.tick(self, _TICK_MS)
        self.read_log()
        for node in self.nodes.values():
            count_records(self, node)

    def ask(self, name: str, person: int, *, keeps: bool) -> None:
        """Have a counter ask its gate, and hold the answer to the truth."""
        node, somebody = self.nodes[name], townspeople().everybody[person]
        if not node.runs:
            self.count("checks while the node is away")
            return
        answer = node.ask(somebody, keeps=keeps)
        if answer is None:
            return
        count_check(self, node, answer.decision)
        count_records(self, node)
        self.judge(node, somebody, answer.decision)

    def ask_everybody(self, name: str) -> None:
        """Look at a gate with everybody in mind, if it is a node that has this name."""
        if name in self.nodes:
            self.look_at_gate(name, range(len(townspeople().everybody)))

    def look_at_gate(self, name: str, people: Iterable[int]) -> None:
        """Hold what a node would say of people to the truth; nobody keeps it. One that is to die is left alone."""
        node = self.nodes[name]
        if not node.runs or node.life.doomed:
            return
        self.read_log()
        audit_trust(self, node)
        for somebody in (townspeople().everybody[each] for each in people):
            answer = node.ask(somebody, keeps=False)
            if answer is not None:
                self.count("looks at a gate")
                self.judge(node, somebody, answer.decision)

    def judge(self, node: NodeProcess, somebody: Person, decision: Decision) -> None:
        """Hold a decision about somebody to the truth."""
        surrogates = node.surrogates(somebody)
        if not self.truth.ever_named(surrogates):
            allowed = {Verdict.ALLOW, Verdict.UNKNOWN} | (set() if node.knows_keys else {Verdict.REVIEW})
            self.hold(decision.verdict in allowed, f"{decision.verdict} for somebody who was never listed")
        promises.judge(self, node, surrogates, decision)

    def forge(self, record: OutgoingRecord) -> None:
        """Write a record as somebody who may write everywhere and is not asked for a name."""
        if self.broker.up:
            publisher, known = self.broker.publisher(client_id=ADVERSARY), len(self.log.written)
            publisher.send(record, self._note_forged)
            publisher.flush(0)
            self.read_log()
            self._forged |= {one.body for one in self.log.written[known:] if self.log.first[one.body] is one}

    def faults_stop(self) -> None:
        """Let everything work again that a fault has stopped: from now on nobody can say it was not to be had."""
        self.broker.start()
        for at in self.all_partitions:
            self.broker.release(at)
        self.held.clear()
        self.access.missing.clear()
        for process in self.processes.values():
            process.life.spare()
            process.database.restore()
            process.answers(Acknowledgements.PROMPT)
            if process.is_cut_off:
                process.cut_off(cut=False)
        for machine in self.machines.values():
            machine.clock.skew_ms = 0
            machine.disk.full = False

    def close(self) -> None:
        """Let go of everything, as if all were killed."""
        for process in self.processes.values():
            process.die()
        for publisher in self.processes.values():
            publisher.forget()

    def look_at_status(self) -> None:
        """Have an operator look at the status, hold it to what nodes really have, and look at all else closely."""
        self._judge_status()
        audit(self)

    def glance_at_status(self) -> None:
        """Hold the status alone to what nodes really have. A monitor that is to die is left alone."""
        if not self.monitor.life.doomed:
            self._judge_status()

    def _judge_status(self) -> None:
        document = self.monitor.look_up()
        if document is not None:
            promises.judge_status(self, document)

    def bring_keys(self, participant: str) -> None:
        """Bring a participant's files to where it is at work, and start what runs there anew."""
        for machine in self.machines.values():
            if (machine.folder / "participants" / participant).exists():
                self.administrator.give(machine, participant)
                for process in machine.processes:
                    process.restart()

    def part_with(self, machine: SimulatedMachine) -> None:
        """Switch a machine off for good."""
        for process in machine.processes:
            process.stop()
            del self.processes[process.name]
        del self.machines[machine.name]

    # -- what the world knows -----------------------------------------------------------------------------------------

    def make_topics(self, topics: Mapping[str, TopicState]) -> None:
        """Make topics as they are to be."""
        for topic, state in topics.items():
            self.topics[topic] = state
            self.broker.create(topic, state.partitions, state.configuration)
        counts = {topic: state.partitions for topic, state in sorted(self.topics.items())}
        self.all_partitions = [TopicPartition(topic, each) for topic, count in counts.items() for each in range(count)]
        self._read = dict.fromkeys(self.all_partitions, 0) | self._read

    def make_again(self, topic: str) -> None:
        """Delete a topic and make it again as it was: another one, without records."""
        self.read_log()
        self.made_again.add(topic)
        self.forged = {one for one in self.forged if one[0] != topic}
        self.broker.delete(topic)
        self.log.forget(topic)
        for at in [one for one in self.all_partitions if one.topic == topic]:
            self.held.discard(at)
            self._read[at] = 0
            self._recounts.pop(at, None)
        self.make_topics({topic: self.topics[topic]})

    def read_log(self) -> None:
        """Read what was appended since this was last done; to be called after whatever may have written."""
        for at in self.all_partitions:
            log = self.broker.topics.log(at)
            if log.high > self._read[at]:
                for message in log.records[log.index(self._read[at]) :]:
                    self._hear(self.log.take(message))
                self._read[at] = log.high

    def waiting(self, longer_than_ms: int) -> dict[str, int]:
        """How many records wait in each outbox of a process that runs, where the oldest waits for longer than that."""
        before = self.time.now() - longer_than_ms
        outboxes = {"publisher": self.publisher.outbox} if self.publisher.runs else {}
        outboxes |= {node.name: node.outbox for node in self.nodes.values() if node.runs}
        outboxes |= {each.name: each.outbox for each in self.inboxes if each.runs}
        return {
            name: lane.rows
            for name, outbox in outboxes.items()
            for lane in outbox.backlog().values()
            if lane.since is not None and lane.since < before
        }

    def genuine(self, schema: str) -> Iterator[Written]:
        """Records of agencies as they were first written, and by themselves."""
        seen = set(self._forged)
        for one in self.log.by_schema.get(schema, ()):
            if one.body not in seen:
                seen.add(one.body)
                yield one

    def is_forged(self, one: Written) -> bool:
        """Whether an adversary made this record, with whosever key."""
        return one.body in self._forged

    def newest_receipt(self, agency: str, node: str) -> Written | None:
        """What a node said last that it holds."""
        own = [
            each for each in self.genuine("receipt") if (each.fields["agency"], each.fields["node"]) == (agency, node)
        ]
        return max(own, key=lambda each: int(each.fields["sequence"]), default=None)

    def hear_of_lease(self, outbox: Path, owner: str, *, taken: bool) -> None:
        """Hear that the lease of an outbox was taken or given back."""
        holder = self._holders.get(outbox)
        if taken:
            self.count("leases taken over", holder not in {None, owner})
            self._holders[outbox] = owner
        elif holder == owner:
            del self._holders[outbox]

    def forget_trust(self, node: str) -> None:
        """Hold a node no longer to the heads it trusted."""
        self.trusted = {place: number for place, number in self.trusted.items() if place[0] != node}

    def count(self, what: str, times: int = 1) -> None:
        """Count something that happened."""
        self.counters[what] += times

    def hold(self, holds: bool, what: str) -> None:
        """Raise PromiseBroken unless something holds."""
        if not holds:
            raise PromiseBroken(what)

    def cut_off(self, process: str, *, cut: bool) -> None:
        """Let a process reach the broker or not."""
        (self.broker.cut if cut else self.broker.heal)(process)

    def is_group_member(self, process: str) -> bool:
        """Whether a process is a member of a group."""
        return any(member.client == process for group in self.broker._groups.values() for member in group.members)

    def partitions(self, topic: str) -> list[int]:
        """The partitions of a topic."""
        return [at.partition for at in self.all_partitions if at.topic == topic]

    def recounted(self, at: TopicPartition, before: int) -> Recounted:
        """A partition counted again below an offset."""
        done, counted = self._recounts.get(at, (0, Recounted()))
        if done > before:
            done, counted = 0, Recounted()
        for one in self.log.by_place.get(at, [])[done:before]:
            counted.take(one, self)
        self._recounts[at] = before, counted
        return counted

    def compacts_to_what_was_said(self) -> bool:
        """Whether under every key of a compacted topic its owner has the last word, so that compaction loses nothing."""
        for at in self.all_partitions:
            if is_compacted(self.topics[at.topic]) and any(one[:2] == (at.topic, at.partition) for one in self.forged):
                records = self.broker.topics.log(at).records
                newest = {message.key(): message.offset() for message in records}
                if any((at.topic, at.partition, offset) in self.forged for offset in newest.values()):
                    return False
        return True

    def _note_forged(self, outcome: Delivered | Exception) -> None:
        if isinstance(outcome, Delivered):
            self.forged.add((outcome.topic, outcome.partition, outcome.offset))

    def is_sound(self, one: Written) -> bool:
        """Whether a list record is what a court of this town said, or another one signed, and stands where it belongs."""
        signed = self.truth.is_genuine(one.body) or bool(self.register.signer(one.body))
        return signed and one.at.topic == list_of(one.fields["instrument"]) and self._is_at_home(one)

    def is_said(self, one: Written) -> bool:
        """Whether a court of this town said it, and it stands where it belongs."""
        return self.truth.is_genuine(one.body) and self.is_sound(one)

    def is_later_schema(self, one: Written) -> bool:
        """Whether a court signed for this list what nobody can read, and it stands where it belongs."""
        prefix = prefix_of(one.body)
        own = prefix is not None and prefix["entry_id"] == one.key and prefix["version"] > 0
        return own and bool(self.register.later_schema(one.at.topic, one.body)) and self._is_at_home(one)

    def may_follow(self, court: str, successor: str) -> bool:
        """Whether a court may end what another one said: it is that court, or above it."""
        return court == successor or successor in self.register.above(court)

    def signer_of(self, body: bytes) -> str:
        """Who owns the key under a record."""
        return self.register.owner(body)

    def covered(self, one: Written) -> set[bytes]:
        """The keys whose revocation a barrier covers for where it stands."""
        return self.register.covered(one.fields, one.body, (one.at.topic, one.at.partition))

    def _is_at_home(self, one: Written) -> bool:
        return at_home(one.key or b"", len(self.partitions(one.at.topic))) == one.at.partition

    def _hear(self, one: Written) -> None:
        """Learn from the log what is true whoever wrote it: the root's records of keys, and what the sibling court lists."""
        if one.schema == "participant-key":
            self.register.take(one.fields, one.body, one.offset)
        elif one.schema == "list-record" and one.fields["court"] == SIBLING and one.key == one.fields["entry_id"]:
            history = self.truth.versions.get(one.fields["entry_id"], [])
            follows = one.fields["version"] == len(history) + 1 and all(said.court == SIBLING for said in history)
            lawful = one.fields["record_class"] == REAL and self.is_sound(one)
            if follows and lawful and self.register.signer(one.body) == SIBLING:
                self.truth.hear(one.fields, one.body, frees=False)


def as_document(world: World) -> dict[str, Any]:
    """What a run counted."""
    return {"wrongful_block_seconds": world.calm.wrongful_block_ms / 1000, **dict(world.counters.most_common())}
