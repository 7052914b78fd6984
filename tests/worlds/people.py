"""The people of the tests, all of them fictitious, as courts list them and as agencies ask about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from liandong.consumers.gate.decision import CheckRequest
from liandong.consumers.gate.subjects import Subject
from liandong.producers.synthetic.people import Invention
from liandong.schemas.people.certificates import Certificate, CertificateType, equivalents, normalise
from liandong.schemas.people.names import comparison_form
from liandong.schemas.people.surrogates import MatchingKey

KEY = MatchingKey(1, b"m" * 32)


@dataclass(frozen=True)
class Person:
    """A fictitious debtor."""

    name: str
    certificate: Certificate

    @property
    def number(self) -> str:
        return self.certificate.number

    def identities(self, *, link: int = 0, keys: Sequence[MatchingKey] = (KEY,)) -> list[dict[str, Any]]:
        """What a publisher puts into a record."""
        found = []
        for one in equivalents(self.certificate):
            for key in keys:
                surrogate = key.surrogate(one.type, one.number, one.country)
                tag = key.name_tag(surrogate, comparison_form(self.name))
                row = {"key_id": key.key_id, "certificate_type": int(one.type), "link": link}
                found.append(row | {"surrogate": surrogate, "name_tag": tag})
        return found

    def asked(self, transaction: str, *, name: str | None = None, **attributes: Any) -> dict[str, Any]:
        """The body of a check."""
        certificate = {"type": self.certificate.type.name, "number": self.number}
        if self.certificate.country:
            certificate["country"] = self.certificate.country
        subject = {"certificates": [certificate], "name": name or self.name}
        return {"transaction": transaction, "subject": subject, "attributes": attributes}

    def request(self, transaction: str, *, name: str | None = None, **attributes: Any) -> CheckRequest:
        """The same, to the gate itself."""
        return CheckRequest(transaction, Subject((self.certificate,), name or self.name), attributes)


def person(name: str, number: str, kind: CertificateType = CertificateType.CN_ID, country: str | None = None) -> Person:
    """Make a person of a name and a number as somebody writes it."""
    return Person(name, normalise(kind, number, country))


def invented(seed: int) -> Person:
    """Make one of the people the product invents, with an ID number; the same for the same seed."""
    drawn = (each for each in Invention(seed).people() if each.certificates[0][0].name == "CN_ID")
    one = next(drawn)
    kind, number, country = one.certificates[0]
    return Person(one.name, normalise(kind, number, country or None))


# numbers of the standard's own kind: made up, with a right check character
LI = person("李测试", "11010519491231002X")
WANG = person("王测试", "440524188001010014")
FIRM = person("苏州测试有限公司", "91350100M000100Y43", CertificateType.USCC)
