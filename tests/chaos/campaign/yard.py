"""The installation that incidents happen to: a court with its relay, a notary with its monitor, a railway's node, all processes."""

import json
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import yaml

from liandong.tests.chaos.campaign.gates import Gate
from liandong.tests.chaos.campaign.genuine import Signatures, readable
from liandong.tests.chaos.campaign.naming import StatusReader
from liandong.tests.chaos.campaign.truth import Act
from liandong.tests.worlds.commands import Ended, liandong
from liandong.tests.worlds.court_office import COURT, JURISDICTION, CourtOffice, write
from liandong.tests.worlds.people import Person, invented
from liandong.tests.worlds.waiting import eventually
from liandong.topics.catalogue import names
from liandong.topics.settings import Settings

AGENCY, NOTARY, PUBLISHER, SIBLING = "railway-js", "notary-js-1", "publisher-js", "court-su0506"
INNOCENTS, LISTED_FIRST = 2, 4
PATIENCE = 180.0
_PACE = {
    "LIANDONG_BARRIER_INTERVAL_SECONDS": "0.5",
    "LIANDONG_STALE_AFTER_SECONDS": "10",
    "LIANDONG_INTERCEPTIONS_EVERY_SECONDS": "1",
}
_ROW = {
    "kind": "NATURAL",
    "certificate_type": "CN_ID",
    "filing_date": "2026-05-11",
    "grounds": "G1",
    "performance": "NONE",
    "initiated_by": "EX_OFFICIO",
    "signed_by": "示例院长",
    "signed_on": "2026-06-01",
    "served_on": "2026-06-03",
    "warned_on": "2026-05-20",
}


