"""The sealed notice to the superior court when a state organ is put on the list (法释〔2017〕7号 art. 8 ¶4).

It goes into the outbox in the transaction that publishes the entry: neither is there without the other. The superior is the court
that the register of keys has above this one; only where there is none, the one of the setting `notice_court`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.law.grounds import Ground
from ...schemas.law.listing import Change
from ...schemas.law.retention import COMMAND
from ...schemas.people.certificates import CertificateType, mask
from ...schemas.problems import BilingualError, Text
from ...schemas.wire.control import sealing_context
from ...schemas.wire.sealing import Recipient, seal
from ...schemas.wire.signing import encode_signed
from ...topics.catalogue import names
from ...topics.keys.keyrings import NoSealingKey
from ...topics.transport.envelope import outgoing
from ...topics.transport.ports import OutgoingRecord
from ..court import Court
from ..updates.records import fields_of, unpack_certificates
from ..updates.updates import Accepted
from .writing import SignedChunk

SCHEMA, DETAIL = "court-notice", "notice-detail"
STATE_ORGAN_LISTED = "state-organ-listed"
_LANE = "events"


class SuperiorUnknown(BilingualError):
    """A notice that cannot be sent, so that the entry cannot be published either."""

    http_status: ClassVar[int] = 409
    texts: ClassVar[dict[str, Text]] = {
        "SUPERIOR_UNKNOWN": Text(
            "{court} has no superior court in the register of keys to tell of a state organ's listing (art. 8 ¶4)",
            "name one with LIANDONG_NOTICE_COURT=ID; a court that is registered anew names it with --superior; what waits goes on waiting",
            "密钥登记中没有 {court} 的上级法院，无法就国家机关纳入名单发出通报（第八条第四款）",
            "请用 LIANDONG_NOTICE_COURT=编号 指定；新登记的法院用 --superior 填写上级；待审批事项继续等待",
        ),
        "SUPERIOR_UNREACHABLE": Text(
            "nothing can be sealed to {superior}, the superior of {court}: {cause}",
            "let it publish or renew its keys: `liandong participant renew {superior}`, then `liandong participant publish {superior}`",
            "无法向 {court} 的上级法院 {superior} 密封通报：{cause}",
            "请由其登记或者更新密钥：先 `liandong participant renew {superior}`，再 `liandong participant publish {superior}`",
        ),
    }


class CourtRegister(Protocol):
    """What a notice asks of the register of keys."""

    def above(self, participant: str) -> Sequence[str]:
        """Return everybody above a participant, the next one first."""

    def recipients(self, participant: str, retention: str) -> list[Recipient]:
        """Return whom content for a participant is sealed to. Raises NoSealingKey."""

    def serving(self, kind: str) -> Mapping[str, frozenset[str]]:
        """Return the participants of a kind with a signing key that is valid now, and their jurisdictions."""


class SealedNotices:
    """Notices of one court to its superior."""

    def __init__(self, court: Court, keys: CourtRegister, notice_court: str = "") -> None:
        """`notice_court` is told where the register has nobody above the court."""
        self._court = court
        self._keys = keys
        self._notice_court = notice_court

    def require(self) -> None:
        """Raise SuperiorUnknown if nobody could be told now."""
        self._recipients()

    def send(self, connection: Connection, chunk: SignedChunk, now: int) -> None:
        """Put a notice of every new or corrected entry into the outbox."""
        listed = zip(chunk.plan.changes, chunk.updates, strict=True)
        records = [self._notice(update, compared.row.certificates, now) for compared, update in listed]
        self._court.register.outbox.append(connection, _LANE, records)

    def _superior(self) -> tuple[str, str]:
        """Return the court that is told and its jurisdiction."""
        own = self._court.identity.court
        superior = next(iter(self._keys.above(own)), "") or self._notice_court
        if not superior or superior == own:
            raise SuperiorUnknown("SUPERIOR_UNKNOWN", court=own)
        places = self._keys.serving("court").get(superior)
        if not places:
            raise SuperiorUnknown(
                "SUPERIOR_UNREACHABLE", court=own, superior=superior, cause="no court of this id has a valid key"
            )
        return superior, min(places)

    def _recipients(self) -> tuple[str, str, list[Recipient]]:
        superior, place = self._superior()
        try:
            return superior, place, self._keys.recipients(superior, COMMAND)
        except NoSealingKey as missing:
            about = {"court": self._court.identity.court, "superior": superior, "cause": missing.message}
            raise SuperiorUnknown("SUPERIOR_UNREACHABLE", **about) from missing

    def _notice(self, update: Accepted, certificates: bytes, now: int) -> OutgoingRecord:
        identity, notice_id = self._court.identity, self._court.identity.chance.random_id()
        superior, place, readers = self._recipients()
        detail = _detail(update, certificates)
        header = {
            "notice_id": notice_id,
            "jurisdiction": identity.jurisdiction,
            "court": superior,
            "sender": identity.court,
            "kind": STATE_ORGAN_LISTED,
            "issued_at": now,
            "sealed": seal(DETAIL, detail, sealing_context(SCHEMA, notice_id), readers),
        }
        body = encode_signed(SCHEMA, header, SCHEMA, identity.signer)
        return outgoing(
            SCHEMA,
            body,
            names.court_notices(place),
            notice_id,
            event_id=ids.text("evt", notice_id),
            source=identity.court,
            time_ms=now,
            registry=identity.registry,
        )


def _detail(update: Accepted, certificates: bytes) -> dict[str, Any]:
    draft, record = update.draft, fields_of(update.draft.parts)
    assert draft.change in (Change.INCLUDE, Change.CORRECT)  # noqa: S101  a file's rows do nothing else
    named = min(
        (each.certificate for each in unpack_certificates(certificates)), key=lambda each: (-each.type, each.number)
    )
    copied = ("name", "court_name", "case_number", "decision_number", "publish_date")
    return {name: record[name] for name in copied} | {
        "entry_id": draft.entry_id,
        "entry_version": draft.version,
        "code": f"{named.type.name} {named.number if named.type >= CertificateType.USCC else mask(named.number)}",
        "grounds": ";".join(Ground(each).name for each in record["grounds"]),
    }
