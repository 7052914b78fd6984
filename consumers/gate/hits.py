"""A hit told in full: which measure reaches whom, why, since when, and what the person can do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...schemas.dates import rfc3339
from ...schemas.fingerprints import fingerprint
from ...schemas.ids import entry_text
from ...schemas.law.case_number import CaseNumberProblem, parse_case_number
from ...schemas.law.decisions import MeasureRuling
from ...schemas.law.listing import Instrument
from ...schemas.law.measures import Effect
from ...schemas.problems import Language
from .decision import Decision, FoundEntry

CONTEST = {
    "zh": (
        "如认为有错误，可向作出决定的执行法院申请纠正：法院自收到书面申请之日起十五日内审查，理由成立的三个工作日内纠正；"
        "对驳回决定不服的，可自决定书送达之日起十日内向上一级人民法院申请复议，上一级法院自收到复议申请之日起十五日内作出决定。"
        "复议期间，不停止原决定的执行。（法释〔2017〕7号第十一条、第十二条；限制消费措施参照适用，法发〔2019〕35号）"
    ),
    "en": (
        "Whoever holds this to be wrong can apply in writing to the enforcing court that decided it: it reviews within 15 "
        "days and, where the application is founded, corrects within 3 working days. Against a rejection they can apply to "
        "the next higher court for reconsideration within 10 days of service; it decides within 15 days. Reconsideration "
        "does not stop the decision. (法释〔2017〕7号 arts. 11–12; applied to consumption restrictions by 法发〔2019〕35号)"
    ),
}
"""How to contest a listing or an order."""

CONTEST_EXIT_BAN = {
    "zh": "如对限制出境决定不服，可自收到决定之日起十日内向上一级人民法院申请复议；具体以作出决定的法院告知为准。",
    "en": "Against an exit ban one can apply to the next higher court for reconsideration within 10 days of receiving the "
    "decision; what the deciding court has told prevails.",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One measure through one entry, as journalled and shown: no name, no number, a handle for the surrogate."""

    measure: str
    effect: str
    verdict: str
    match: str
    instrument: int
    entry_id: bytes
    version: int
    court: str
    """Participant id."""
    court_name: str
    case_number: str
    basis_zh: str
    basis_en: str
    since: int
    until: int
    """ms UTC, exclusive; 0 = open."""
    record_class: int
    handle: str

    def shown(self, lang: Language) -> dict[str, object]:
        """Return the element of `measures` in an answer."""
        contest = CONTEST_EXIT_BAN if self.instrument == Instrument.EXIT_BAN else CONTEST
        return {
            "id": self.measure,
            "effect": self.effect,
            "match": self.match,
            "instrument": instrument_name(self.instrument),
            "entry_id": entry_text(self.instrument, self.entry_id),
            "version": self.version,
            "court": self.court_name or self.court,
            "court_id": self.court,
            "case_number": self.case_number,
            "legal_basis": self.basis_zh if lang == "zh" else self.basis_en,
            "since": rfc3339(self.since),
            "until": rfc3339(self.until) if self.until else None,
            "contest": contest[lang],
        }


_SIGNS_APART = ("兵".encode(), "军".encode())


def instrument_name(code: int) -> str:
    """Return LIST_ENTRY, CONSUMPTION_ORDER or EXIT_BAN; a code this release does not know shows as a number."""
    try:
        return Instrument(code).name
    except ValueError:
        return str(code)


def handle_of(surrogate: bytes) -> str:
    """Return a short handle for logs and journals; the surrogate cannot be read from it."""
    return fingerprint(b"handle\x00" + surrogate).hex()[:12]


def hits_of(decision: Decision) -> tuple[Hit, ...]:
    """Return every reason of a decision, strongest first."""
    if not decision.outcome.rulings:
        return ()
    details = {entry_id: _details(entry) for entry_id, entry in decision.found.items()}
    return tuple(_hit(ruling, details[ruling.entry.entry_id]) for ruling in decision.outcome.rulings)


def _hit(ruling: MeasureRuling, details: dict[str, Any]) -> Hit:
    measure, entry = ruling.planned.measure, ruling.entry
    basis = measure.basis_for(entry.instrument)
    return Hit(
        measure=measure.id,
        effect=Effect(ruling.effect).name,
        verdict=ruling.verdict,
        match=entry.match.level,
        instrument=entry.instrument,
        entry_id=entry.entry_id,
        version=entry.version,
        court=entry.court,
        court_name=details.get("court_name", ""),
        case_number=details.get("case_number", ""),
        basis_zh=basis.zh,
        basis_en=basis.en,
        since=entry.effective_from,
        until=entry.effective_until,
        record_class=entry.record_class,
        handle=handle_of(entry.match.surrogate),
    )


def _details(entry: FoundEntry) -> dict[str, Any]:
    """Decode the whole record; return nothing where no record of the entry could ever be read."""
    return entry.record() if entry.body else {}


def is_of_court_apart(entry: FoundEntry) -> bool:
    """Tell whether an entry is of a case of a corps' or a military court; what cannot be read says so of nothing."""
    if not any(sign in entry.body for sign in _SIGNS_APART):  # nearly always: nothing is decoded
        return False
    try:
        return parse_case_number(_details(entry).get("case_number", "")).is_set_apart
    except CaseNumberProblem:
        return False


def canary_only(hits: Sequence[Hit]) -> bool:
    """Return whether all hits are legally void probes."""
    return bool(hits) and all(hit.record_class for hit in hits)
