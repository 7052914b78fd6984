"""Fictitious people and entities whose numbers pass every check and belong to nobody.

The scheme: a region code is a real province and city of GB/T 2260 followed by `99`, a county number that is not
assigned, in ID numbers as in the region digits of unified codes; residence permits, whose region is fixed, carry birth
years from 1900 to 1909; passports start with `EI` (I is not used in series) or `XX`. So the rows look and check like
real ones and cannot hit anybody. Names are put together from the Faker lists for Chinese.

Everything follows from the seed: the same seed gives the same subjects in `people`, `list` and `orders`, whatever the
count, so the people of seed 1 are those the list of seed 1 names, and another seed gives people who are not on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import gcd
from typing import TYPE_CHECKING, NamedTuple

from stdnum.iso7064 import mod_11_2

from ...schemas.people.certificates import CertificateType
from ...schemas.people.entity_codes import USCC_ALPHABET, org_code_check_character, uscc_check_character
from ...topics.extras import need
from ...topics.workers.chance import SeededRandom

if TYPE_CHECKING:
    from faker.providers.person.zh_CN import Provider as PersonWords

ENTITY_SHARE = 0.29
"""Share of entities on the list (42,590 : 17,221 in a published sample of Chengdu, 2017)."""

_CITIES = "1101 1201 3101 3201 3202 3203 3205 3206 3301 3302 3401 3501 3701 4101 4201 4301 4401 5001 5101 5107 5113"
REGIONS = tuple(f"{city}99" for city in _CITIES.split())
"""Region codes of the scheme."""
PERMIT_REGIONS = ("810000", "820000", "830000")

_FOREIGN_COUNTRIES = ("USA", "GBR", "KOR", "FRA")
_FOREIGN_NAMES = ("ALEX EXAMPLE", "SAM SPECIMEN", "ROBIN SAMPLE", "KIM FICTION", "LEE EXAMPLE", "JO SPECIMEN")
_TRADES = ("商贸", "建设工程", "房地产开发", "物流", "餐饮管理", "纺织", "机械制造", "农业发展")
_RARE_NAMES = ("𠮷安", "买买提·艾山", "古丽·阿依努尔", "㛃然", "欧阳喆")
_FIRST_BIRTH = date(1950, 1, 1)
_BIRTH_DAYS = (date(2004, 12, 31) - _FIRST_BIRTH).days
_OLD_BIRTH_DAYS = (date(1979, 12, 31) - _FIRST_BIRTH).days


class FictitiousCertificate(NamedTuple):
    """A certificate that passes every check and belongs to nobody; `country` is that of a passport."""

    type: CertificateType
    number: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class FictitiousSubject:
    """A fictitious subject. The first of the certificates is its own, the others are linked."""

    name: str
    certificates: tuple[FictitiousCertificate, ...] = field(repr=False)
    sex: int = 0
    birth_date: date | None = None
    legal_representative: "FictitiousSubject | None" = None

    @property
    def is_natural(self) -> bool:
        """Whether it is a natural person."""
        return self.certificates[0].type.is_personal


class _Shuffled:
    """The numbers below a size in an order without pattern, each once before the first comes again."""

    def __init__(self, random: SeededRandom, size: int) -> None:
        self._size = size
        self._at = random.randrange(size)
        self._step = next(step for step in iter(lambda: random.randrange(size // 3, size), 0) if gcd(step, size) == 1)

    def __next__(self) -> int:
        self._at = (self._at + self._step) % self._size
        return self._at


class _IdentityNumbers:
    """ID numbers of some regions, birth days and tens of the sequence; none comes twice before all have come."""

    def __init__(self, random: SeededRandom, regions: tuple[str, ...], first: date, days: int, tens: range) -> None:
        self._regions = regions
        self._first = first
        self._days = days
        self._tens = tens
        self._numbers = _Shuffled(random, len(regions) * days * len(self._tens) * 5)

    def draw(self, *, male: bool) -> tuple[str, date]:
        """Draw the next number and its birth date."""
        rest, region = divmod(next(self._numbers), len(self._regions))
        rest, day = divmod(rest, self._days)
        ten, half = divmod(rest, 5)
        born = self._first + timedelta(days=day)
        body = f"{self._regions[region]}{born:%Y%m%d}{self._tens[ten]:02d}{half * 2 + male}"
        return body + str(mod_11_2.calc_check_digit(body)), born


def _person_words() -> "type[PersonWords]":
    need("synthetic")
    from faker.providers.person.zh_CN import Provider

    return Provider


class Invention:
    """Invents subjects from a seed: the same seed invents the same subjects in the same order."""

    def __init__(self, seed: int) -> None:
        """Set everything up from the seed alone. Raises EXTRA_MISSING without the lists of names."""
        self._random = random = SeededRandom(seed)
        self._words = words = _person_words()
        self._surnames = list(words.last_names)
        self._weights = list(words.last_names.values())
        self._citizens = _IdentityNumbers(random, REGIONS, _FIRST_BIRTH, _BIRTH_DAYS, range(1, 90))
        self._elders = _IdentityNumbers(random, REGIONS, _FIRST_BIRTH, _OLD_BIRTH_DAYS, range(90, 99))
        self._residents = _IdentityNumbers(random, PERMIT_REGIONS, date(1900, 1, 1), 3650, range(1, 99))
        self._passports = _Shuffled(random, 10**7)
        self._organisations = _Shuffled(random, len(USCC_ALPHABET) ** 5)
        self._namesake = ""

    def subjects(self) -> Iterator[FictitiousSubject]:
        """Invent natural persons and entities in the mix of the real list, without end."""
        while True:
            yield self._entity() if self._random.random() < ENTITY_SHARE else self._person()

    def people(self) -> Iterator[FictitiousSubject]:
        """Invent the natural persons among `subjects`, without end."""
        return (subject for subject in self.subjects() if subject.is_natural)

    def _person(self) -> FictitiousSubject:
        """Invent a citizen; now and then one with a 15-digit number, a linked passport, a resident or a foreigner."""
        draw = self._random.random()
        if draw < 0.01:
            return self._foreigner()
        male = self._random.random() < 0.6
        if draw < 0.02:
            number, born = self._residents.draw(male=male)
            certificates = [FictitiousCertificate(CertificateType.RESIDENCE_PERMIT, number)]
        elif draw < 0.04:
            number, born = self._elders.draw(male=male)
            certificates = [FictitiousCertificate(CertificateType.CN_ID15, number[:6] + number[8:17])]
        else:
            number, born = self._citizens.draw(male=male)
            certificates = [FictitiousCertificate(CertificateType.CN_ID, number)]
        if 0.04 <= draw < 0.09:
            passport = f"EI{next(self._passports):07d}"
            certificates.append(FictitiousCertificate(CertificateType.PASSPORT, passport, "CHN"))
        return FictitiousSubject(self._name(male=male), tuple(certificates), 1 if male else 2, born)

    def _foreigner(self) -> FictitiousSubject:
        number, country = f"XX{next(self._passports):07d}", self._random.choice(_FOREIGN_COUNTRIES)
        born = _FIRST_BIRTH + timedelta(days=self._random.randrange(_BIRTH_DAYS))
        name, sex = self._random.choice(_FOREIGN_NAMES), self._random.choice((1, 2))
        return FictitiousSubject(name, (FictitiousCertificate(CertificateType.PASSPORT, number, country),), sex, born)

    def _entity(self) -> FictitiousSubject:
        """Invent a company with its legal representative; now and then known by its organisation code only."""
        rest, body = next(self._organisations), ["M9Y"]
        for _ in range(5):
            rest, at = divmod(rest, len(USCC_ALPHABET))
            body.append(USCC_ALPHABET[at])
        organisation = "".join(body) + org_code_check_character("".join(body))
        own = FictitiousCertificate(CertificateType.ORG_CODE, f"{organisation[:8]}-{organisation[8]}")
        if self._random.random() < 0.97:
            code = f"91{self._random.choice(REGIONS)}{organisation}"
            own = FictitiousCertificate(CertificateType.USCC, code + uscc_check_character(code))
        # Faker's company words hold names of real companies.
        words = self._random.choice(self._words.first_names), self._random.choice(_TRADES)
        male = self._random.random() < 0.75
        number, born = self._citizens.draw(male=male)
        identity_card = FictitiousCertificate(CertificateType.CN_ID, number)
        head = FictitiousSubject(self._name(male=male), (identity_card,), 1 if male else 2, born)
        return FictitiousSubject(f"示例{words[0]}{words[1]}有限公司", (own,), legal_representative=head)

    def _name(self, *, male: bool) -> str:
        """Invent a name; every fiftieth is a namesake of the one before, every two hundredth has rare characters."""
        draw = self._random.random()
        if draw < 0.02 and self._namesake:
            return self._namesake
        if draw < 0.025:
            return self._random.choice(_RARE_NAMES)
        first_names = self._words.first_names_male if male else self._words.first_names_female
        surname = self._random.choices(self._surnames, self._weights)[0]
        self._namesake = surname + self._random.choice(first_names)
        return self._namesake