class Yard(CourtOffice):
    """What runs, what the court did, and whom gates are asked about."""

    def __init__(self, settings: Settings, chance: Random, kafka: Path, **more: str) -> None:
        super().__init__(settings)
        self.kafka = kafka
        self.more |= _PACE | more
        self.chance = chance
        self.people: dict[int, Person] = {who: invented(who) for who in range(INNOCENTS)}
        """The first are never listed."""
        self.acts: list[Act] = []
        self.calm = True
        """Nothing is broken just now."""
        self.watches: list[str] = []
        self.foreign = 0
        """Records that others than the court have written to its topics."""
        self.made_again = False
        """A list was made again, and holds only the newest record of each entry."""
        self.notes: list[str] = []
        """What the incident wants to be said in the matrix, such as where a process died."""
        self.processes_by_name: dict[str, subprocess.Popen[bytes]] = {}
        self.words: dict[str, tuple[str, ...]] = {
            "monitor": ("monitor", "serve", "--port", str(self.ports[0])),
            "relay": ("court", "relay", "--jurisdiction", JURISDICTION),
            "inbox": ("court", "inbox", "--court", COURT, "--follow", "--json"),
            "node": ("agency", "run", AGENCY, "--port", str(self.ports[1])),
        }
        self.status_reader = StatusReader(self.ports[0])
        self.gates: list[Gate] = []

    def open(self) -> None:
        """Found it, start everything, list the first people, and wait until all is applied, proven and green."""
        self.run("participant", "new", SIBLING, "--kind", "court", "--jurisdiction", JURISDICTION)
        self.run("participant", "new", PUBLISHER, "--kind", "publisher", "--jurisdiction", JURISDICTION)
        self.run("participant", "new", NOTARY, "--kind", "notary", "--jurisdiction", JURISDICTION)
        agency = ("--kind", "agency", "--agency-kind", "railway", "--jurisdiction", JURISDICTION)
        self.run("participant", "new", AGENCY, *agency)
        self.run("topics", "apply")
        self.run("participant", "publish", "--all")
        self.add_gate("1", self.ports[1])
        for name in self.words:
            self.begin(name)
        for _ in range(LISTED_FIRST):
            self.list_one()
        self.until_right()
        self.until_green()

    def add_gate(self, node: str, port: int) -> None:
        """Ask a node from now on."""
        token = self.run("agency", "token", "add", AGENCY, f"desk-{node}", "--rate", "100000").strip()
        self.gates.append(Gate(node, port, token))

    def begin(
        self, name: str, *, environment: Mapping[str, str] | None = None, **fault: int
    ) -> "subprocess.Popen[bytes]":
        """Start one of the processes, with a fault or whole (see `faulty_process`), here or in another environment."""
        module = ["liandong.tests.chaos.campaign.faulty_process", json.dumps(fault)] if fault else ["liandong"]
        with (self.settings.state_dir / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", *module, *self.words[name]]
            process = subprocess.Popen(command, env=environment or self.environment, stdout=log, stderr=log)
        self.processes_by_name[name] = process
        self.processes.append(process)
        return process

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """End a process and wait until it is gone."""
        process = self.processes_by_name.pop(name)
        process.send_signal(how)
        process.wait(60)

    def list_one(self) -> int:
        """Let the court list somebody new."""
        ended = self.typed_listing()
        assert ended.code == 0, ended
        return len(self.people) - 1

    def typed_listing(self) -> Ended:
        """Type the listing of somebody new, which may be refused; how the command ended."""
        who = len(self.people)
        person = invented(who)
        row = _ROW | {"name": person.name, "certificate_number": person.number} | _case(who)
        path = write(self.settings.state_dir / f"export-{who}.csv", [row])
        begun = time.monotonic()
        ended = liandong("court", "publish", str(path), "--no-wait", "--court", COURT, environment=self.variables)
        if ended.code == 0:
            self._acted(who, begun, listed=True)
            self.people[who] = person
        return ended

    def typed_release(self, who: int) -> Ended:
        """Type a release, which may be refused; how the command ended."""
        words = ("court", "revoke", self.entry(who), "--reason", "NO_GROUND", "--court", COURT, "--no-wait")
        begun = time.monotonic()
        ended = liandong(*words, environment=self.variables)
        if ended.code == 0:
            self._acted(who, begun, listed=False)
        return ended

    def _acted(self, who: int, begun: float, *, listed: bool) -> None:
        self.acts.append(Act(who, listed=listed, begun=begun, accepted=time.monotonic(), calm=self.calm))

    def free(self, who: int) -> None:
        """Let the court free somebody."""
        ended = self.typed_release(who)
        assert ended.code == 0, ended

    def believed(self, who: int, begun: float, *, listed: bool) -> None:
        """Note what a thief with the court's key says of somebody from `begun` on, or that the court takes it back."""
        self._acted(who, begun, listed=listed)

    def entry(self, who: int) -> str:
        """Return the id of somebody's entry."""
        found: Any = json.loads(self.run("court", "find", _case(who)["case_number"], "--court", COURT, "--json"))
        return str((found if isinstance(found, list) else found["entries"])[0]["entry"])

    def traffic(self, steps: int, pace: float = 0.3) -> None:
        """Let the court list somebody and free somebody, so many times."""
        for _ in range(steps):
            self.list_one()
            time.sleep(pace)
            self.free(self.chance.choice(self.listed()[1:]))
            time.sleep(pace)

    def traffic_if_let(self, pace: float = 0.5) -> None:
        """Let the court list somebody and free somebody, each of which may be refused; say with which codes."""
        free = self.chance.choice(self.listed()[1:])
        for ended in (self.typed_listing(), self.typed_release(free)):
            codes = [word.rstrip(":") for word in (ended.out + ended.err).split() if word.isupper() and "_" in word]
            note = f"refused with {codes[0]}" if ended.code and codes else "accepted" if not ended.code else str(ended)
            if note not in self.notes:
                self.notes.append(note)
            time.sleep(pace)

    def until_let(self) -> None:
        """Wait until the court may act again."""
        assert eventually(lambda: self.typed_listing().code == 0, PATIENCE, pace=0.5), self.typed_listing()

    def watch(self) -> None:
        """Let the court order the railway to tell where somebody travels."""
        who = self.chance.choice(self.listed())
        person = self.people[who]
        number = f"第{len(self.watches)}号"
        (self.settings.state_dir / "notice.txt").write_text(f"协助执行通知书（示例）{number}\n", encoding="utf-8")
        order: dict[str, Any] = {
            "command": "watch",
            "agency": AGENCY,
            "case_number": _case(who)["case_number"],
            "document": "notice.txt",
            "document_number": number,
            "judge": "示例法官",
            "purpose": "LOCATE_DEBTOR",
            "kinds": ["TRAVEL"],
            "until": "2027-03-31",
            "subject": {"name": person.name, "certificates": [{"type": "CN_ID", "number": person.number}]},
        }
        file = self.settings.state_dir / f"watch-{len(self.watches)}.yaml"
        file.write_text(yaml.safe_dump(order, allow_unicode=True), encoding="utf-8")
        self.watches.append(self.run("court", "command", str(file), "--court", COURT))

    def listed(self) -> list[int]:
        """Return who is listed now; the first of them stays so."""
        state = {act.who: act.listed for act in self.acts}
        return [who for who, listed in state.items() if listed]

    def answers(self) -> dict[bytes, set[bytes]]:
        """Return the answers in the log to each command that the railway signed."""
        signatures = Signatures(self.settings, AGENCY, "agency")
        answers: defaultdict[bytes, set[bytes]] = defaultdict(set)
        for one in self.log(names.feedback(JURISDICTION), readable):
            if one.record and signatures.hold(one.value, "control-feedback"):
                answers[one.record["command_id"]].add(one.record["feedback_id"])
        return answers

    def until_answered(self) -> None:
        """Wait until the railway has answered every command."""
        wanted = len(self.watches)
        assert eventually(lambda: len(self.answers()) == wanted, PATIENCE, pace=0.3), (wanted, self.answers())

    def until_right(self, seconds: float = PATIENCE) -> None:
        """Wait until every gate answers about everybody as the court wants it."""
        listed = set(self.listed())
        right = {who: "BLOCK" if who in listed else "ALLOW" for who in self.people}

        def holds() -> bool:
            return all({one.who: one.decision for one in gate.ask(self.people)} == right for gate in self.gates)

        assert eventually(holds, seconds, pace=0.1), [gate.ask(self.people) for gate in self.gates]

    def until_green(self, but: frozenset[str] = frozenset(), seconds: float = PATIENCE) -> None:
        """Wait until the monitor finds nothing to name but these kinds."""

        def holds() -> bool:
            document = self.status_reader.read()
            return document is not None and {each["kind"] for each in document["findings"]} <= but

        found = self.status_reader.read
        assert eventually(holds, seconds, pace=0.3), (found() or {}).get("findings")

    def until_named(self, kind: str, seconds: float = PATIENCE) -> None:
        """Wait until `status` has named something."""
        assert eventually(lambda: kind in self.status_reader.named, seconds, pace=0.1), (kind, self.status_reader.named)

    def all_live(self) -> bool:
        """Whether no process has ended by itself."""
        return all(process.poll() is None for process in self.processes_by_name.values())

    def last_lines(self) -> str:
        """What each process has written last."""
        lines: list[str] = []
        for path in sorted(self.settings.state_dir.glob("*.log")):
            lines += [f"-- {path.name}", *(line[:200] for line in path.read_text().splitlines()[-15:])]
        return "\n".join(lines)

    def close(self) -> None:
        """End everything."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
        super().close()
        for gate in self.gates:
            gate.close()


def _case(who: int) -> dict[str, str]:
    number = f"（2026）苏0505执{who + 1}号"
    return {"case_number": number, "decision_number": f"{number}决定书"}


def log_of(yard: Yard, name: str) -> Path:
    """Return the file a process writes its log to."""
    return yard.settings.state_dir / f"{name}.log"
