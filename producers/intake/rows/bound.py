# mypyc: compile
"""Whom the law lets an instrument bind: roles, exit bans, individual businesses, state organs."""

from typing import TYPE_CHECKING

from ....schemas.law.listing import Instrument, PersonKind, PersonRole
from ....schemas.people.certificates import CertificateType
from .model import DebtorCategory, is_state_organ
from .row import RowUnderCheck

if TYPE_CHECKING:
    from .subject import RowSubject

_BUSINESS_CODE = "92"
"""How the unified social credit codes of individual businesses begin (GB 32100)."""
_NOTICES = {"second-approval": "STATE_ORGAN_WAITS", "normal": "STATE_ORGAN_NOTIFY"}


def check_bound(row: RowUnderCheck, subject: "RowSubject", instrument: Instrument) -> None:
    """Reject what the law does not let the instrument say of the subject."""
    _check_category(row, subject, instrument)
    natural = subject.kind is PersonKind.NATURAL
    if instrument is Instrument.EXIT_BAN and not natural:
        row.reject("kind", "EXIT_BAN_ENTITY")
    if subject.role is not PersonRole.DEBTOR:
        _check_role(row, subject, instrument)
    elif not row.context.is_published and _begins(subject, _BUSINESS_CODE) and not subject.legal_representative:
        row.reject("legal_representative", "OPERATOR_MISSING")


def _check_category(row: RowUnderCheck, subject: "RowSubject", instrument: Instrument) -> None:
    if instrument is not Instrument.LIST_ENTRY:
        return
    if is_state_organ(subject.category, subject.certificates) and not row.context.is_published:
        if row.context.state_organs == "refuse":
            row.reject("debtor_category", "STATE_ORGAN_POLICY")
        else:
            row.notice("debtor_category", _NOTICES[row.context.state_organs])
    if subject.category is DebtorCategory.CAMPUS_LOAN_STUDENT:
        row.notice("debtor_category", "CAMPUS_LOAN_STUDENT")


def _check_role(row: RowUnderCheck, subject: "RowSubject", instrument: Instrument) -> None:
    is_agent = subject.role is PersonRole.STATUTORY_AGENT
    if instrument is Instrument.LIST_ENTRY:
        row.reject("role", "ROLE_NOT_LISTED")
    elif is_agent and instrument is not Instrument.EXIT_BAN:
        row.reject("role", "ROLE_EXIT_BAN_ONLY")
    elif subject.role is PersonRole.ACTUAL_CONTROLLER and instrument is Instrument.EXIT_BAN:
        row.reject("role", "EXIT_BAN_CONTROLLER")
    if subject.kind is not PersonKind.NATURAL:
        row.reject("role", "ROLE_NOT_PERSON")
    if not subject.related_entity and not is_agent:
        row.reject("related_entity", "RELATED_ENTITY_MISSING")


def _begins(subject: "RowSubject", code: str) -> bool:
    certificates = (each.certificate for each in subject.certificates)
    return any(each.type is CertificateType.USCC and each.number.startswith(code) for each in certificates)
