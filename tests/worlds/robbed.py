"""A court whose key was stolen, one agency's copy of its list, and who looks through the log for what the key signed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from liandong.consumers.replication.examination_note import ExaminationNote
from liandong.consumers.replication.examining import ExaminingPorts, RevokedKeyExaminer
from liandong.consumers.replication.revoked_keys import RevokedKeys
from liandong.schemas.law.decisions import Trust
from liandong.schemas.wire.signing import PublicKey
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.copying import CopyInMemory
from liandong.tests.worlds.records import CourtScribe, lane_heads, new_surrogate, recount
from liandong.topics.catalogue import names

STOLEN_AT, REGISTER = NOW + 10_000, 7
"""When the key was in wrong hands, and where its revocation stands."""


class Robbed(CopyInMemory):
    """A court with two people listed before its key was stolen, and a head from before that shows it."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.node.view._revoked = self.board = RevokedKeys(self.node.clock)
        self.freed, self.blocked, self.innocent = new_surrogate(), new_surrogate(), new_surrogate()
        self.first, self.second = self.court.include(self.freed), self.court.include(self.blocked)
        self.send(self.court.message(self.first), self.court.message(self.second))
        self.number = 0
        self.mark(NOW, head=True)
        self.folder = directory
        self.examiner = self._examiner()
        self.node.clock.time = STOLEN_AT + 60_000
        self.thief = CourtScribe(signer=self.court.signer, entries=dict(self.court.entries))

    def _examiner(self) -> RevokedKeyExaminer:
        note = ExaminationNote(self.folder)
        ports = ExaminingPorts(self.broker.subscriber(), self.node.lists, self.keys, self.node.clock, note)
        return RevokedKeyExaminer(("js",), ports, self.revoked, self.board)

    def start_again(self) -> None:
        """The node starts again: what it has examined it knows by its note alone."""
        self.examiner.close()
        self.node.restart()
        self.node.view._revoked = self.board = RevokedKeys(self.node.clock)
        self.examiner = self._examiner()

    def mark(self, issued_at: int, *, head: bool = False, **said: Any) -> None:
        """A barrier in every lane, which shows what is revoked by then or says something else, and its head perhaps."""
        said = said or {"revocations": [*self.keys.revoking_records(("court", "notary"), "js", issued_at).values()]}
        self.number += 1
        topics = (*names.state_topics("js"), names.relief("js"))
        offsets = {topic: len(list(self.broker.records(topic))) for topic in topics}
        self.send(*(self.notary.barrier(topic, 0, self.number, issued_at, **said) for topic in topics))
        if head:
            models = recount(each for topic in names.state_topics("js") for each in self.broker.records(topic))
            lanes = [lane | {"offset": offsets[lane["topic"]]} for lane in lane_heads(models, "js", 1)]
            self.send(self.notary.head(self.number, lanes, issued_at=issued_at))

    def revoke(self, at: int = STOLEN_AT, covered_at: int = STOLEN_AT + 60_000, **said: Any) -> None:
        """The root revokes the court's key as of when it was stolen, and the next barrier covers that, if it comes after."""
        self.tell_revoked(at)
        self.mark(covered_at, **said)

    def tell_revoked(self, at: int = STOLEN_AT) -> None:
        """The node hears of that before any barrier covers it."""
        key_id = self.court.signer.key_id
        self.keys.known[key_id] = replace(self.keys.known[key_id], revoked_at=at)
        self.keys.revocations[key_id] = REGISTER

    def revoked(self) -> list[PublicKey]:
        return [key for key in self.keys.known.values() if key.revoked_at and key.kind == "court"]

    def examine(self) -> None:
        for _ in range(30):
            self.examiner.step()
        self.node.clock.time += 1_000
        self.examiner.step()

    def waiting(self) -> int:
        """How many entries wait in the overlay for the list."""
        with self.node.relief.snapshot() as overlay:
            return overlay.count()

    def said(self, surrogate: bytes) -> list[Trust]:
        """How far each entry somebody is found under is proven."""
        assert self.node.view.known_surrogates([surrogate]) or not self.node.view.find([surrogate])
        return [self.node.view.trust(each) for each in self.node.view.find([surrogate])]
